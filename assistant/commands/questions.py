"""``similar`` and ``triage``: have we seen this, and what was it?"""

from collections.abc import Mapping
from json import loads
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant import console
from assistant.bootstrap import Application
from assistant.commands import As, AsOf, Json, application, moment, read_text, reader_for
from assistant.domain.incident import IncidentContext
from assistant.schemas import SimilarOut, TriageOut
from ingest.webhooks import read_event
from retrieval.access import Reader
from retrieval.errors import InvalidInput, UnreadableFile
from retrieval.records import RecordKind

Text = Annotated[str | None, typer.Argument(metavar="[TEXT]", help="The incident in words.")]
RecordRef = Annotated[str | None, typer.Option("--record", help="A stored record.")]
TextFile = Annotated[Path | None, typer.Option("--file", help="A text file, or - for stdin.")]
EventFile = Annotated[
    Path | None, typer.Option("--event", help="An alert or ticket as JSON, or - for stdin.")
]
Format = Annotated[
    str | None, typer.Option("--format", help="The event's format; recognised if not given.")
]
Count = Annotated[int, typer.Option("--k", help="How many records to show.")]
Kinds = Annotated[list[RecordKind] | None, typer.Option("--kind", help="Only this kind.")]


def similar(
    text: Text = None,
    record: RecordRef = None,
    file: TextFile = None,
    as_of: AsOf = None,
    k: Count = 10,
    kind: Kinds = None,
    person: As = None,
    json: Json = None,
) -> None:
    """Records like an incident: why they are similar, and what differs."""
    app = application()
    reader = reader_for(app, person)
    context = _context(app, reader, text, record, file, as_of)
    answer = SimilarOut.of(app.similar.similar(context, reader, k, frozenset(kind or ())))
    if json is None:
        console.show_similar(answer)
    else:
        console.write_model(json, answer)


def triage(
    text: Text = None,
    record: RecordRef = None,
    file: TextFile = None,
    event: EventFile = None,
    format: Format = None,
    as_of: AsOf = None,
    k: Count = 5,
    person: As = None,
    json: Json = None,
) -> None:
    """Ranked hypotheses with next checks, similar incidents, runbooks and suspected changes."""
    app = application()
    reader = reader_for(app, person)
    context = _context(app, reader, text, record, file, as_of, event, format)
    card = TriageOut.of_card(app.triage.card(context, reader, k))
    if json is None:
        console.show_triage(card)
    else:
        console.write_model(json, card)


def _context(
    app: Application,
    reader: Reader,
    text: str | None,
    record: str | None,
    file: Path | None,
    as_of: str | None,
    event: Path | None = None,
    format: str | None = None,
) -> IncidentContext:
    given = [value for value in (text, record, file, event) if value is not None]
    if len(given) != 1:
        raise InvalidInput(
            "Give exactly one of TEXT, --record ID, --file FILE and, for triage, --event FILE."
        )
    if event is not None:
        told = read_event(_json_object(event), format)
        return app.similar.context_of_event(told, moment(as_of))
    if record is not None:
        return app.similar.context_of_record(record, reader, moment(as_of))
    return app.similar.context_of_text(text if text is not None else read_text(file), moment(as_of))


def _json_object(file: Path) -> Mapping[str, Any]:
    name = "Standard input" if str(file) == "-" else str(file)
    try:
        value = loads(read_text(file))
    except (ValueError, RecursionError) as exc:
        raise UnreadableFile(f"{name} is not JSON: {exc}. Send the payload as it came.") from exc
    if not isinstance(value, dict):
        raise UnreadableFile(f"{name} must hold one JSON object, the payload of one event.")
    return value
