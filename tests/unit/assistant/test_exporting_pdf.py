"""PDF exports: what is printed can be read, searched, kept and trusted."""

import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from assistant.domain.drafts import Draft, Question, SectionName
from assistant.services.exporting import ExportFormat, export
from retrieval.records import Citation
from tests.drafts import TEXTS, body, fact, stated, stored

HASH = "sha256:" + "0123456789abcdef" * 12
LINK = "https://status.example.com/" + "incident/" * 40


def claiming(*texts: str) -> Draft:
    return stored(body({SectionName.IMPACT: [stated(text) for text in texts]}))


def printed(draft: Draft, approval: str = "") -> PdfReader:
    return PdfReader(BytesIO(export(draft, ExportFormat.PDF, approval).content))


def words_of(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def letters_of(text: str) -> str:
    """Without spaces: where a line breaks, the text of a page has one too many or too few."""
    return "".join(text.split())


class TestText:
    @pytest.mark.parametrize(
        "text",
        [
            '#import "@preview/evil:0.1.0" #read("/etc/passwd")',
            "$x^2$ and `raw` *bold* _it_ @ref <label> // comment /* too */",
            "<b>bold</b> &amp; [a](b) \\ # = - + 1. ~ -- ... \"quoted\" 'once'",
            "Störung: größte Übertragung — façade, œuvre, naïveté",
            "Zażółć gęślą jaźń; příliš žluťoučký kůň; ığüşöç; őű",
            "Η υπηρεσία δεν απαντά. Сервис не отвечает. Сервіс їжі",
            "lag → 300 s ≥ limit, ½ of it, ✓ ⚠ ☐ 20 °C ± 1 µs €",
            HASH,
            LINK,
        ],
    )
    def test_comes_out_as_it_went_in(self, text: str) -> None:
        assert letters_of(text) in letters_of(words_of(printed(claiming(text))))

    @settings(deadline=None, max_examples=30)
    @given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60))
    def test_no_sign_of_the_keyboard_is_markup(self, text: str) -> None:
        assert text in letters_of(words_of(printed(claiming(text))))

    @settings(deadline=None, max_examples=30)
    @given(TEXTS)
    def test_no_text_at_all_fails(self, text: str) -> None:
        assert "(stated by the author)" in words_of(printed(claiming(text)))

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            # It would turn the words after it around.
            ("safe \u202eevil", "safe [U+202E]evil"),
            ("hid\u200bden \U000e0041", "hid[U+200B]den [U+E0041]"),
            # A sign of somebody's own, and one that Unicode does not know.
            ("\ue000 \u0378", "[U+E000] [U+0378]"),
        ],
    )
    def test_what_nobody_can_see_is_shown_by_its_number(self, text: str, shown: str) -> None:
        words = words_of(printed(claiming(text)))
        assert f"(stated by the author) {shown}" in words
        assert "shown by their Unicode number" in words

    def test_what_no_font_has_is_shown_by_its_number_and_said_to_be(self) -> None:
        # An old script that no machine of this kind has a font for.
        words = words_of(printed(claiming("a\U00016a50b")))
        assert "a[U+16A50]b" in words
        assert "shown by their Unicode number" in words
        assert "Unicode number" not in words_of(printed(claiming("ab")))

    def test_a_citation_stands_after_a_text_that_runs_from_right_to_left(self) -> None:
        draft = stored(body({SectionName.IMPACT: [fact("שלום")]}))
        page = printed(draft).pages[0].extract_text()
        line = next(line for line in page.splitlines() if "[1]" in line)
        assert set("שלום") < set(line)
        assert line.rstrip().endswith("[1]")


class TestPaper:
    @pytest.mark.parametrize("text", [HASH, LINK, "я" * 300, "ש" * 300])
    def test_nothing_runs_over_the_edge(self, text: str) -> None:
        lines = printed(claiming(text)).pages[0].extract_text().splitlines()
        # About ninety letters fill a line.
        assert max(map(len, lines)) < 130

    def test_links_lead_to_the_references_and_nowhere_else(self) -> None:
        cited = [
            fact(f"Node {n} failed.", Citation(f"INC{n}", 1, 0, 9, "failed")) for n in range(60)
        ]
        reader = printed(stored(body({SectionName.IMPACT: [fact(LINK), *cited]})))
        links = [link.get_object() for page in reader.pages for link in page.get("/Annots", [])]
        assert len(links) == 61
        assert {link["/Subtype"] for link in links} == {"/Link"}
        assert not [link for link in links if "/A" in link and link["/A"].get("/S") != "/GoTo"]

    def test_every_page_tells_what_it_is_a_page_of(self) -> None:
        reader = printed(
            claiming(*[f"Node {n} failed, and so did all its neighbours." for n in range(90)])
        )
        count = len(reader.pages)
        assert count > 1
        for number, page in enumerate(reader.pages, start=1):
            words = " ".join(page.extract_text().split())
            assert f"draft-1 · revision 1 · Draft, not approved Page {number} of {count}" in words

    def test_an_approved_revision_says_so_on_every_page(self) -> None:
        said = "Approved by ben on 2026-03-05 for INC1 in servicenow, delivered"
        reader = printed(claiming(*["Down."] * 90), said)
        assert all(said in page.extract_text() for page in reader.pages)
        assert "not approved" not in words_of(reader)

    def test_sections_come_in_the_order_of_the_other_exports(self) -> None:
        draft = stored(
            body(
                {SectionName.ACTIONS: [stated("Third.")], SectionName.SUMMARY: [fact("First.")]},
                Question(section=SectionName.IMPACT, text="How many?"),
            )
        )
        words = words_of(printed(draft))
        order = ["Summary", "First.", "Corrective and", "Third.", "Open questions", "References"]
        assert sorted(order, key=words.index) == order

    def test_can_be_read_aloud_and_kept(self) -> None:
        """What the standards PDF/UA-1 and PDF/A-2a ask for, as far as a reader can see it."""
        reader = printed(claiming("Down."))
        catalogue: Any = reader.root_object
        assert catalogue["/MarkInfo"]["/Marked"]
        assert catalogue["/Lang"] == "en"
        assert "/StructTreeRoot" in catalogue
        metadata = catalogue["/Metadata"].get_data().decode()
        assert "<pdfuaid:part>1<" in metadata
        assert "<pdfaid:part>2<" in metadata
        assert "<pdfaid:conformance>A<" in metadata

    def test_tells_of_its_revision_and_of_no_other_time(self) -> None:
        edited_at = datetime(2026, 3, 4, 5, 6, 7, 891_234, tzinfo=UTC)
        about = printed(claiming("Down.").model_copy(update={"edited_at": edited_at})).metadata
        assert about is not None
        assert (about.title, about.author) == ("Payments down", "ruth")
        assert about.creation_date == edited_at.replace(microsecond=0)

    def test_another_process_makes_the_same_bytes(self) -> None:
        code = (
            "import sys; from tests.unit.assistant.test_exporting_pdf import *; "
            "sys.stdout.buffer.write(export(claiming(HASH, 'größte'), ExportFormat.PDF).content)"
        )
        made = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        assert made.stdout == export(claiming(HASH, "größte"), ExportFormat.PDF).content
