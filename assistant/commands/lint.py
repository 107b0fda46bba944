"""``lint``: the weak spots of an RCA, a status update or a note."""

import json as jsonlib
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from assistant import console
from assistant.commands import As, Json, application, read_text, reader_for
from assistant.schemas.lint import FindingOut, LintOut, sarif
from assistant.services.linting.document import DocumentKind
from assistant.services.linting.linter import lint as lint_text
from assistant.services.linting.linter import lint_draft
from retrieval.errors import InvalidInput, UnreadableFile

_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}
_ACTIVE = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_{}[]<>#|!"})


class LintFormat(StrEnum):
    """How the findings are printed."""

    TEXT = "text"
    MARKDOWN = "markdown"
    SARIF = "sarif"


def lint(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Markdown or plain text; - for stdin.")
    ] = None,
    draft: Annotated[str | None, typer.Option("--draft", help="A stored draft instead.")] = None,
    kind: Annotated[DocumentKind, typer.Option("--kind", help="What FILE is.")] = DocumentKind.RCA,
    format: Annotated[
        LintFormat, typer.Option("--format", help="For people, or SARIF 2.1.0 for editors.")
    ] = LintFormat.TEXT,
    person: As = None,
    json: Json = None,
) -> None:
    """Find weak causes, vague actions and gaps; each with a fix or a question."""
    if (file is None) == (draft is None):
        raise InvalidInput("Give exactly one of FILE and --draft ID.")
    place = draft or str(file)
    answer = _of_draft(draft, person) if draft else _of_file(file, kind)
    if format is LintFormat.SARIF:
        log = sarif(answer, place, version("precedent"))
        console.write_json(json or console.STDOUT, jsonlib.dumps(log, ensure_ascii=False))
    elif json is not None:
        console.write_model(json, answer)
    elif format is LintFormat.MARKDOWN:
        console.out.print(_markdown(answer, place), markup=False, soft_wrap=True)
    else:
        _show(answer, place)


def _of_draft(draft_id: str, person: str | None) -> LintOut:
    app = application()
    return LintOut.of(lint_draft(app.reading.get(draft_id, reader_for(app, person))))


def _of_file(file: Path | None, kind: DocumentKind) -> LintOut:
    text = read_text(file)
    if not text.strip():
        raise UnreadableFile(f"{file} is empty. Give a file that holds the RCA as text.")
    return LintOut.of(lint_text(text, kind))


def _show(answer: LintOut, place: str) -> None:
    for finding in answer.findings:
        colour = _COLOURS[finding.severity]
        where = escape(_where(finding, place))
        console.out.print(
            f"{where}: [{colour}]{finding.severity}[/] {escape(finding.message)} "
            f"[dim]({finding.rule})[/]",
            soft_wrap=True,
        )
        if finding.quote:
            console.out.print(f"    {escape(_short(finding.quote))}", soft_wrap=True)
        console.out.print(f"    [dim]{_fix(finding)}[/]", soft_wrap=True)
    console.out.print(_counted(answer))


def _markdown(answer: LintOut, place: str) -> str:
    lines = [f"# Lint of {place.translate(_ACTIVE)}", "", _counted(answer), ""]
    for finding in answer.findings:
        quote = f" “{_short(finding.quote).translate(_ACTIVE)}”" if finding.quote else ""
        lines.append(
            f"- **{finding.severity}** {_where(finding, '').strip(':')} `{finding.rule}`:"
            f"{quote} {finding.message.translate(_ACTIVE)} {_fix(finding).translate(_ACTIVE)}"
        )
    return "\n".join(lines)


def _where(finding: FindingOut, place: str) -> str:
    if finding.section is not None:
        number = "" if finding.claim is None else f", claim {finding.claim + 1}"
        return f"{place}: {finding.section}{number}" if place else f"{finding.section}{number}"
    return f"{place}:{finding.line}" if place else f"line {finding.line}"


def _fix(finding: FindingOut) -> str:
    return f"Write: {finding.fix}" if finding.fix_kind == "replacement" else finding.fix


def _short(quote: str) -> str:
    plain = " ".join(quote.split())
    return plain if len(plain) <= 120 else f"{plain[:119]}…"


def _counted(answer: LintOut) -> str:
    count = len(answer.findings)
    return "Nothing found." if not count else f"{count} finding{'s' if count > 1 else ''}."
