"""``audit verify`` and ``audit export``: is the ledger whole, and a copy that proves itself."""

import json as jsonlib
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from assistant import console
from assistant.commands import Json, application
from assistant.domain.audit import AuditReport
from assistant.domain.audit_export import VERIFIER, exported
from retrieval.errors import InvalidInput

audit = typer.Typer(
    help="The ledger of what was suggested, decided and written.", no_args_is_help=True
)


@audit.command("verify")
def audit_verify(
    anchor: Annotated[
        str | None,
        typer.Option(metavar="HASH", help="A head that was told earlier: it must still be there."),
    ] = None,
    json: Json = None,
) -> None:
    """Check the whole ledger: every change, removal or reordering is found."""
    report = application().audit.verify(anchor)
    if json is None:
        _show(report)
    else:
        console.write_json(json, jsonlib.dumps(asdict(report)))
    if not report.ok:
        raise typer.Exit(2)


@audit.command("export")
def audit_export(
    with_verifier: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Put a program there that checks it with Python alone."),
    ] = None,
    json: Json = None,
) -> None:
    """Write the ledger as JSON Lines that prove themselves; keep the head that is told."""
    app = application()
    if with_verifier is not None:
        _hand_out_verifier(with_verifier)
    with app.audit.snapshot() as ledger:
        lines = exported(ledger.events, ledger.head, app.clock(), f"precedent {app.version}")
        console.write_lines(json or console.STDOUT, lines)
    # On standard error: standard output may be the ledger itself.
    console.err.print(
        f"{ledger.head.seq:,} events. Keep this head where nobody can change it who can change "
        f"the ledger: {ledger.head.hash}",
        soft_wrap=True,
    )


def _show(report: AuditReport) -> None:
    if report.ok:
        console.out.print(f"The ledger is whole: {report.events:,} events. Head: {report.head}")
        return
    found = "another one" if report.first_bad is None else f"broken at event {report.first_bad}"
    console.err.print(f"[red]The ledger is {found}: {escape(report.reason)}.[/]", soft_wrap=True)


def _hand_out_verifier(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(VERIFIER, folder)
    except OSError as exc:
        raise InvalidInput(f"{folder} cannot be written: {exc.strerror}.") from exc
