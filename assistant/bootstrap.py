"""The one place where everything is wired together. Nothing heavy is loaded here."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property, partial
from importlib.metadata import version
from typing import Any

from assistant.db import migrate
from assistant.db.audit import AuditLedger
from assistant.db.change_marks import ChangeMarkRepository
from assistant.db.feedback import FeedbackRepository
from assistant.db.suggestion_events import SuggestionEvents
from assistant.llm.chat import ChatChoice, ChatModel
from assistant.llm.entailment import CrossEncoderEntailment
from assistant.notices import notifiers
from assistant.services.approval import ApprovalService
from assistant.services.backtest.service import Calibrating
from assistant.services.change_marks import ChangeMarking
from assistant.services.commenting import Commenting
from assistant.services.companions.service import Companions
from assistant.services.draft_approval import DraftApproval
from assistant.services.draft_reading import DraftReading
from assistant.services.draft_store import DraftStore
from assistant.services.drafting import Means, writers
from assistant.services.drafting.chat import Budget
from assistant.services.drafting.entailment import Limits, SecondOpinion
from assistant.services.drafting.evidence import Evidence
from assistant.services.drafting.gate import RULES, ClaimCheck
from assistant.services.drafting.service import DraftingService
from assistant.services.editing import Editing
from assistant.services.events import EventWorker
from assistant.services.fields.fitted import FieldFitting, FittedFields
from assistant.services.fitting import FittedFile, Fitting
from assistant.services.giving_feedback import GivingFeedback
from assistant.services.identity.api_keys import ApiKeys
from assistant.services.identity.exchange import TokenExchange
from assistant.services.identity.sessions import Sessions
from assistant.services.identity.single_sign_on import SingleSignOn
from assistant.services.insights.connector_health import HealthReport
from assistant.services.insights.corpus_hygiene import HygieneReport
from assistant.services.insights.knowledge_gaps import GapReport
from assistant.services.insights.quality import QualityReading
from assistant.services.insights.recurring import RecurringReport
from assistant.services.insights.service import Insights
from assistant.services.insights.usage import UsageReading
from assistant.services.judging import Judging
from assistant.services.kill_switch import KillSwitch
from assistant.services.places import Places
from assistant.services.receiving import EventReceiver
from assistant.services.similar import SimilarIncidents
from assistant.services.submitting import Submitting
from assistant.services.suggestions import SuggestionLog
from assistant.services.syncing import Syncing
from assistant.services.telling import NoticeWorker
from assistant.services.triage.confidence import CalibrationFile
from assistant.services.triage.fields import FieldSuggester
from assistant.services.triage.service import Triage
from assistant.services.upkeep import IndexUpkeep
from assistant.services.work_notes import WorkNotes
from assistant.services.write_back import DeliveryRules, DeliveryWorker
from assistant.settings import (
    ChatSettings,
    EmbedderSettings,
    Settings,
    VectorSettings,
    VerifierSettings,
)
from assistant.writers import ticket_writers
from ingest.intake import Intake
from ingest.pipeline import IngestPipeline
from ingest.redaction import IpPolicy, RedactionPolicy, Redactor
from ingest.redaction.remembering import RememberingRedactor
from ingest.runs import RunJournal
from ingest.webhooks.event_records import EventRecords
from retrieval.corpus.database import Database
from retrieval.corpus.store import SqlRecordStore
from retrieval.embedders import EmbedderChoice, embedder, recalled
from retrieval.embedders.ray_pool import RayEmbedder
from retrieval.embedders.remembering import Remembering
from retrieval.errors import InvalidSettings, NotFound
from retrieval.generations import GenerationFolder
from retrieval.indexer import Indexer
from retrieval.indexes import EngineChoice, vector_engine
from retrieval.open_index import IndexReader
from retrieval.rerankers import RerankerChoice, reranker
from retrieval.searcher import Searcher

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


# Enough texts to keep a cluster busy; a lost run repeats at most these.
_RAY_CHUNK = 20_000


class EmbedOn(StrEnum):
    """Where new texts are embedded."""

    LOCAL = "local"
    RAY = "ray"


def _revealed(section: EmbedderSettings | VectorSettings) -> dict[str, Any]:
    """The values of a section with its key in clear, for the adapter that sends it."""
    return section.model_dump() | {"api_key": section.api_key.get_secret_value()}


def connected_chat(chosen: ChatSettings, seed: int | None = None) -> ChatModel:
    """The configured chat model; errors as of :meth:`ChatModel.connect`."""
    ours = {"deadline_seconds", "context_tokens", "prompt"}
    return ChatModel.connect(ChatChoice(**chosen.model_dump(exclude=ours), seed=seed))


def _claim_check(chosen: VerifierSettings) -> ClaimCheck:
    """The rules, with a model beside them where one is configured."""
    if not chosen.model:
        return RULES
    limits = Limits(chosen.contradiction_at, chosen.entailment_below)
    return SecondOpinion(RULES, CrossEncoderEntailment(chosen.model), limits)


class Application:
    """Everything that commands, API and pages use, wired from the settings.

    A SQLite database is brought up to date here; a PostgreSQL one is changed only by
    ``precedent migrate`` (``migrate=True``), because several processes share it.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock = utc_now,
        chat: ChatModel | None = None,
        migrate_database: bool = False,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.version = version("precedent")
        self.database = Database(settings.database())
        self._prepare_database(migrate_database)
        self._wire_identity()
        self._wire_retrieval()
        self._wire_ingest()
        self._wire_triage()
        self._wire_services(chat)
        self._wire_events()
        self._wire_insights()

    def _prepare_database(self, asked: bool) -> None:
        if asked or self.database.dialect == "sqlite":
            if not migrate.is_current(self.database):
                migrate.upgrade(self.database)
        elif not migrate.is_current(self.database):
            raise InvalidSettings(
                "The database is not in the shape that this version needs. "
                "Run 'precedent migrate' once, then start again."
            )

    def _wire_identity(self) -> None:
        auth = self.settings.auth
        self.keys = ApiKeys(self.database, self.clock)
        self.sessions = Sessions(
            self.database,
            self.clock,
            sources=auth.sources,
            lasts=timedelta(hours=auth.session_hours),
            idle=timedelta(minutes=auth.idle_minutes),
        )
        self.single_sign_on = None
        if auth.mode == "oidc" and auth.oidc is not None:
            self.single_sign_on = SingleSignOn(auth.oidc, self.clock)
        self.token_exchange = TokenExchange(
            self.database, self.sessions, self.single_sign_on, auth.hosts, self.clock
        )

    def _wire_retrieval(self) -> None:
        self.store = SqlRecordStore(self.database)
        choice = EmbedderChoice(**_revealed(self.settings.embedder))
        model = embedder(choice)
        self.embedder = Remembering(model)
        self.engine = vector_engine(EngineChoice(**_revealed(self.settings.vectors)), self.database)
        folder = GenerationFolder(self.settings.data_dir / "index")
        indexer = partial(
            Indexer,
            self.database,
            folder=folder,
            engine=self.engine,
            described=choice.described(),
        )
        self.indexer = indexer(model)
        self._indexer_on_ray: Callable[[], Indexer] = lambda: indexer(
            RayEmbedder(partial(embedder, choice)), chunk=_RAY_CHUNK
        )
        self.index = IndexReader(folder, self.embedder, self.engine, partial(recalled, choice))
        self.upkeep = IndexUpkeep(self.indexer)
        self.fitted = FittedFile(self.settings.data_dir / "models", self.settings.fusion.weights())
        closer = reranker(RerankerChoice(**self.settings.reranker.model_dump()))
        self.searcher = Searcher(self.index, self.store, self.fitted.ranker(), closer)

    def _wire_ingest(self) -> None:
        policy = RedactionPolicy(ip_addresses=IpPolicy(self.settings.redaction.ip_addresses))
        self.redactor = Redactor(policy)
        self.pipeline = IngestPipeline(self.database, self.redactor, self.indexer, self.clock)
        self.runs = RunJournal(self.database)
        connections = self.settings.connections
        self.syncing = Syncing(self.database, self.redactor, connections, self.clock)

    def _wire_services(self, chat: ChatModel | None) -> None:
        self.fitting = Fitting(self.searcher, self.store, self.fitted, self.clock)
        self.drafts = DraftStore(self.database, self.clock)
        self.reading = DraftReading(self.drafts, self.store)
        self.commenting = Commenting(self.database, self.reading, self.redactor, self.clock)
        self.companions = Companions(self.reading, self.store)
        self.draft_approval = DraftApproval(self.database)
        self.editing = Editing(self.store, self.redactor)
        self.work_notes = WorkNotes(self.triage, self.store, self.drafts)
        self._chat = chat
        self.audit = AuditLedger(self.database)
        self._wire_approval()

    def _wire_approval(self) -> None:
        settings = self.settings
        folder = settings.targets.markdown_folder.folder or settings.data_dir / "outbox"
        targets = ticket_writers(folder, settings.connections.values())
        database, redactor, clock = self.database, self.redactor, self.clock
        self.places = Places(targets, self.store, redactor, clock)
        self.submitting = Submitting(
            database,
            self.places,
            redactor,
            quorum=settings.approval.quorum,
            review_url=settings.review_url,
            clock=clock,
        )
        holds_for = timedelta(hours=settings.approval.expires_hours)
        self.approvals = ApprovalService(database, self.places, redactor, holds_for, clock)
        self.kill_switch = KillSwitch(database, self.places, clock)
        connections = settings.connections.values()
        rules = DeliveryRules(
            lease=settings.delivery.lease_seconds,
            look_again=settings.delivery.look_again_seconds,
            pauses={each.name: each.pause_seconds for each in connections},
            rehearsed={each.name for each in connections if each.dry_run},
        )
        self.worker = DeliveryWorker(database, targets, redactor, clock, rules)
        self.telling = NoticeWorker(database, notifiers(connections), settings.review_url)

    def _wire_events(self) -> None:
        database, connections, clock = self.database, self.settings.connections, self.clock
        redactor = RememberingRedactor(self.redactor)
        self.receiver = EventReceiver(database, connections, redactor, clock)
        records = EventRecords(database, Intake(database, self.redactor, clock))
        self.events = EventWorker(database, connections, records, self.syncing, clock)

    def _wire_triage(self) -> None:
        self.similar = SimilarIncidents(self.searcher, self.store, self.redactor, self.clock)
        self.suggestions = SuggestionLog(self.database, self.clock, self.settings.online)
        self.feedback = FeedbackRepository(self.database)
        self.giving_feedback = GivingFeedback(
            self.similar, self.feedback, self.redactor, self.clock
        )
        self.judging = Judging(self.database, self.similar, self.redactor, self.clock)
        marks = ChangeMarkRepository(self.database)
        self.change_marking = ChangeMarking(self.similar, marks, self.redactor, self.clock)
        models = self.settings.data_dir / "models"
        self.calibration = CalibrationFile(models)
        fitted_fields = FittedFields(models / "fields", self.embedder)
        self.triage = Triage(
            self.searcher,
            self.store,
            self.embedder,
            self.clock,
            marks=marks,
            feedback=self.feedback,
            calibration=self.calibration,
            fields=FieldSuggester(fitted_fields),
        )
        self.field_fitting = FieldFitting(fitted_fields, self.embedder, self.clock)
        self.calibrating = Calibrating(
            self.triage, self.store, self.embedder, self.calibration, self.clock
        )

    def _wire_insights(self) -> None:
        store, clock, connections = self.store, self.clock, self.settings.connections
        recurring = RecurringReport(store, self.database, self.embedder)
        events = SuggestionEvents(self.database, store)
        self.insights = Insights(
            HygieneReport(store),
            recurring,
            GapReport(store, recurring, self.triage, events, clock),
            HealthReport(self.syncing, self.runs, connections, clock),
            UsageReading(store, events, clock),
            QualityReading(self.settings.evaluation.runs or self.settings.data_dir / "eval"),
        )

    @cached_property
    def drafting(self) -> DraftingService:
        """Drafting; a configured chat model is connected at the first use, not before."""
        chat = self.settings.chat
        model = self._chat
        if model is None and chat.model:
            model = connected_chat(chat)
        return DraftingService(
            self.similar,
            Evidence(self.similar, self.store, self.searcher, self.triage),
            self.drafts,
            writers(
                Means(
                    model,
                    Budget(chat.context_tokens, chat.deadline_seconds),
                    _claim_check(self.settings.verifier),
                    chat.prompt,
                )
            ),
            # A chat model that somebody configured is meant to be used.
            "extractive" if model is None else "chat",
        )

    def indexer_on(self, engine: EmbedOn) -> Indexer:
        """The indexer that embeds in this process, or on the machines of a Ray cluster."""
        return self._indexer_on_ray() if engine is EmbedOn.RAY else self.indexer

    @property
    def background(self) -> tuple[Callable[[threading.Event], None], ...]:
        """What runs beside, in the worker or in the server, each until its event is set."""
        return (
            self.worker.run,
            self.events.run,
            self.syncing.run,
            self.upkeep.run,
            self.telling.run,
        )

    def warm_up(self) -> None:
        """Load the model and the index, so that the first person need not wait for them."""
        self.embedder.query("warm up")
        try:
            self.index.current()
        except NotFound:
            # An empty installation has no index yet; the first ingest makes one.
            return

    def check_ready(self) -> None:
        """Raise unless the database answers and a published index can be read."""
        self.store.version()
        try:
            self.index.current()
        except NotFound:
            return
