"""An outline as one HTML page that needs nothing else: no script, no file, no other address."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from assistant.services.exporting.outline import Outline

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render_html(told: Outline) -> str:
    """The page; citations lead to the list of references. Every text is escaped."""
    return _ENVIRONMENT.get_template("draft.html").render(told=told) + "\n"
