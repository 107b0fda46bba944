"""A dataset is read whole or refused with the file, the line and the field."""

from pathlib import Path
from typing import Any

import pytest

from evals.datasets import EvalQuery, load_retrieval
from retrieval.errors import InvalidInput, UnreadableFile
from tests.unit.evals.folders import QRELS, QUERIES, RECORDS, dataset, lines

HEADER = "query_id\tdoc_id\tgrade\n"


class TestLoading:
    def test_queries_carry_the_record_that_must_not_find_itself(self, folder: Path) -> None:
        loaded = load_retrieval(folder)
        assert loaded.name == "tiny"
        assert loaded.queries[0] == EvalQuery("q1", "expired VPN certificate", "inc-2")
        assert loaded.queries[1].left_out is None
        assert loaded.qrels["q1"] == {"inc-1": 2, "rb-2": 0}
        assert loaded.notes == ()

    def test_another_field_of_the_queries_can_be_asked_with(self, folder: Path) -> None:
        assert load_retrieval(folder, query_field="text_title").queries[0].text == "VPN"

    def test_a_query_without_relevant_records_is_not_counted_and_said(self, tmp_path: Path) -> None:
        folder = dataset(tmp_path / "d", qrels=HEADER + "q1\tinc-1\t1\nq2\trb-2\t0\n")
        loaded = load_retrieval(folder)
        assert [query.id for query in loaded.queries] == ["q1"]
        assert loaded.notes == ("2 of the queries have no relevant record and are not counted.",)

    def test_a_query_judged_relevant_to_itself_is_not_held_against_the_system(
        self, tmp_path: Path
    ) -> None:
        loaded = load_retrieval(dataset(tmp_path / "d", qrels=QRELS + "q1\tinc-2\t2\n"))
        assert loaded.qrels["q1"] == {"inc-1": 2, "rb-2": 0}
        assert "themselves" in loaded.notes[0]

    def test_a_doc_id_outside_the_corpus_is_said(self, tmp_path: Path) -> None:
        queries = [{**QUERIES[0], "doc_id": "gone"}, *QUERIES[1:]]
        loaded = load_retrieval(dataset(tmp_path / "d", queries=queries))
        assert "1 of the queries name a doc_id that is not in the corpus" in loaded.notes[0]

    def test_files_of_windows_editors_are_read(self, folder: Path) -> None:
        for name in ("corpus.jsonl", "queries.jsonl", "qrels.tsv"):
            text = (folder / name).read_text(encoding="utf-8").replace("\n", "\r\n")
            (folder / name).write_bytes(b"\xef\xbb\xbf" + text.encode())
        assert len(load_retrieval(folder).queries) == 3

    def test_unicode_line_separators_do_not_end_a_line(self, tmp_path: Path) -> None:
        queries = [{**QUERIES[0], "text": "one\u2028two\x85three"}, *QUERIES[1:]]
        loaded = load_retrieval(dataset(tmp_path / "d", queries=queries))
        assert loaded.queries[0].text == "one\u2028two\x85three"

    def test_numbers_are_ids_as_they_are_to_ingest(self, tmp_path: Path) -> None:
        folder = dataset(
            tmp_path / "d",
            records=[{"id": 17, "title": "a"}],
            queries=[{"id": 1, "text": "a", "doc_id": 18}],
            qrels=HEADER + "1\t17\t1\n",
        )
        assert load_retrieval(folder).queries == (EvalQuery("1", "a", "18"),)

    def test_the_card_is_optional(self, folder: Path) -> None:
        assert load_retrieval(folder).card == {}
        (folder / "META.json").write_text('{\n "licence": "MIT"\n}', encoding="utf-8")
        assert load_retrieval(folder).card == {"licence": "MIT"}


