"""What is found, for whom, as of when, and what the hits say about themselves."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.access import Reader, RecordFilter
from retrieval.corpus.store import SqlRecordStore
from retrieval.errors import NotFound
from retrieval.records import Record, RecordKind
from retrieval.searcher import Hit, Query, Searcher
from tests.conftest import Corpus, content

OPERATOR = Reader.operator()


def searcher(corpus: Corpus) -> Searcher:
    return Searcher(corpus.reader, SqlRecordStore(corpus.database))


def ask(corpus: Corpus, text: str, filter: RecordFilter | None = None, k: int = 10) -> list[str]:
    query = Query(text, filter or RecordFilter(OPERATOR), k=k)
    return [hit.record.id for hit in searcher(corpus).search(query).hits]


def first(corpus: Corpus, text: str, services: frozenset[str] = frozenset()) -> Hit:
    query = Query(text, RecordFilter(OPERATOR), services=services)
    return searcher(corpus).search(query).hits[0]


@pytest.fixture
def filled(corpus: Corpus) -> Corpus:
    corpus.add(
        content(
            "INC1",
            "Database erp-db-01 hung with ORA-00257 archiver error\n\n## Resolution\nFreed space.",
            services=("ERP",),
        ),
        content("INC2", "Label printer in Rotterdam prints blank pages", services=("Printing",)),
        content("INC3", "VPN gateway certificate expired, nobody can connect", services=("VPN",)),
        content("RB1", "How to clear the archive log destination", kind=RecordKind.RUNBOOK),
    )
    corpus.publish()
    return corpus


class TestRelevance:
    def test_the_record_with_the_same_error_code_comes_first(self, filled: Corpus) -> None:
        assert ask(filled, "finance system stands still, ORA-00257 in the log")[0] == "INC1"

    def test_kinds_restrict(self, filled: Corpus) -> None:
        runbooks = RecordFilter(OPERATOR, kinds=frozenset({RecordKind.RUNBOOK}))
        assert ask(filled, "archive log ORA-00257", runbooks) == ["RB1"]

    def test_a_record_is_left_out_of_its_own_ranking(self, filled: Corpus) -> None:
        itself = RecordFilter(OPERATOR, exclude=frozenset({"INC3"}))
        assert "INC3" not in ask(filled, "VPN gateway certificate expired", itself)

    def test_nothing_close_means_no_precedent(self, filled: Corpus) -> None:
        result = searcher(filled).search(Query("zebra quixotic xylophone", RecordFilter(OPERATOR)))
        assert result.abstained

    def test_something_close_is_a_precedent(self, filled: Corpus) -> None:
        query = Query("VPN gateway certificate expired", RecordFilter(OPERATOR))
        assert not searcher(filled).search(query).abstained

    def test_a_text_without_words_abstains(self, filled: Corpus) -> None:
        assert searcher(filled).search(Query(" \n\t", RecordFilter(OPERATOR))).abstained

    def test_a_megabyte_of_text_is_answered_with_a_note(self, filled: Corpus) -> None:
        text = "ORA-00257 archiver error " + "2026-01-01 INFO heartbeat ok\n" * 40_000
        result = searcher(filled).search(Query(text, RecordFilter(OPERATOR)))
        assert result.hits[0].record.id == "INC1"
        assert "characters long" in result.notes[0]


class TestBoilerplate:
    def test_the_lines_of_a_template_do_not_make_records_similar(self, corpus: Corpus) -> None:
        template = "Dear service desk, please help\nSteps to reproduce the problem\n"
        corpus.add(
            *[content(f"T{n}", f"{template}keyboard number {n} is sticky") for n in range(40)],
            content("HIT", "Payroll export stops with ORA-01555 every month"),
        )
        corpus.publish()
        question = f"{template}payroll export stopped"
        assert ask(corpus, question)[0] == "HIT"

    def test_a_text_that_is_nothing_else_is_asked_as_it_is(self, corpus: Corpus) -> None:
        corpus.add(*[content(f"T{n}", "The printer is jammed") for n in range(10)])
        corpus.publish()
        assert len(ask(corpus, "The printer is jammed")) == 10


class TestOrder:
    @pytest.mark.parametrize("fold", [False, True])
    def test_is_that_of_the_hits_with_what_they_fold(self, corpus: Corpus, fold: bool) -> None:
        corpus.add(
            *[content(f"A{n}", f"Pod checkout restarts since 10:0{n}, code 137") for n in range(3)],
            content("B", "The checkout pod was restarted after a release"),
            content("C", "Label printer in Rotterdam prints blank pages"),
        )
        corpus.publish()
        query = Query("checkout pod restarts", RecordFilter(OPERATOR), k=2, fold=fold)
        expected = searcher(corpus).search(query).records
        assert searcher(corpus).order(query) == expected
        assert len(expected) == (4 if fold else 2)

    def test_a_text_without_words_has_none(self, filled: Corpus) -> None:
        assert searcher(filled).order(Query(" \n", RecordFilter(OPERATOR))) == ()


class TestFolding:
    ALERT = "KubePodCrashLooping\nPod checkout/api restarts since {time}, exit code 137, {n} times"

    def fired(self, corpus: Corpus, **more: Any) -> tuple[Hit, ...]:
        corpus.add(
            *[
                content(f"A{n}", self.ALERT.format(time=f"10:{n:02}", n=n), **more)
                for n in range(4)
            ],
            content("B", "KubePodCrashLooping for checkout after the new release, rolled it back"),
        )
        corpus.publish()
        text = "KubePodCrashLooping pod checkout/api restarts, exit code 137"
        query = Query(text, RecordFilter(Reader("mia", frozenset({"everyone"}))), k=2, fold=True)
        return searcher(corpus).search(query).hits

    def test_an_alert_that_fired_again_is_one_hit_with_a_count(self, corpus: Corpus) -> None:
        first, second = self.fired(corpus)
        names = {first.record.id, *(record.id for record in first.folded)}
        assert names == {"A0", "A1", "A2", "A3"}
        assert (second.record.id, second.folded) == ("B", ())

    def test_what_may_not_be_read_is_not_counted(self, corpus: Corpus) -> None:
        hits = self.fired(corpus, groups=frozenset({"hr"}))
        assert [(hit.record.id, hit.folded) for hit in hits] == [("B", ())]

    def test_the_same_words_of_another_service_are_another_story(self, corpus: Corpus) -> None:
        for service in ("Till", "Payroll"):
            text = "Nightly batch job failed with exit code 137 and was started again"
            corpus.add(content(service, text, services=(service,)))
        corpus.publish()
        query = Query("nightly batch job exit code 137", RecordFilter(OPERATOR), fold=True)
        assert len(searcher(corpus).search(query).hits) == 2

    def test_nothing_is_folded_unless_asked(self, filled: Corpus) -> None:
        filled.add(content("INC4", "VPN gateway certificate expired, nobody can connect"))
        filled.publish()
        assert set(ask(filled, "VPN gateway certificate expired")[:2]) == {"INC3", "INC4"}


class TestExplanation:
    def test_a_hit_names_shared_identifiers_service_and_words(self, filled: Corpus) -> None:
        hit = first(filled, "erp-db-01: ORA-00257 archiver stuck", frozenset({"ERP"}))
        reasons = {str(reason.kind): reason.values for reason in hit.why}
        assert set(reasons["identifier"]) == {"erp-db-01", "ORA-00257"}
        assert reasons["service"] == ("ERP",)
        assert "archiver" in reasons["terms"]

    def test_a_hit_says_what_differs(self, filled: Corpus) -> None:
        hit = first(filled, "ORA-00257 archiver error on crm-db-07", frozenset({"CRM"}))
        texts = {str(reason.kind): reason.text for reason in hit.differs}
        assert "crm-db-07" in texts["identifier"]
        assert "ERP" in texts["service"]

    def test_a_missing_resolution_is_said(self, filled: Corpus) -> None:
        hit = first(filled, "label printer prints blank pages")
        assert "No recorded cause or resolution" in [reason.text for reason in hit.differs]

    def test_citations_are_exact(self, filled: Corpus) -> None:
        for text in ("ORA-00257 archiver", "printer blank", "certificate"):
            hit = first(filled, text)
            assert hit.citations
            for citation in hit.citations:
                record = SqlRecordStore(filled.database).get(citation.record_id, citation.revision)
                assert record is not None
                assert record.text[citation.start : citation.end] == citation.quote


class TestPermission:
    def test_a_reader_finds_only_what_shares_a_group(self, corpus: Corpus) -> None:
        corpus.add(
            content("open", "VPN certificate expired", groups=frozenset({"everyone"})),
            content("hr", "VPN certificate expired for HR", groups=frozenset({"hr"})),
            content("nobody", "VPN certificate expired, sealed", groups=frozenset()),
        )
        corpus.publish()
        mia = RecordFilter(Reader("mia", frozenset({"everyone"})))
        assert ask(corpus, "VPN certificate expired", mia) == ["open"]
        hr = RecordFilter(Reader("hr", frozenset({"everyone", "hr"})))
        assert set(ask(corpus, "VPN certificate expired", hr)) == {"open", "hr"}
        assert ask(corpus, "VPN certificate expired", RecordFilter(Reader("x", frozenset()))) == []

    def test_a_restriction_counts_before_the_index_follows(self, filled: Corpus) -> None:
        filled.add(
            content(
                "INC3",
                "VPN gateway certificate expired, nobody can connect",
                services=("VPN",),
                groups=frozenset({"security"}),
            )
        )
        everyone = RecordFilter(Reader("mia", frozenset({"everyone"})))
        assert "INC3" not in ask(filled, "VPN gateway certificate expired", everyone)

    def test_a_removed_record_leaves_the_answers_before_the_index_follows(
        self, filled: Corpus
    ) -> None:
        filled.remove("tickets", "INC3")
        assert "INC3" not in ask(filled, "VPN gateway certificate expired")


class TestTime:
    def test_only_what_was_known_then_is_used(self, corpus: Corpus) -> None:
        corpus.add(
            content("old", "VPN certificate expired", known_at=datetime(2025, 1, 1, tzinfo=UTC)),
            content("new", "VPN certificate expired", known_at=datetime(2026, 1, 1, tzinfo=UTC)),
        )
        corpus.publish()
        then = RecordFilter(OPERATOR, as_of=datetime(2025, 6, 1, tzinfo=UTC))
        assert ask(corpus, "VPN certificate", then) == ["old"]
        exactly = RecordFilter(OPERATOR, as_of=datetime(2026, 1, 1, tzinfo=UTC))
        assert set(ask(corpus, "VPN certificate", exactly)) == {"old", "new"}


class TestFilterAgreement:
    """Every leg admits exactly what ``RecordFilter.admits`` admits."""

    @given(
        groups=st.frozensets(st.sampled_from(["a", "b", "c"])),
        kinds=st.frozensets(st.sampled_from([RecordKind.INCIDENT, RecordKind.RUNBOOK])),
        services=st.frozensets(st.sampled_from(["S0", "S1", "S2"])),
        sources=st.frozensets(st.sampled_from(["x", "y"])),
        month=st.integers(1, 12),
        exclude=st.frozensets(st.sampled_from(["0", "7", "13"])),
    )
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def test_bm25_dense_and_the_definition_agree(
        self,
        many: Corpus,
        groups: frozenset[str],
        kinds: frozenset[RecordKind],
        services: frozenset[str],
        sources: frozenset[str],
        month: int,
        exclude: frozenset[str],
    ) -> None:
        chosen = RecordFilter(
            Reader("r", groups),
            as_of=datetime(2026, month, 1, tzinfo=UTC),
            kinds=kinds,
            services=services,
            sources=sources,
            exclude=exclude,
        )
        admitted = {
            record.id
            for record in SqlRecordStore(many.database).iter_current()
            if chosen.admits(record)
        }
        index = many.reader.current()
        store = SqlRecordStore(many.database)
        names = {store.keys([record.id])[0]: record.id for record in store.iter_current()}
        allowed = index.table.allowed_records(chosen, store.keys(exclude))
        lexical = {names[hit.key] for hit in index.lexical.search({"outag": 1.0}, chosen, 100)}
        dense = {
            names[int(index.table.key[index.table.passage(hit.key).record_row])]
            for hit in index.vectors.search(
                many.embedder.query("outage"), 100, allowed[index.table.passage_record]
            )
        }
        assert lexical == admitted
        assert dense == admitted

    @pytest.fixture(scope="class")
    @classmethod
    def many(cls, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
        corpus = Corpus(tmp_path_factory.mktemp("many"))
        corpus.add(
            *[
                content(
                    str(n),
                    f"outage number {n}",
                    groups=frozenset("abc"[: n % 4]),
                    kind=RecordKind.INCIDENT if n % 3 else RecordKind.RUNBOOK,
                    services=(f"S{n % 3}",) if n % 5 else (),
                    source="xy"[n % 2],
                    known_at=datetime(2026, 1 + n % 12, 1, tzinfo=UTC),
                )
                for n in range(40)
            ]
        )
        corpus.publish()
        return corpus


class TestStore:
    def test_a_reference_may_name_the_source(self, corpus: Corpus) -> None:
        corpus.add(content("INC1", "one", source="a"), content("INC1", "two", source="b"))
        store = SqlRecordStore(corpus.database)
        assert store.resolve("INC1", Reader.operator()).source == "a"
        assert store.resolve("b:INC1", Reader.operator()).source == "b"

    def test_an_unknown_reference_is_not_found(self, corpus: Corpus) -> None:
        with pytest.raises(NotFound, match="INC404"):
            SqlRecordStore(corpus.database).resolve("INC404", Reader.operator())

    def test_a_past_revision_still_resolves(self, corpus: Corpus) -> None:
        corpus.add(content("INC1", "first words"))
        corpus.add(content("INC1", "second words"))
        store = SqlRecordStore(corpus.database)
        revisions: list[Record | None] = [store.get("INC1", n) for n in (1, 2)]
        assert [r.text for r in revisions if r] == ["first words", "second words"]
