"""BM25 over analysed terms, in tantivy."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from retrieval.access import RecordFilter
from retrieval.errors import CorruptIndex
from retrieval.ports import IndexedRecord, Scored

# Enough for an index of a few hundred thousand records in one segment flush.
_WRITER_BYTES = 128 * 1024 * 1024
_ANALYZER = "terms"
# The analysed terms are joined by spaces and split again; they contain none.
_FIELDS_TO_MATCH = ("kind", "source", "service", "group")


class LexicalDocument(NamedTuple):
    """One record as the lexical index sees it."""

    record: IndexedRecord
    terms: Mapping[str, int]
    lines: frozenset[str] = frozenset()


class TantivyIndex:
    """BM25 (k1 = 1.2, b = 0.75, tantivy's constants) over one field of terms.

    Filters are part of the query, so a record that a reader may not see is never
    scored. A search returns the keys of records.
    """

    def __init__(self, folder: Path) -> None:
        import tantivy

        self._tantivy: Any = tantivy
        try:
            self._index: Any = tantivy.Index.open(str(folder))
        except (ValueError, OSError) as exc:
            raise CorruptIndex(f"The lexical index in {folder} cannot be opened: {exc}") from exc
        self._index.register_tokenizer(_ANALYZER, _analyzer(tantivy))
        self._index.reload()
        self._searcher: Any = self._index.searcher()

    @classmethod
    def build(cls, folder: Path, documents: Iterable[LexicalDocument]) -> None:
        """Write a new index of the documents into a folder that is not there yet."""
        import tantivy

        folder.mkdir(parents=True)
        index: Any = tantivy.Index(_schema(tantivy), path=str(folder))
        index.register_tokenizer(_ANALYZER, _analyzer(tantivy))
        # One thread, so that rows keep their order and two builds are alike.
        writer = index.writer(_WRITER_BYTES, 1)
        for each in documents:
            writer.add_document(_document(tantivy, each))
        writer.commit()
        writer.wait_merging_threads()

    @classmethod
    def update(
        cls, folder: Path, gone: Iterable[int], documents: Iterable[LexicalDocument]
    ) -> None:
        """Take records out by their keys and put documents in, in one commit.

        Files that are there are never changed, only added to or dropped: other names
        (hard links) of them stay as they were.
        """
        import tantivy

        index: Any = tantivy.Index.open(str(folder))
        index.register_tokenizer(_ANALYZER, _analyzer(tantivy))
        writer = index.writer(_WRITER_BYTES, 1)
        for key in gone:
            writer.delete_documents_by_term("key", key)
        for each in documents:
            writer.add_document(_document(tantivy, each))
        writer.commit()
        writer.wait_merging_threads()

    def search(
        self,
        terms: Mapping[str, float],
        filter: RecordFilter,
        k: int,
        among: Sequence[int] | None = None,
    ) -> list[Scored]:
        """See ``LexicalIndex.search``."""
        if not terms or k < 1:
            return []
        t = self._tantivy
        schema = self._index.schema
        scored = t.Query.boolean_query(
            [
                (
                    t.Occur.Should,
                    t.Query.boost_query(t.Query.term_query(schema, "terms", term), float(weight)),
                )
                for term, weight in terms.items()
            ]
        )
        clauses = [(t.Occur.Must, scored)]
        clauses += [
            (t.Occur.Must, t.Query.const_score_query(clause, 0.0))
            for clause in self._restrictions(filter)
        ]
        if among is not None:
            chosen = t.Query.term_set_query(schema, "key", list(among))
            clauses.append((t.Occur.Must, t.Query.const_score_query(chosen, 0.0)))
        clauses += [
            (t.Occur.MustNot, t.Query.term_query(schema, "record_id", record_id))
            for record_id in filter.exclude
        ]
        found = self._searcher.search(t.Query.boolean_query(clauses), k, count=False)
        keys = self._searcher.fast_field_values("key", [address for _, address in found.hits])
        return [
            Scored(int(key), float(score)) for key, (score, _) in zip(keys, found.hits, strict=True)
        ]

    def document_frequency(self, term: str) -> int:
        """See ``LexicalIndex.document_frequency``."""
        return int(self._searcher.doc_freq("terms", term))

    def line_frequency(self, mark: str) -> int:
        """See ``LexicalIndex.line_frequency``."""
        return int(self._searcher.doc_freq("lines", mark))

    def __len__(self) -> int:
        """See ``LexicalIndex``."""
        return int(self._searcher.num_docs)

    def _restrictions(self, filter: RecordFilter) -> list[Any]:
        t = self._tantivy
        schema = self._index.schema
        wanted: dict[str, Iterable[str]] = {
            "kind": [str(kind) for kind in filter.kinds],
            "source": filter.sources,
            "service": filter.services,
        }
        clauses = [
            t.Query.term_set_query(schema, name, list(values))
            for name, values in wanted.items()
            if values
        ]
        if filter.reader.groups is not None:
            # An empty set of groups must admit nothing, not everything.
            groups = sorted(filter.reader.groups)
            clauses.append(
                t.Query.term_set_query(schema, "group", groups) if groups else t.Query.empty_query()
            )
        if filter.as_of is not None:
            clauses.append(
                t.Query.range_query(
                    schema,
                    "known_at",
                    t.FieldType.Integer,
                    None,
                    _milliseconds(filter.as_of.timestamp()),
                )
            )
        return clauses


def _schema(tantivy: Any) -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("key", indexed=True, fast=True)
    builder.add_text_field("terms", tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_text_field("lines", tokenizer_name=_ANALYZER, index_option="basic")
    for name in (*_FIELDS_TO_MATCH, "record_id"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("known_at", indexed=True, fast=True)
    return builder.build()


def _analyzer(tantivy: Any) -> Any:
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def _document(tantivy: Any, each: LexicalDocument) -> Any:
    record, terms, lines = each
    document = tantivy.Document()
    document.add_integer("key", record.key)
    repeated = (term for term, count in terms.items() for _ in range(count))
    document.add_text("terms", " ".join(repeated))
    document.add_text("lines", " ".join(lines))
    document.add_text("record_id", record.record_id)
    document.add_text("kind", record.kind)
    document.add_text("source", record.source)
    for service in record.services:
        document.add_text("service", service)
    for group in sorted(record.groups):
        document.add_text("group", group)
    document.add_integer("known_at", _milliseconds(record.known_at))
    return document


def _milliseconds(timestamp: float) -> int:
    return round(timestamp * 1000)
