"""``sync``: reading outside systems, and ``connect list`` and ``check``: how they stand."""

from typing import Annotated

import typer
from rich.markup import escape

from assistant import console
from assistant.bootstrap import Application
from assistant.commands import Json, application
from assistant.commands.connections import Target, connect
from assistant.schemas.syncing import FindingOut, StreamOut, SyncOut
from ingest.streams.definition import Stream
from ingest.syncing.checks import Outcome
from ingest.syncing.running import Wishes
from retrieval.errors import PrecedentError

_COLOURS = {Outcome.OK: "green", Outcome.DENIED: "red", Outcome.UNKNOWN: "yellow"}


def sync(
    name: Target,
    stream: Annotated[str | None, typer.Option(help="Only this stream of it.")] = None,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="Then compare as a whole; removes what is gone there.")
    ] = False,
    allow_mass_removal: Annotated[
        bool, typer.Option("--allow-mass-removal", help="Remove even most of a stream.")
    ] = False,
    json: Json = None,
) -> None:
    """Bring in what is new in a connected system since the last time."""
    app = application()
    done: list[SyncOut] = []
    for each in app.syncing.streams(name, stream):
        done.append(_run(app, name, each, allow_mass_removal, swept=False))
        if sweep and not done[-1].error:
            done.append(_run(app, name, each, allow_mass_removal, swept=True))
    with console.progress() as bars:
        task = bars.add_task("Embedding", total=None)
        app.indexer.refresh(lambda count, total: bars.update(task, completed=count, total=total))
    if json is None:
        _show(done)
    else:
        console.write_json(json, f"[{','.join(each.model_dump_json() for each in done)}]")
    for report in done:
        if report.error:
            console.err.print(f"[red]{escape(report.stream)}: {escape(report.error)}[/]")
    if any(report.error for report in done):
        raise typer.Exit(2)


def _run(
    app: Application, name: str, stream: Stream, allow_mass_removal: bool, *, swept: bool
) -> SyncOut:
    """One stream; one that fails does not keep the others from coming in."""
    with console.progress() as bars:
        what = "Comparing" if swept else "Reading"
        task = bars.add_task(f"{what} {name}/{stream.stream}", total=None)
        wishes = Wishes(
            seen=lambda count: bars.update(task, completed=count),
            allow_mass_removal=allow_mass_removal,
        )
        begin = app.syncing.sweep if swept else app.syncing.read
        try:
            return SyncOut.of(begin(name, stream, wishes), swept=swept)
        except PrecedentError as exc:
            return SyncOut(stream=f"{name}/{stream.stream}", swept=swept, error=str(exc))


@connect.command("list")
def list_connections(json: Json = None) -> None:
    """The streams of all connections, and how far each is read."""
    states = [StreamOut.of(state) for state in application().syncing.states()]
    if json is not None:
        console.write_json(json, f"[{','.join(each.model_dump_json() for each in states)}]")
        return
    if not states:
        console.out.print("No connection that can be read is configured.")
        return
    table = console.narrow_table("stream", "read up to", "complete", "swept", "")
    for each in states:
        told = f"[red]{escape(each.error)}[/]" if each.error else ""
        moments = (each.watermark, each.complete_at, each.swept_at)
        shown = [f"{moment:%Y-%m-%d %H:%M}" if moment else "never" for moment in moments]
        table.add_row(escape(f"{each.connection}/{each.stream}"), *shown, told)
    console.out.print(table)


@connect.command("check")
def check(name: Target, json: Json = None) -> None:
    """Try what a connection may do; nothing is written there."""
    findings = []
    for found in application().syncing.check(name):
        findings.append(FindingOut.of(found))
        if json is None:
            colour = _COLOURS[found.outcome]
            console.out.print(
                f"[{colour}]{found.outcome:<8}[/]{escape(found.capability)}: "
                f"{escape(found.message)}"
            )
    if json is not None:
        console.write_json(json, f"[{','.join(each.model_dump_json() for each in findings)}]")


def _show(done: list[SyncOut]) -> None:
    names = ("added", "changed", "unchanged", "removed", "rejected")
    table = console.narrow_table("stream", *names, "records/s")
    for each in done:
        if not each.error:
            what = f"{each.stream} (compared)" if each.swept else each.stream
            counts = [f"{getattr(each, name):,}" for name in names]
            table.add_row(escape(what), *counts, f"{each.records_per_second:,.0f}")
    console.out.print(table)
    for each in done:
        if each.reason:
            console.err.print(
                f"{escape(each.stream)} is not complete: {each.reason}. Run it again."
            )
        if each.warning:
            console.err.print(f"[yellow]{escape(each.warning)}[/]")
