"""The commands of ``precedent``, a module for each thing a person wants to do.

A command does three things: read its arguments, call one service, print the answer.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from assistant.bootstrap import Application
from assistant.domain.people import OPERATOR, Person, Role
from assistant.settings import load_settings
from ingest.times import parse_moment
from retrieval.access import Reader
from retrieval.errors import InvalidInput, NotFound, UnreadableFile

Json = Annotated[
    str | None,
    typer.Option(
        "--json", metavar="[FILE]", help="Print JSON to FILE, or with - to standard output."
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="TIME", help="Use only what was known then (ISO 8601)."),
]
As = Annotated[
    str | None,
    typer.Option("--as", metavar="NAME", help="Act as this configured person."),
]


def application(*, migrate_database: bool = False) -> Application:
    """The wired application, from the settings of this process."""
    return Application(load_settings(), migrate_database=migrate_database)


def acting_person(app: Application, name: str | None) -> Person:
    """Who acts: the named person, else the setting ``user``; the operator may not approve."""
    wanted = name or app.settings.user
    if wanted == OPERATOR:
        return Person(
            name=OPERATOR,
            display_name="Operator of this installation",
            roles=frozenset({Role.ANALYST, Role.AUTHOR, Role.ADMIN}),
        )
    person = app.settings.person(wanted)
    if person is None:
        known = ", ".join(person.name for person in app.settings.auth.people)
        told = f"Configured are {known}." if known else "People act in the browser, signed in."
        raise NotFound(f"There is no person {wanted!r} for commands. {told}")
    return person


def reader_for(app: Application, name: str | None) -> Reader:
    """On whose behalf a command reads: everything for the operator of the installation."""
    person = acting_person(app, name)
    return Reader.operator() if person.name == OPERATOR else person.reader()


def moment(value: str | None, option: str = "--as-of") -> datetime | None:
    """The value of an option that is a time; ``InvalidInput`` names the option."""
    if value is None:
        return None
    try:
        return parse_moment(value)
    except ValueError as exc:
        raise InvalidInput(f"{option} {value!r} is not a time: {exc}") from exc


def read_text(file: Path | None) -> str:
    """The text of a UTF-8 file, or of standard input for ``-`` and for nothing."""
    if file is None or str(file) == "-":
        return typer.get_text_stream("stdin").read()
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise UnreadableFile(f"{file} cannot be read: {exc.strerror}.") from exc
    except UnicodeDecodeError as exc:
        raise UnreadableFile(
            f"{file} is not UTF-8 text (byte {exc.start}). Save it as UTF-8 and try again."
        ) from exc
