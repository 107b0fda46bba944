"""Column profiles: which columns of a ticket table mean what. YAML, one a kind of export."""

from importlib.resources import files
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from retrieval.errors import InvalidInput, UnreadableFile
from retrieval.records import RecordKind

_FOLDER = files("ingest") / "profiles"


class SectionColumn(BaseModel):
    """A long text that becomes a section of the record."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    heading: str
    column: str
    # ServiceNow prints journals newest first, each entry under a line of time and author.
    journal: bool = False


class Profile(BaseModel):
    """How to read one kind of export.

    ``columns`` maps our name of a column to the headers it may have; upper and lower
    case, spaces and underscores make no difference.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    description: str
    kind: RecordKind = RecordKind.INCIDENT
    kind_by_prefix: dict[str, RecordKind] = Field(default_factory=dict)
    columns: dict[str, list[str]]
    required: list[str] = ["id", "title"]
    sections: list[SectionColumn]
    services: list[str] = ["service"]
    service_separator: str = ";"
    date_formats: list[str] = Field(default_factory=list)
    time_zone: str = "UTC"
    # A header that only this kind of export has; it decides between profiles.
    telling: Annotated[list[str], Field(default_factory=list)]


def profile_names() -> list[str]:
    """Names of the profiles that come with the product."""
    names = (path.name for path in _FOLDER.iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def load_profile(name: str) -> Profile:
    """A profile by name, or from a YAML file of the user's own.

    Raises ``InvalidInput`` naming the file and the key that is wrong.
    """
    own = Path(name)
    if own.suffix in (".yaml", ".yml"):
        try:
            text = own.read_text(encoding="utf-8")
        except OSError as exc:
            raise UnreadableFile(f"The profile {own} cannot be read: {exc.strerror}.") from exc
    elif name in profile_names():
        text = (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    else:
        raise InvalidInput(
            f"There is no profile {name!r}. Give one of {', '.join(profile_names())}, "
            "or the path of a YAML file."
        )
    try:
        return Profile.model_validate(yaml.safe_load(text))
    except yaml.YAMLError as exc:
        raise InvalidInput(f"The profile {name} is not YAML: {exc}") from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"The profile {name} is wrong at {key}: {first['msg']}.") from exc
