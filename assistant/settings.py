"""Every setting, once: environment variables ``PRECEDENT_…`` or lines of ``precedent.toml``.

A nested setting joins names with two underscores: ``PRECEDENT_EMBEDDER__BACKEND``. An
unknown name is an error, so that a misspelt setting is never silently ignored.
"""

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from assistant.auth_settings import AuthSettings
from assistant.domain.approval import Risk
from assistant.domain.holdout import Holdout
from assistant.domain.people import Person
from ingest.connections import Connection
from retrieval.access import EVERYONE
from retrieval.errors import InvalidSettings
from retrieval.ranking import SHIPPED, Weights

_PREFIX = "PRECEDENT_"
CONFIG_FILE = "precedent.toml"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EmbedderSettings(_Section):
    """Which embedding model.

    ``onnx-minilm`` (packaged) or its quicker ``onnx-minilm-int8``; ``sentence-transformers``
    with a ``model``; ``openai-compatible`` with a ``base_url`` and a ``model``.
    """

    backend: str = "onnx-minilm"
    model: str = ""
    base_url: str = ""
    api_key: SecretStr = SecretStr("")
    query_prefix: str = ""
    passage_prefix: str = ""
    threads: int = 0
    allow_download: bool = False


class VectorSettings(_Section):
    """What keeps the vectors: ``faiss`` (files), ``pgvector`` (the database) or ``qdrant``.

    ``owner`` tells this installation's index from others on the same server.
    """

    engine: str = "faiss"
    url: str = ""
    api_key: SecretStr = SecretStr("")
    owner: str = "main"


class FusionSettings(_Section):
    """What each feature of a candidate weighs, see ``retrieval.ranking``.

    Weights that ``precedent fit`` learned, where they help, go before these.
    """

    similarity: float = Field(default=SHIPPED.similarity, ge=0)
    breadth: float = Field(default=SHIPPED.breadth, ge=0)
    words: float = Field(default=SHIPPED.words, ge=0)
    recency: float = Field(default=SHIPPED.recency, ge=0)
    precedent: float = Field(default=SHIPPED.precedent, ge=0)
    service: float = Field(default=SHIPPED.service, ge=0)

    @model_validator(mode="after")
    def _weighs_something(self) -> "FusionSettings":
        if not any(self.weights().vector()):
            raise ValueError("every weight is 0, so that nothing could be ranked")
        return self

    def weights(self) -> Weights:
        """The same as the ranking takes them."""
        return Weights(**self.model_dump())


class RerankerSettings(_Section):
    """An optional closer reading of the first hits: ``late-interaction``, ``cross-encoder``."""

    backend: str = ""
    model: str = ""


class ChatSettings(_Section):
    """An optional chat model, as LangChain names it: ``provider:model``.

    One answer may take ``timeout_seconds`` and ``max_tokens``; a draft, which may need two,
    ``deadline_seconds``. The prompt with its evidence takes at most ``context_tokens``; the
    model's window must hold these and ``max_tokens``. ``prompt`` is the version of the
    prompt ``rca_draft``.
    """

    model: str = ""
    prompt: str = "v2"
    base_url: str = ""
    api_key: SecretStr = SecretStr("")
    timeout_seconds: float = Field(default=60.0, gt=0)
    deadline_seconds: float = Field(default=90.0, gt=0)
    max_tokens: int = Field(default=4_000, gt=0)
    context_tokens: int = Field(default=8_000, gt=0)


class VerifierSettings(_Section):
    """An optional second opinion on what a chat model writes.

    ``model`` is a cross-encoder of sentence-transformers with the labels entailment,
    contradiction and neutral, by path. A claim is removed when the model finds it
    contradicted with at least ``contradiction_at``, and doubted when it finds it entailed
    with less than ``entailment_below``.
    """

    model: str = ""
    contradiction_at: float = Field(default=0.5, gt=0.0, le=1.0)
    entailment_below: float = Field(default=0.5, ge=0.0, lt=1.0)


class TriageSettings(_Section):
    """What an answer must be worth.

    ``wanted_precision``: of the answers that are given, so many should show a real precedent;
    ``precedent fit --backtest`` sets the limit for "no precedent" by it.
    """

    wanted_precision: float = Field(default=0.7, gt=0.0, le=1.0)


class RedactionSettings(_Section):
    """What is removed before anything is stored."""

    ip_addresses: Literal["keep", "mask"] = "keep"


class IngestSettings(_Section):
    """Who may read records whose source says nothing about readers."""

    groups: frozenset[str] = frozenset({EVERYONE})


class MarkdownFolderSettings(_Section):
    """Where approved drafts are written as files; default ``<data_dir>/outbox``."""

    folder: Path | None = None


class ApprovalSettings(_Section):
    """What an approval takes, and how long it holds.

    ``quorum`` people must approve a write of each risk; whoever wrote it never counts. A write
    that was not carried out within ``expires_hours`` needs to be approved again.
    """

    quorum: dict[Risk, int] = Field(
        default_factory=lambda: {Risk.LOW: 1, Risk.ELEVATED: 1, Risk.HIGH: 2}
    )
    expires_hours: float = Field(default=72.0, gt=0)


