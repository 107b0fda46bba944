"""Drafts from the command line: write, compare, take away, write again; check claims."""

import json as jsonlib
from pathlib import Path
from typing import Annotated

import typer

from assistant import console
from assistant.commands import As, AsOf, Json, acting_person, application, moment, reader_for
from assistant.commands.operations import json_lines
from assistant.domain.companions import CompanionKind
from assistant.schemas import DiffOut, DraftOut, ExportOut, ReplayOut
from assistant.schemas.companions import CompanionOut
from assistant.services.companions.linted import linted
from assistant.services.exporting import ExportFormat, export_companion
from assistant.services.exporting import export as exported
from assistant.services.verification import Verifier
from retrieval.errors import InvalidInput

DraftId = Annotated[str, typer.Argument(metavar="DRAFT", help="A stored draft.")]


def draft(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="A stored record.")],
    writer: Annotated[str | None, typer.Option(help="extractive or chat.")] = None,
    as_of: AsOf = None,
    person: As = None,
    json: Json = None,
) -> None:
    """Draft an RCA: every sentence cites the exact span that it was taken from."""
    app = application()
    author = acting_person(app, person)
    with console.steps() as tell:
        made = app.drafting.create(
            author, reader_for(app, person), record, writer, moment(as_of), tell=tell
        )
    shown = DraftOut.of(made)
    if json is None:
        console.show_draft(shown)
    else:
        console.write_model(json, shown)


def companion(
    kind: Annotated[CompanionKind, typer.Argument(metavar="KIND", help="For whom.")],
    draft: DraftId,
    format: Annotated[ExportFormat, typer.Option(help="In what form.")] = ExportFormat.MARKDOWN,
    output: Annotated[
        str, typer.Option(metavar="FILE", help="Where to; - is standard output.")
    ] = console.STDOUT,
    revision: Annotated[int | None, typer.Option(help="By default the current one.")] = None,
    person: As = None,
    json: Json = None,
) -> None:
    """Make a status-update, executive-summary, vendor-dossier or handover of a draft."""
    app = application()
    made, source = app.companions.make(kind, draft, reader_for(app, person), revision)
    if json is not None:
        console.write_model(json, CompanionOut.of(made, linted(made)))
        return
    _write(output, export_companion(made, source, format).content)


def diff(
    draft: DraftId,
    old: Annotated[int | None, typer.Option("--from", help="By default the one before.")] = None,
    new: Annotated[int | None, typer.Option("--to", help="By default the current one.")] = None,
    person: As = None,
    json: Json = None,
) -> None:
    """What differs between two revisions of a draft, claim by claim and word by word."""
    app = application()
    told = DiffOut.of(app.reading.compare(draft, reader_for(app, person), old, new))
    if json is None:
        console.show_diff(told)
    else:
        console.write_model(json, told)


def replay(
    draft: DraftId,
    person: As = None,
    json: Json = None,
) -> None:
    """Write a draft again from the evidence that was kept with it, and compare."""
    app = application()
    shown = ReplayOut.of(app.drafting.replay(draft, reader_for(app, person)))
    if json is not None:
        console.write_model(json, shown)
    elif shown.is_same:
        console.out.print(f"{shown.id} comes out the same, word for word.")
    else:
        console.out.print(f"{shown.id} differs in: {', '.join(shown.differences)}.")


def export(
    draft: DraftId,
    format: Annotated[ExportFormat, typer.Option(help="In what form.")] = ExportFormat.MARKDOWN,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; - is standard output.")
    ] = None,
    revision: Annotated[int | None, typer.Option(help="By default the current one.")] = None,
    person: As = None,
    json: Json = None,
) -> None:
    """Write a draft to a file: Markdown, HTML, Word, PDF or JSON, with numbered references."""
    app = application()
    source = app.reading.get(draft, reader_for(app, person), revision)
    made = exported(source, format, app.draft_approval.told(source))
    file = output or Path(made.filename)
    if json == str(file) == console.STDOUT:
        raise InvalidInput("--output - and --json - cannot share standard output. Name one file.")
    _write(str(file), made.content)
    told = ExportOut.of(file, made)
    if json is not None:
        console.write_model(json, told)
    elif str(file) != console.STDOUT:
        console.err.print(f"Wrote {told.file} ({told.bytes:,} bytes).", markup=False)


def verify(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.jsonl", help="Lines {id, claim, evidence}.")
    ],
    json: Json = None,
) -> None:
    """Check claims against evidence: supported, partly or unsupported, and why."""
    verifier = Verifier()
    lines = []
    for place, entry in json_lines(file, "id", "claim", "evidence"):
        claim, evidence = entry["claim"], entry["evidence"]
        if not isinstance(claim, str):
            raise InvalidInput(f"{place}, field 'claim': it must be a text.")
        if not isinstance(evidence, list) or not all(isinstance(text, str) for text in evidence):
            raise InvalidInput(f"{place}, field 'evidence': it must be a list of texts.")
        found = verifier.check(claim, evidence)
        lines.append(
            jsonlib.dumps(
                {
                    "id": entry["id"],
                    "verdict": found.verdict,
                    "score": round(found.score, 4),
                    "reasons": list(found.reasons),
                },
                ensure_ascii=False,
            )
        )
    console.write_json(json or console.STDOUT, "\n".join(lines))


def _write(target: str, content: bytes) -> None:
    try:
        console.write_bytes(target, content)
    except OSError as exc:
        raise InvalidInput(f"{target} cannot be written: {exc.strerror}. Give --output.") from exc
