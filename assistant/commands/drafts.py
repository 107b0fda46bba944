"""``draft`` and ``verify``: write an RCA, and check claims against evidence."""

import json as jsonlib
from pathlib import Path
from typing import Annotated

import typer

from assistant import console
from assistant.commands import As, AsOf, Json, acting_person, application, moment, reader_for
from assistant.commands.operations import json_lines
from assistant.schemas import DraftOut
from assistant.services.verification import Verifier
from retrieval.errors import InvalidInput


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
    made = app.drafting.create(author, reader_for(app, person), record, writer, moment(as_of))
    shown = DraftOut.of(made)
    if json is None:
        console.show_draft(shown)
    else:
        console.write_model(json, shown)


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
