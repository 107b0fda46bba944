"""The default RAG: a recursive splitter, one embedding model, the closest chunks."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_text_splitters import RecursiveCharacterTextSplitter

from retrieval.ports import Embedder
from retrieval.records import Record

# The values of LangChain's own tutorials.
CHUNK_SIZE = 1_000
CHUNK_OVERLAP = 200
_CHUNKS_PER_RECORD = 10

Passages = Callable[[Sequence[str]], Any]
"""Texts → a matrix of vectors, in any way: from a cache, say."""


class PortEmbeddings(Embeddings):
    """An embedder of ours as LangChain sees it."""

    def __init__(self, embedder: Embedder, passages: Passages | None = None) -> None:
        self._embedder = embedder
        self._passages = passages or embedder.passages

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """See ``Embeddings``."""
        vectors: list[list[float]] = self._passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """See ``Embeddings``."""
        vector: list[float] = self._embedder.query(text).tolist()
        return vector


class DefaultRag:
    """Chunks of records in LangChain's own vector store; a record ranks by its best chunk."""

    def __init__(self, records: Sequence[Record], embeddings: Embeddings) -> None:
        splitter = RecursiveCharacterTextSplitter(
            chunk_size=CHUNK_SIZE, chunk_overlap=CHUNK_OVERLAP
        )
        documents = [
            Document(
                f"{record.title}\n{record.text}",
                metadata={"id": record.external_id, "known_at": record.known_at},
            )
            for record in records
        ]
        self._store = InMemoryVectorStore(embeddings)
        self._store.add_documents(splitter.split_documents(documents))

    def rank(
        self, text: str, k: int, left_out: str | None = None, as_of: datetime | None = None
    ) -> tuple[str, ...]:
        """The ids of the ``k`` records with the closest chunks, of those known by ``as_of``."""

        def known(chunk: Document) -> bool:
            return as_of is None or chunk.metadata["known_at"] <= as_of

        chunks = self._store.similarity_search(text, k=k * _CHUNKS_PER_RECORD, filter=known)
        found = dict.fromkeys(chunk.metadata["id"] for chunk in chunks)
        found.pop(left_out, None)
        return tuple(found)[:k]
