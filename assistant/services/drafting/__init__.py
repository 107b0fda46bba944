"""Drafting an RCA: writers, the gate after every one of them, and the use case.

The catalogue of writers. To add one: write its file here, implement
``drafting.ports.Writer``, add a line to ``WRITERS``. A writer gets a chat model or
``None``; return ``None`` when it needs one and there is none, and it is not offered.
"""

from collections.abc import Callable

from assistant.services.drafting.chat import ChatWriter
from assistant.services.drafting.extractive import ExtractiveWriter
from assistant.services.drafting.ports import StructuredModel, Writer

WRITERS: dict[str, Callable[[StructuredModel | None], Writer | None]] = {
    "extractive": lambda _model: ExtractiveWriter(),
    "chat": lambda model: None if model is None else ChatWriter(model),
}


def writers(model: StructuredModel | None = None) -> dict[str, Writer]:
    """Every writer that can work with what is configured, by name."""
    built = {name: build(model) for name, build in WRITERS.items()}
    return {name: writer for name, writer in built.items() if writer is not None}
