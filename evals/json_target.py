"""Where ``--json`` writes to."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant import console
from retrieval.errors import InvalidInput


def check_target(target: str | None) -> None:
    """Raise ``InvalidInput`` before a long run when its result could not be written."""
    if target is None or target == console.STDOUT:
        return
    path = Path(target)
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise InvalidInput(f"{path} cannot be written. Name a file in a folder that exists.")


def write_object(found: Mapping[str, Any], target: str) -> None:
    """Write one JSON object; ``InvalidInput`` where that cannot be."""
    try:
        console.write_json(target, json.dumps(found))
    except OSError as exc:
        raise InvalidInput(f"{target} cannot be written: {exc.strerror}.") from exc
