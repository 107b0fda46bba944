"""``fit``: learn from the organisation's own history."""

from assistant import console
from assistant.commands import Json, application


def fit(json: Json = None) -> None:
    """Learn how to rank from records that are linked with each other."""
    app = application()
    with console.progress() as bars:
        task = bars.add_task("Asking about linked records", total=None)
        fitted = app.fitting.fit(lambda done, total: bars.update(task, completed=done, total=total))
    if json is None:
        console.show_fitted(fitted)
    else:
        console.write_model(json, fitted)