class TestCorpusFile:
    def test_the_folder_comes_before_the_working_directory(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lines(tmp_path / "corpus.jsonl", RECORDS[:1])
        monkeypatch.chdir(tmp_path)
        assert load_retrieval(folder).corpus == folder / "corpus.jsonl"

    def test_a_path_outside_the_folder_is_taken(self, folder: Path, tmp_path: Path) -> None:
        other = tmp_path / "other.jsonl"
        lines(other, RECORDS)
        assert load_retrieval(folder, corpus=str(other)).corpus == other

    def test_a_missing_one_lists_what_is_there(self, folder: Path) -> None:
        lines(folder / "corpus_blind.jsonl", RECORDS)
        with pytest.raises(UnreadableFile, match=r"corpus\.jsonl, corpus_blind\.jsonl"):
            load_retrieval(folder, corpus="corpus_bline.jsonl")


class TestHash:
    def test_it_is_the_same_for_the_same_bytes_elsewhere(
        self, folder: Path, tmp_path: Path
    ) -> None:
        copy = dataset(tmp_path / "copy")
        assert load_retrieval(copy).hash == load_retrieval(folder).hash

    @pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
    def test_it_moves_with_every_file_that_counts(self, folder: Path, name: str) -> None:
        before = load_retrieval(folder).hash
        with (folder / name).open("a", encoding="utf-8") as stream:
            stream.write("\n")
        assert load_retrieval(folder).hash != before


def refusal(folder: Path, **options: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        load_retrieval(folder, **options)
    return str(caught.value)


class TestRefusals:
    def test_what_is_not_a_folder(self, tmp_path: Path) -> None:
        assert "is not a folder" in refusal(tmp_path / "none")

    @pytest.mark.parametrize("name", ["queries.jsonl", "qrels.tsv"])
    def test_a_missing_file(self, folder: Path, name: str) -> None:
        (folder / name).unlink()
        assert f"{name} cannot be read" in refusal(folder)

    @pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl", "qrels.tsv"])
    def test_an_empty_file(self, folder: Path, name: str) -> None:
        (folder / name).write_text("", encoding="utf-8")
        assert name in refusal(folder)

    @pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl"])
    @pytest.mark.parametrize("line", ['{"id": ', "[1, 2]", "[" * 100_000])
    def test_a_line_that_is_no_object(self, folder: Path, name: str, line: str) -> None:
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_text(f"\n{line}\n{text}", encoding="utf-8")
        assert f"{name} line 2 " in refusal(folder)

    def test_bytes_that_are_no_text(self, folder: Path) -> None:
        (folder / "queries.jsonl").write_bytes(b'{"id": "q\xff"}\n')
        assert "queries.jsonl is not UTF-8" in refusal(folder)

    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("id", "", "must be a text that is not empty"),
            ("id", True, "must be a text that is not empty"),
            ("id", "inc-2", "already used at"),
            ("kind", "ticket", "use one of incident"),
            ("kind", ["incident"], "use one of incident"),
            ("title", 5, "must be a text"),
            ("text", ["a"], "must be a text"),
            ("fields", "vpn", "must be an object"),
        ],
    )
    def test_a_wrong_member_of_a_record(
        self, tmp_path: Path, name: str, value: object, said: str
    ) -> None:
        records = [*RECORDS[:3], {**RECORDS[3], name: value}]
        message = refusal(dataset(tmp_path / "d", records=records))
        assert f"corpus.jsonl line 4, field '{name}'" in message
        assert said in message

    def test_a_missing_id(self, tmp_path: Path) -> None:
        message = refusal(dataset(tmp_path / "d", records=[{"title": "a"}]))
        assert "corpus.jsonl line 1, field 'id': is missing" in message

    def test_a_query_field_that_is_not_there_lists_those_that_are(self, folder: Path) -> None:
        message = refusal(folder, query_field="text_easy")
        assert "queries.jsonl line 1, field 'text_easy': is missing" in message
        assert "id, text, text_title, doc_id" in message

    def test_a_query_that_comes_twice(self, tmp_path: Path) -> None:
        message = refusal(dataset(tmp_path / "d", queries=[*QUERIES, QUERIES[0]]))
        assert "queries.jsonl line 4, field 'id': 'q1' was already used at" in message

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("q9\tinc-1\t1", "field 'query_id': 'q9' is not in queries.jsonl (it has q1, q2, q3)"),
            ("q1\tinc-9\t1", "field 'doc_id': 'inc-9' is not in corpus.jsonl (it has inc-1, "),
            ("q1\tinc-1\t1", "field 'doc_id': 'inc-1' is judged a second time for 'q1'"),
            ("q3\trb-1\t1.5", "field 'grade': '1.5' is not a whole number"),
            ("q3\trb-1\t-1", "field 'grade': '-1' is not a whole number"),
            ("q3\trb-1\t²", "field 'grade': '²' is not a whole number"),
            ("q3\trb-1", "has 2 value(s)"),
            ("q3 rb-1 1", "has 1 value(s)"),
        ],
    )
    def test_a_wrong_judgement(self, tmp_path: Path, line: str, said: str) -> None:
        message = refusal(dataset(tmp_path / "d", qrels=QRELS + line + "\n"))
        assert f"qrels.tsv line 6{',' if said.startswith('field') else ' '}" in message
        assert said in message

    def test_judgements_without_a_header(self, tmp_path: Path) -> None:
        message = refusal(dataset(tmp_path / "d", qrels="q1\tinc-1\t1\n"))
        assert "qrels.tsv line 1 must be the header: query_id, doc_id, grade" in message

    def test_nothing_relevant(self, tmp_path: Path) -> None:
        message = refusal(dataset(tmp_path / "d", qrels=HEADER + "q1\tinc-1\t0\n"))
        assert "nothing to measure" in message

    def test_a_broken_card(self, folder: Path) -> None:
        (folder / "META.json").write_text("{", encoding="utf-8")
        assert "META.json is not JSON" in refusal(folder)
