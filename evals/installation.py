"""A temporary installation of the product that holds nothing but one corpus."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import structlog
from sqlalchemy.exc import DatabaseError

from assistant.bootstrap import Application
from assistant.llm.chat import ChatModel
from assistant.settings import load_settings
from evals.deployment import is_address
from evals.footprint import ReadIn
from evals.json_lines import objects
from evals.labellers import Embed
from evals.vector_cache import VectorCache
from ingest.pipeline import IngestOptions
from retrieval.access import EVERYONE
from retrieval.corpus.database import Database
from retrieval.corpus.vectors import VectorStore
from retrieval.indexer import Progress

# What a record is made of. Anything else that a file holds, such as the link that names
# the answer, must not be indexed.
_MEMBERS = ("id", "kind", "title", "text", "fields")
_SOURCE = "corpus"


@dataclass(frozen=True, slots=True)
class Installation:
    """The running product over the corpus. ``notes``: which records it could not take in.

    ``read`` is ``None`` where it holds no corpus.
    """

    app: Application
    notes: tuple[str, ...]
    read: ReadIn | None = None


@contextmanager
def bare_installation(chat: ChatModel | None = None) -> Iterator[Application]:
    """The product as the settings of this process configure it, without a record.

    Data directory and database are temporary and removed afterwards, whatever the settings
    say, so that no evaluation can touch what the organisation keeps.
    """
    with tempfile.TemporaryDirectory(prefix="precedent-eval-") as name:
        settings = load_settings(data_dir=Path(name) / "var", database_url=None)
        app = Application(settings, chat=chat)
        try:
            yield app
        finally:
            app.database.close()


@contextmanager
def installed(
    corpus: Path, cache_file: Path | None, progress: Progress | None = None
) -> Iterator[Installation]:
    """A bare installation that has taken in the records of a file.

    ``cache_file`` keeps vectors between runs; ``None`` embeds everything anew.
    """
    with bare_installation() as app:
        begin = time.perf_counter()
        notes = _take_in(app, corpus, app.settings.data_dir.parent)
        taken_in = time.perf_counter() - begin
        embedded, seconds = index(app, cache_file, progress)
        yield Installation(app, notes, ReadIn(taken_in, seconds, embedded))


@contextmanager
def holding(
    system: str, corpus: Path, cache_file: Path | None, progress: Progress | None = None
) -> Iterator[Installation]:
    """What a system answers from: an installation with the corpus, or a bare one for a
    deployment, which has records of its own.
    """
    if is_address(system):
        with bare_installation() as app:
            yield Installation(app, ())
        return
    with installed(corpus, cache_file, progress) as installation:
        yield installation


@contextmanager
def vectors_of(
    app: Application, cache_file: Path | None, progress: Progress | None = None
) -> Iterator[Embed]:
    """A function from texts to vectors that remembers what it embedded."""
    file = cache_file or app.settings.data_dir / "vectors.sqlite"
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(VectorCache(file, app.embedder)) as cache:
        yield lambda texts: cache.passages(texts, progress)


def _take_in(app: Application, corpus: Path, folder: Path) -> tuple[str, ...]:
    """Records by the product's own way in: read, redacted, divided into sections, stored."""
    stripped = folder / "corpus.jsonl"
    with stripped.open("w", encoding="utf-8") as stream:
        for _, entry in objects(corpus):
            record = {name: entry[name] for name in _MEMBERS if name in entry}
            stream.write(json.dumps(record) + "\n")
    options = IngestOptions(source=_SOURCE, groups=frozenset({EVERYONE}))
    summary = app.pipeline.take_in(stripped, options)
    if not summary.rejected:
        return ()
    first = summary.rejects[0]
    name = first.external_id or first.place
    return (
        f"{summary.rejected} of the records of {corpus.name} were not taken in; "
        f"the first is {name}: {first.reason}.",
    )


class Indexed(NamedTuple):
    """How many texts were embedded anew, and the seconds of embedding and publishing."""

    embedded: int
    seconds: float


def index(app: Application, cache_file: Path | None, progress: Progress | None = None) -> Indexed:
    """Embed and publish; a cache that cannot be used costs only time."""
    usable = cache_file is not None and _exchange(app, cache_file, VectorCache.lend)
    lacking = len(VectorStore(app.database, app.embedder.model_id).pending())
    begin = time.perf_counter()
    app.pipeline.index(progress)
    seconds = time.perf_counter() - begin
    if cache_file is not None and usable:
        _exchange(app, cache_file, VectorCache.learn)
    return Indexed(lacking, seconds)


def _exchange(
    app: Application, cache_file: Path, exchange: Callable[[VectorCache, Database], int]
) -> bool:
    try:
        with closing(VectorCache(cache_file, app.embedder)) as cache:
            exchange(cache, app.database)
    except (OSError, DatabaseError) as exc:
        structlog.get_logger().warning(
            "the vector cache was not used; delete the file if this stays",
            file=str(cache_file),
            reason=str(getattr(exc, "orig", exc)),
        )
        return False
    return True
