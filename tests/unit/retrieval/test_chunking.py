"""Passages cover the text, fit the embedder and never lie about their offsets."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from retrieval.chunking import OVERLAP_CHARS, PASSAGE_CHARS, embedded_text, passages
from retrieval.records import Section, SectionKind
from tests.conftest import content

LINES = st.lists(st.text(alphabet="ab .\n\té🙂", max_size=400), max_size=30)


class TestPassages:
    def test_a_short_record_stays_whole(self) -> None:
        record = content("1", "VPN drops.\n\n## Resolution\nRenewed the certificate.")
        assert [(p.start, p.end) for p in passages(record)] == [(0, len(record.text))]

    def test_an_empty_record_is_still_found_by_its_title(self) -> None:
        assert len(passages(content("1", "", title="VPN down"))) == 1

    @given(LINES)
    def test_every_visible_character_lies_in_a_passage(self, lines: list[str]) -> None:
        text = "\n".join(lines)
        covered: set[int] = set()
        for passage in passages(content("1", text, title="t")):
            covered.update(range(passage.start, passage.end))
        assert {i for i, c in enumerate(text) if not c.isspace()} <= covered

    @given(LINES)
    def test_no_passage_is_longer_than_the_embedder_reads(self, lines: list[str]) -> None:
        record = content("1", "\n".join(lines), title="t")
        assert all(p.end - p.start <= PASSAGE_CHARS for p in passages(record))

    def test_neighbours_overlap_by_whole_lines(self) -> None:
        text = "\n".join(f"line {n:03d} of the log says something" for n in range(100))
        found = passages(content("1", text, title="t"))
        for before, after in itertools.pairwise(found):
            assert 0 < before.end - after.start <= OVERLAP_CHARS
            assert text[after.start : after.start + 5] == "line "

    def test_a_long_section_gives_passages_of_its_kind(self) -> None:
        cause = "The archive destination was full. " * 40
        text = f"Database hung.\n{'x ' * 300}\n## Root cause\n{cause}"
        start = text.index(cause)
        record = content(
            "1",
            text,
            sections=(Section(SectionKind.CAUSE, "Root cause", start, len(text)),),
        )
        kinds = {p.kind for p in passages(record) if "archive destination" in text[p.start : p.end]}
        assert kinds == {SectionKind.CAUSE}

    def test_one_line_of_a_megabyte_is_cut(self) -> None:
        record = content("1", "a" * 1_000_000, title="t")
        assert len(passages(record)) == 1_000


class TestEmbeddedText:
    def test_title_and_heading_give_context(self) -> None:
        assert embedded_text("VPN down", "Root cause", "Certificate expired.") == (
            "VPN down\nRoot cause\nCertificate expired."
        )

    def test_a_heading_that_the_body_has_is_not_repeated(self) -> None:
        assert embedded_text("VPN", "Cause", "## Cause\nexpired") == "VPN\n## Cause\nexpired"
