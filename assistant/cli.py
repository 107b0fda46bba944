"""The command line: one entry point, ``precedent``.

Answers go to standard output, messages to standard error. A command that failed exits
with a status other than 0 and one message that names the place and the fix.
"""

import os
import sys
from importlib.metadata import entry_points

import structlog
import typer
from rich.markup import escape

from assistant import console
from assistant.commands import (
    approvals,
    audit,
    connections,
    corpus,
    drafts,
    events,
    keys,
    learning,
    lint,
    operations,
    questions,
    syncing,
)
from assistant.logs import configure_logging
from retrieval.errors import PrecedentError

_FAILED = 2
_UNEXPECTED = 70
_INTERRUPTED = 130

app = typer.Typer(
    help="Every incident has a precedent: similar incidents, hypotheses and RCA drafts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for command in (
    corpus.ingest,
    syncing.sync,
    questions.similar,
    questions.triage,
    drafts.draft,
    drafts.diff,
    drafts.replay,
    drafts.export,
    drafts.companion,
    corpus.show,
    drafts.verify,
    lint.lint,
    operations.redact,
    approvals.submit,
    approvals.proposals,
    approvals.proposal,
    approvals.approve,
    approvals.reject,
    approvals.retry,
    approvals.resubmit,
    approvals.undo,
    approvals.deliver,
    corpus.rejects,
    learning.fit,
    operations.serve,
    operations.worker,
    operations.migrate,
    operations.openapi,
):
    app.command()(command)
app.add_typer(corpus.index, name="index")
app.add_typer(audit.audit, name="audit")
app.add_typer(keys.keys, name="keys")
app.add_typer(keys.sessions, name="sessions")
app.add_typer(connections.connect, name="connect")
app.add_typer(events.events, name="events")
# Rooms that the service may not import, and packages of others, bring their own commands.
for entry in entry_points(group="precedent.commands"):
    app.add_typer(entry.load(), name=entry.name)


def main() -> None:
    """Run a command; turn every failure into a message and a status."""
    configure_logging(os.environ.get("PRECEDENT_LOG_LEVEL", "warning"))
    try:
        app(args=with_explicit_json(sys.argv[1:]))
    except PrecedentError as exc:
        console.err.print(f"[red]{escape(str(exc))}[/]", soft_wrap=True)
        sys.exit(_FAILED)
    except KeyboardInterrupt:
        console.err.print("Interrupted. What was finished is kept; run it again to go on.")
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception:  # noqa: BLE001 — the process boundary
        # The log has the details, the person a sentence.
        structlog.get_logger().exception("unexpected")
        console.err.print("[red]Something unexpected went wrong; the log above says what.[/]")
        sys.exit(_UNEXPECTED)


def with_explicit_json(arguments: list[str]) -> list[str]:
    """``--json`` alone means standard output; give it the ``-`` that the option needs.

    A value is only taken for a file when it is ``-`` or ends in ``.json`` or ``.jsonl``:
    in ``precedent similar --json "VPN down"`` the text is not a file.
    """
    complete: list[str] = []
    for position, argument in enumerate(arguments):
        complete.append(argument)
        if argument == "--json":
            following = arguments[position + 1] if position + 1 < len(arguments) else ""
            if following != console.STDOUT and not following.endswith((".json", ".jsonl")):
                complete.append(console.STDOUT)
    return complete
