"""What a run takes besides its answers: memory, room on the disk, and the time of reading in."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

from assistant.settings import EmbedderSettings
from evals.rss import own_peak_mb
from retrieval.embedders.packaged import MINILM


class ReadIn(NamedTuple):
    """How a corpus was read: seconds to take records in, and to embed and publish.

    ``embedded`` texts were embedded anew; the others came from the cache of vectors.
    """

    take_in_s: float
    index_s: float
    embedded: int


@dataclass(frozen=True, slots=True)
class Footprint:
    """Seconds, megabytes (2²⁰ bytes) and counts; ``None`` where there is no such thing.

    ``peak_mb`` is the most memory that this process has held, ``index_mb`` the published index,
    ``model_mb`` the files of the embedding model, ``None`` where it answers elsewhere.
    """

    peak_mb: float = field(default_factory=own_peak_mb)
    take_in_s: float | None = None
    index_s: float | None = None
    embedded: int | None = None
    index_mb: float | None = None
    model_mb: float | None = None

    @classmethod
    def of(
        cls, embedder: EmbedderSettings, index: Path | None = None, read: ReadIn | None = None
    ) -> "Footprint":
        """Of an installation with that embedder and, where there is one, published index."""
        return cls(
            take_in_s=None if read is None else read.take_in_s,
            index_s=None if read is None else read.index_s,
            embedded=None if read is None else read.embedded,
            index_mb=None if index is None else megabytes(index.rglob("*")),
            model_mb=model_mb(embedder),
        )

    def as_json(self) -> dict[str, float | None]:
        """The documented object."""
        return {
            name: None if value is None else round(value, 2) for name, value in asdict(self).items()
        }


def model_mb(embedder: EmbedderSettings) -> float | None:
    """What an embedding model takes on this disk; ``None`` where that is not known.

    The int8 model is made from the same files at every start.
    """
    if embedder.backend == "hashing":
        return 0.0
    if embedder.backend.startswith("onnx-minilm"):
        folder = MINILM.path()
        return megabytes(folder / name for name in MINILM.sha256)
    folder = Path(embedder.model)
    return megabytes(folder.rglob("*")) if embedder.model and folder.is_dir() else None


def megabytes(files: Iterable[Path]) -> float:
    """The size of those that are files."""
    return float(sum(file.stat().st_size for file in files if file.is_file())) / 2**20
