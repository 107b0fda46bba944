"""Loads prompts and fills them in; a missing or an extra input is an error.

A prompt is ``prompts/NAME/VERSION.md``: YAML front matter (``name``, ``version``,
``description``, ``inputs`` with their types), then a part ``[system]`` and a part
``[user]``, each a Jinja2 template. Templates are sandboxed and undefined names are
errors. A published version never changes; a change is a new version, and
``prompts/CHECKSUMS`` proves it.

PromptError
├── UnknownPrompt    no such name or version
├── InvalidPrompt    a file is not a prompt
└── WrongInputs      an input is missing, unknown or of another type
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import yaml
from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

PROMPTS = Path(__file__).parent

Input = str | int | list[object] | tuple[object, ...]
_TYPES: dict[str, type | tuple[type, ...]] = {"str": str, "int": int, "list": (list, tuple)}
_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined,
    autoescape=False,  # the result is a message to a model, never HTML
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=False,
)
_SYSTEM, _USER = "[system]", "[user]"


class PromptError(Exception):
    """A prompt cannot be used."""


class UnknownPrompt(PromptError):
    """There is no prompt of that name and version."""


class InvalidPrompt(PromptError):
    """A file is not a prompt."""


class WrongInputs(PromptError):
    """The inputs are not those that the prompt declares."""


class Messages(NamedTuple):
    """What is sent: the instruction and the question."""

    system: str
    user: str


@dataclass(frozen=True)
class Prompt:
    """One version of one prompt. ``inputs`` maps a name to ``str``, ``int`` or ``list``."""

    name: str
    version: str
    description: str
    inputs: Mapping[str, str]
    system: Template
    user: Template

    @property
    def id(self) -> str:
        """``name/version``, as it is kept with what was made by it."""
        return f"{self.name}/{self.version}"

    def render(self, **inputs: Input) -> Messages:
        """Fill in both parts; raises ``WrongInputs``."""
        missing, extra = self.inputs.keys() - inputs.keys(), inputs.keys() - self.inputs.keys()
        if missing or extra:
            raise WrongInputs(
                f"Prompt {self.id} needs the inputs {_listed(self.inputs)}; "
                f"missing: {_listed(missing)}; unknown: {_listed(extra)}."
            )
        for name, declared in self.inputs.items():
            if not _fits(inputs[name], declared):
                given = type(inputs[name]).__name__
                raise WrongInputs(f"Input {name} of prompt {self.id} is {given}, not {declared}.")
        try:
            return Messages(self.system.render(inputs), self.user.render(inputs))
        except TemplateError as exc:
            raise WrongInputs(f"Prompt {self.id} cannot be filled in: {exc}.") from exc


class PromptLibrary:
    """The prompts in a folder, read when asked for."""

    def __init__(self, folder: Path = PROMPTS) -> None:
        self._folder = folder

    def names(self) -> tuple[str, ...]:
        """Every ``name/version`` there is, sorted."""
        return tuple(
            sorted(f"{path.parent.name}/{path.stem}" for path in self._folder.glob("*/v*.md"))
        )

    def load(self, name: str, version: str) -> Prompt:
        """One prompt; raises ``UnknownPrompt`` or ``InvalidPrompt``."""
        wanted = f"{name}/{version}"
        # Looked up in the list, so that a name can never lead out of the folder.
        if wanted not in self.names():
            raise UnknownPrompt(
                f"There is no prompt {wanted}. There are: {', '.join(self.names()) or 'none'}."
            )
        path = self._folder / name / f"{version}.md"
        prompt = _parsed(path, path.read_text(encoding="utf-8"))
        if prompt.id != wanted:
            raise InvalidPrompt(f"{path} calls itself {prompt.id}; make name and place agree.")
        return prompt


def _parsed(path: Path, text: str) -> Prompt:
    head, parts = _divided(path, text)
    try:
        front = yaml.safe_load(head)
        system, user = (_ENVIRONMENT.from_string(part) for part in parts)
        used = meta.find_undeclared_variables(_ENVIRONMENT.parse("\n".join(parts)))
    except (yaml.YAMLError, TemplateError) as exc:
        raise InvalidPrompt(f"{path} cannot be read: {exc}.") from exc
    if not isinstance(front, dict) or {"name", "version", "inputs", "description"} - front.keys():
        raise InvalidPrompt(f"{path} must begin with name, version, description and inputs.")
    inputs = {str(key): str(value) for key, value in (front["inputs"] or {}).items()}
    if unknown := set(inputs.values()) - _TYPES.keys():
        raise InvalidPrompt(f"{path}: inputs can be {_listed(_TYPES)}, not {_listed(unknown)}.")
    if used ^ inputs.keys():
        raise InvalidPrompt(
            f"{path} declares {_listed(inputs)} and uses {_listed(used)}; make them agree."
        )
    return Prompt(
        name=str(front["name"]),
        version=str(front["version"]),
        description=str(front["description"]),
        inputs=inputs,
        system=system,
        user=user,
    )


class _Divided(NamedTuple):
    head: str
    parts: tuple[str, str]


def _divided(path: Path, text: str) -> _Divided:
    """Front matter and the two parts, which stand on lines of their own."""
    lines = text.splitlines()
    try:
        end = lines.index("---", 1)
        system, user = lines.index(_SYSTEM, end), lines.index(_USER, end)
    except ValueError as exc:
        raise InvalidPrompt(
            f"{path} needs front matter between '---' lines, then {_SYSTEM}, then {_USER}."
        ) from exc
    if lines[0] != "---" or user < system:
        raise InvalidPrompt(f"{path} must begin with '---', and {_SYSTEM} comes before {_USER}.")
    return _Divided(
        "\n".join(lines[1:end]),
        ("\n".join(lines[system + 1 : user]).strip(), "\n".join(lines[user + 1 :]).strip()),
    )


def _fits(value: Input, declared: str) -> bool:
    # A bool is an int to Python, never to a prompt.
    return isinstance(value, _TYPES[declared]) and not isinstance(value, bool)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(str(name) for name in names)) or "none"
