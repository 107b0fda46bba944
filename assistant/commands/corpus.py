"""``ingest``, ``show``, ``rejects`` and ``index``: what is known."""

from pathlib import Path
from typing import Annotated

import typer

from assistant import console
from assistant.bootstrap import Application, EmbedOn
from assistant.commands import As, Json, application, reader_for
from assistant.schemas import IngestOut, RecordOut, RejectOut
from ingest.connectors.profile import load_profile
from ingest.pipeline import IngestOptions, IngestSummary
from retrieval.errors import InvalidInput, PrecedentError

_REMARKS_SHOWN = 20

index = typer.Typer(help="The search index, a projection of the corpus.", no_args_is_help=True)


def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files or folders.")],
    source: Annotated[str | None, typer.Option(help="Name of the source; else from PATH.")] = None,
    profile: Annotated[
        str | None, typer.Option(help="Column mapping: a name, or a YAML file of yours.")
    ] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="What is missing from PATH was not removed.")
    ] = False,
    allow_mass_removal: Annotated[
        bool, typer.Option("--allow-mass-removal", help="Remove even most of a source.")
    ] = False,
    engine: Annotated[
        EmbedOn, typer.Option(help="Embed in this process, or on a Ray cluster.")
    ] = EmbedOn.LOCAL,
    json: Json = None,
) -> None:
    """Bring tickets, RCAs and runbooks in: JSON Lines, CSV, XLSX, or a folder of Markdown."""
    if source is not None and len(paths) > 1:
        raise InvalidInput(
            "--source names one source, but several paths were given. Ingest them one by one."
        )
    app = application()
    options = IngestOptions(
        source=source,
        profile=None if profile is None else load_profile(profile),
        partial=partial,
        allow_mass_removal=allow_mass_removal,
        groups=app.settings.ingest.groups,
    )
    summaries = [_take_in(app, path, options) for path in paths]
    with console.progress() as bars:
        task = bars.add_task("Embedding", total=None)
        app.indexer_on(engine).refresh(
            lambda done, total: bars.update(task, completed=done, total=total)
        )
    if json is None:
        console.show_ingest(summaries)
    else:
        console.write_json(json, _as_json(summaries))
    console.show_ingest_errors(summaries)
    if any(summary.error for summary in summaries):
        raise typer.Exit(2)


def _take_in(app: Application, path: Path, options: IngestOptions) -> IngestOut:
    """One path; a path that cannot be read does not keep the others from coming in."""
    with console.progress() as bars:
        task = bars.add_task(f"Reading {path}", total=None)
        try:
            summary = app.pipeline.take_in(
                path, options, lambda count: bars.update(task, completed=count)
            )
        except PrecedentError as exc:
            return _summary(IngestSummary(options.source or path.name, str(path)), str(exc))
    return _summary(summary)


def show(
    record: Annotated[str, typer.Argument(metavar="RECORD")],
    revision: Annotated[int | None, typer.Option(help="A past revision.")] = None,
    person: As = None,
    json: Json = None,
) -> None:
    """A record as it is stored: redacted, with its sections."""
    app = application()
    found = RecordOut.of(app.similar.readable(record, reader_for(app, person), revision))
    if json is None:
        console.show_record(found)
    else:
        console.write_model(json, found)


def rejects(
    limit: Annotated[int, typer.Option(help="How many to show.")] = 50, json: Json = None
) -> None:
    """What could not be taken in, where it was and why."""
    app = application()
    kept = app.runs.latest_rejects(limit)
    if json is None:
        console.show_rejects(kept)
    else:
        rows = [RejectOut(place=r.place, reason=r.reason, external_id=r.external_id) for r in kept]
        console.write_json(json, "\n".join(row.model_dump_json() for row in rows))


@index.command("rebuild")
def rebuild() -> None:
    """Build the index anew from the stored records and vectors."""
    app = application()
    with console.progress() as bars:
        task = bars.add_task("Embedding", total=None)
        report = app.indexer.rebuild(
            lambda done, total: bars.update(task, completed=done, total=total)
        )
    console.err.print(
        f"Published {report.generation}: {report.records:,} records, {report.passages:,} passages."
    )


def _summary(summary: IngestSummary, error: str | None = None) -> IngestOut:
    return IngestOut(
        source=summary.source,
        place=summary.place,
        **summary.counts(),
        seconds=round(summary.seconds, 3),
        records_per_second=round(summary.records_per_second, 1),
        warning=summary.warning,
        error=error,
        remarks=summary.remarks[:_REMARKS_SHOWN],
        rejects=[
            RejectOut(place=r.place, reason=r.reason, external_id=r.external_id)
            for r in summary.rejects
        ],
    )


def _as_json(summaries: list[IngestOut]) -> str:
    """One object for one path, a list for several."""
    texts = [summary.model_dump_json() for summary in summaries]
    return texts[0] if len(texts) == 1 else f"[{','.join(texts)}]"