class DeliverySettings(_Section):
    """How approved content is carried out.

    A worker that is silent for ``lease_seconds`` has died; every call of a writer must end
    long before. When it is not known whether a write was made, the worker looks for it so many
    seconds later, one after the other.
    """

    lease_seconds: float = Field(default=120.0, gt=0)
    look_again_seconds: tuple[float, ...] = (5.0, 30.0, 120.0)


class TargetSettings(_Section):
    """The places that approved proposals may be written to."""

    default: str = "markdown-folder"
    markdown_folder: MarkdownFolderSettings = MarkdownFolderSettings()


class WebSettings(_Section):
    """The HTTP server.

    ``public_url`` is its address as people type it, where a proxy stands before it.
    ``frame_ancestors`` are the origins whose pages may show ours in a frame. Cookies are for
    https only where the request came so, and always with ``secure_cookies``.

    Limits are per minute and process; 0 is none. ``requests_per_minute`` holds for each person
    and program, ``anonymous_requests_per_minute`` for each address from which nobody is signed
    in, ``sign_ins_per_minute`` for the attempts to sign in from an address, with every refused
    key and token, and ``webhooks_per_minute`` for the events from an address.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    frame_ancestors: tuple[str, ...] = ()
    max_body_bytes: int = 4 * 1024 * 1024
    embedded_worker: bool = True
    secure_cookies: bool = False
    requests_per_minute: int = Field(default=1_200, ge=0)
    anonymous_requests_per_minute: int = Field(default=240, ge=0)
    sign_ins_per_minute: int = Field(default=60, ge=0)
    webhooks_per_minute: int = Field(default=6_000, ge=0)


class EvaluationSettings(_Section):
    """How an evaluation asks a running deployment, and where its runs are kept.

    ``api_key`` is a key of that deployment (``precedent keys create``). ``runs`` is the folder
    of the run records that the page of quality shows; default ``<data_dir>/eval``.
    """

    api_key: SecretStr = SecretStr("")
    runs: Path | None = None


class Settings(BaseSettings):
    """All settings with the values that the embedded default uses."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_nested_delimiter="__",
        toml_file=CONFIG_FILE,
        frozen=True,
        extra="forbid",
        # A wrong setting may be a secret, and a traceback shows the error.
        hide_input_in_errors=True,
    )

    data_dir: Path = Path("var")
    database_url: SecretStr | None = None
    user: str = "operator"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    embedder: EmbedderSettings = EmbedderSettings()
    vectors: VectorSettings = VectorSettings()
    fusion: FusionSettings = FusionSettings()
    reranker: RerankerSettings = RerankerSettings()
    chat: ChatSettings = ChatSettings()
    verifier: VerifierSettings = VerifierSettings()
    triage: TriageSettings = TriageSettings()
    online: Holdout = Holdout()
    redaction: RedactionSettings = RedactionSettings()
    ingest: IngestSettings = IngestSettings()
    targets: TargetSettings = TargetSettings()
    approval: ApprovalSettings = ApprovalSettings()
    delivery: DeliverySettings = DeliverySettings()
    connections: dict[str, Connection] = Field(default_factory=dict)
    auth: AuthSettings = AuthSettings()
    web: WebSettings = WebSettings()
    evaluation: EvaluationSettings = EvaluationSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    def database(self) -> str:
        """The database URL: as set, else a SQLite file in the data directory."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'precedent.db'}"

    @field_validator("connections")
    @classmethod
    def _named(cls, given: dict[str, Connection]) -> dict[str, Connection]:
        return {name: each.model_copy(update={"name": name}) for name, each in given.items()}

    def review_url(self, proposal_id: str) -> str:
        """Where people look at a proposal and decide on it."""
        base = self.web.public_url or f"http://{self.web.host}:{self.web.port}"
        return f"{base.rstrip('/')}/approvals/{proposal_id}"

    def person(self, name: str) -> Person | None:
        """A configured person by name."""
        return next((person for person in self.auth.people if person.name == name), None)


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; raises ``InvalidSettings`` naming each wrong one."""
    _refuse_unknown_variables()
    try:
        return Settings(**overrides)
    except ValidationError as exc:
        problems = "; ".join(
            f"{_PREFIX}{'__'.join(str(part) for part in error['loc']).upper()}: {error['msg']}"
            for error in exc.errors()
        )
        raise InvalidSettings(f"Some settings are not usable. {problems}") from exc
    except ValueError as exc:
        raise InvalidSettings(f"{CONFIG_FILE} cannot be read: {exc}") from exc


def _refuse_unknown_variables() -> None:
    """Pydantic ignores unknown environment variables at the top level; we do not."""
    for name in os.environ:
        if not name.startswith(_PREFIX):
            continue
        top = name.removeprefix(_PREFIX).split("__")[0].lower()
        if top not in Settings.model_fields:
            known = ", ".join(_PREFIX + field.upper() for field in Settings.model_fields)
            raise InvalidSettings(f"{name} is not a setting. Known are {known}.")
