"""An outline as a link: what a ticket shows of a draft whose text stays where it is."""

from collections.abc import Sequence

from assistant.services.exporting.outline import Outline

# Jira shows no more of a title.
_TITLE_CHARS = 255


def render_link(told: Outline, closing: Sequence[str]) -> str:
    """The title on a line; then ``closing``: the address of the review page, and the marker."""
    title = told.title if len(told.title) <= _TITLE_CHARS else told.title[: _TITLE_CHARS - 1] + "…"
    return "\n".join([title, *closing]) + "\n"
