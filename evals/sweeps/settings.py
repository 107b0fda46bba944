"""The settings that can be swept, by their dotted names, and what each of them may be."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr, ValidationError

from assistant.services.drafting.chat import PROMPT_NAME
from assistant.settings import Settings, load_settings
from evals.runners.tasks import ANSWERS
from prompts.library import PromptLibrary
from retrieval.embedders import EMBEDDERS
from retrieval.errors import InvalidInput
from retrieval.indexes import ENGINES
from retrieval.rerankers import RERANKERS


class Setting(NamedTuple):
    """A setting of a section; ``choices`` where a catalogue says what it can be."""

    section: type[BaseModel]
    field: str
    choices: tuple[str, ...]

    def read(self, value: str) -> Any:
        """The value as the product reads it; ``ValueError`` says what is wrong with it."""
        if self.choices and value not in self.choices:
            raise ValueError(f"choose one of {', '.join(filter(None, self.choices))}")
        try:
            return getattr(self.section.model_validate({self.field: value}), self.field)
        except ValidationError as exc:
            raise ValueError(exc.errors()[0]["msg"]) from exc


def sweepable() -> Mapping[str, Setting]:
    """Every setting that answers depend on, without secrets."""
    sections = {name: type(Settings.model_fields[name].default) for name in ANSWERS}
    choices = _choices()
    return {
        f"{name}.{field}": Setting(section, field, choices.get(f"{name}.{field}", ()))
        for name, section in sorted(sections.items())
        for field, about in section.model_fields.items()
        if about.annotation is not SecretStr
    }


def check_setting(name: str, known: Mapping[str, Setting]) -> None:
    """Raise ``InvalidInput`` for what cannot be swept, saying what can."""
    if name in known:
        return
    below = [each for each in known if each.startswith(f"{name.partition('.')[0]}.")]
    raise InvalidInput(
        f"{name!r} is not a setting that can be swept. Choose one of "
        f"{', '.join(below or known)}{'' if below else ', system'}. Secrets belong into the "
        "environment, and other settings do not change answers."
    )


def as_set(name: str) -> Any:
    """What a setting is without the sweep."""
    found: Any = load_settings()
    for part in name.split("."):
        found = getattr(found, part)
    return found


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"PRECEDENT_{name.replace('.', '__').upper()}"


def shown(name: str, value: str) -> str:
    """A value as it may stand in a table; an address without what may be a secret in it."""
    if name.endswith(("_url", ".url")) and "://" in value:
        parts = urlsplit(value)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return value


def _choices() -> dict[str, tuple[str, ...]]:
    prompts = (name.split("/") for name in PromptLibrary().names())
    return {
        "embedder.backend": tuple(EMBEDDERS),
        "vectors.engine": tuple(ENGINES),
        "reranker.backend": ("", *RERANKERS),
        "chat.prompt": tuple(version for name, version in prompts if name == PROMPT_NAME),
    }
