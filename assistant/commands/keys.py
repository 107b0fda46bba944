"""``keys`` and ``sessions``: let programs in, and put people out."""

from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape

from assistant import console
from assistant.commands import As, Json, acting_person, application
from assistant.domain.credentials import ApiKey
from assistant.domain.people import Role
from assistant.schemas import Shape
from retrieval.access import EVERYONE

keys = typer.Typer(help="Keys by which programs sign in.", no_args_is_help=True)
sessions = typer.Typer(help="Who is signed in.", no_args_is_help=True)


class KeyOut(Shape):
    """A key, without its secret."""

    id: str
    name: str
    roles: list[Role]
    groups: list[str]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> "KeyOut":
        """From the domain value."""
        values = key.model_dump() | {"roles": sorted(key.roles), "groups": sorted(key.groups)}
        return cls(**values)


class NewKeyOut(KeyOut):
    """A new key with its secret, which is shown this once."""

    secret: str


@keys.command("create")
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the program is called.")],
    role: Annotated[
        list[Role] | None, typer.Option("--role", help="What it may do besides reading.")
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option("--group", help="Whose records it reads.")
    ] = None,
    expires_days: Annotated[
        int | None, typer.Option("--expires-days", help="By default it is valid until revoked.")
    ] = None,
    person: As = None,
    json: Json = None,
) -> None:
    """Give a program a key. Its secret is shown once and kept nowhere."""
    app = application()
    made = app.keys.create(
        acting_person(app, person),
        name,
        role or (),
        group or (EVERYONE,),
        None if expires_days is None else timedelta(days=expires_days),
    )
    if json is not None:
        shown = NewKeyOut(**KeyOut.of(made.key).model_dump(), secret=made.secret)
        console.write_model(json, shown)
        return
    # Only the secret is printed there, so that it can be piped into where it belongs.
    console.err.print(f"{made.key.id} for {name}. Keep it now; it is not shown again:")
    console.out.print(made.secret, markup=False, highlight=False, soft_wrap=True)


@keys.command("list")
def list_keys(json: Json = None) -> None:
    """Every key that was given, with what it may do and when it was used last."""
    app = application()
    known = app.keys.all()
    if json is not None:
        console.write_json(json, "\n".join(KeyOut.of(key).model_dump_json() for key in known))
        return
    now = app.clock()
    for key in known:
        state = "valid" if key.is_valid(now) else "revoked" if key.revoked_at else "ended"
        may = ", ".join(sorted(key.roles)) or "read only"
        used = "never used" if key.last_used_at is None else f"used {key.last_used_at:%Y-%m-%d}"
        groups = ", ".join(sorted(key.groups))
        told = f"{key.id}  {key.name}  {state}  {may}  reads {groups}  {used}"
        console.out.print(escape(told), soft_wrap=True)


@keys.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Its id, or the program's name.")],
    person: As = None,
) -> None:
    """End a key at once, or all keys of a program."""
    app = application()
    for ended in app.keys.revoke(acting_person(app, person), key):
        console.err.print(f"Revoked {ended.id} of {ended.name}.")


@sessions.command("end")
def end(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="By the name in the ledger.")],
) -> None:
    """Sign somebody out everywhere. Who may still sign in can come back."""
    ended = application().sessions.close_all_of(person)
    console.err.print(f"{ended} session{'' if ended == 1 else 's'} of {person} ended.")
