"""How the bytes of a proposal are shown to people."""

import difflib
import json
from typing import NamedTuple

from assistant.domain.approval import BodyForm
from assistant.web.pages import rendered_markdown
from ingest.adf import adf_text


class ShownBody(NamedTuple):
    """``html`` is safe to show as it is; empty where the body is plain text."""

    html: str
    text: str


class ChangedLine(NamedTuple):
    """A line that is ``removed``, ``added`` or ``kept``."""

    how: str
    text: str


def shown_body(form: BodyForm, body: str) -> ShownBody:
    """The body as people will see it in the ticket, and as the bytes that are sent."""
    match form:
        case BodyForm.MARKDOWN:
            return ShownBody(rendered_markdown(body), body)
        case BodyForm.ADF:
            return ShownBody(rendered_markdown(adf_text(json.loads(body))), body)
        case BodyForm.TEXT | BodyForm.LINK:
            return ShownBody("", body)


def changed_lines(old: str, new: str) -> list[ChangedLine]:
    """What differs from the old text to the new one, line by line; nothing if nothing does."""
    if old == new:
        return []
    how = {"-": "removed", "+": "added", " ": "kept"}
    compared = difflib.ndiff(old.splitlines(), new.splitlines())
    return [ChangedLine(how[line[0]], line[2:]) for line in compared if line[0] in how]
