"""What the commands share: their options, and modules that are imported when a command runs."""

import importlib
from typing import Annotated, Any

import typer

from retrieval.errors import InvalidSettings

Json = Annotated[
    str | None,
    typer.Option(
        "--json", metavar="[FILE]", help="Print JSON to FILE, or with - to standard output."
    ),
]


def module(name: str) -> Any:
    """A module of this room, imported now rather than at every start of the command line.

    The metric libraries are an extra of the package; without them ``InvalidSettings``
    says how to get them.
    """
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as exc:
        if exc.name not in ("ir_measures", "scipy"):
            raise
        raise InvalidSettings(
            "Evaluation needs packages that are not installed. Run 'pip install precedent[eval]' "
            "(in a checkout: pip install -e '.[eval]')."
        ) from exc
