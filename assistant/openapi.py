"""``python -m assistant.openapi``: the OpenAPI document as it is served, on standard output."""

import json
import sys
from importlib.metadata import version

from assistant import api


def document() -> str:
    """The document as JSON."""
    described = api.document(version("precedent"))
    return json.dumps(described, indent=2, ensure_ascii=False)


if __name__ == "__main__":
    sys.stdout.write(f"{document()}\n")
