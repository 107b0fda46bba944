"""Exports: every format says the same, as plain text, in the same bytes each time."""

import json
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from hypothesis import given
from markdown_it import MarkdownIt
from pypdf import PdfReader

from assistant.domain.drafts import Claim, ClaimKind, Draft, Question, SectionName, Verdict
from assistant.schemas import DraftOut
from assistant.services.exporting import FORMATS, ExportFormat, export
from assistant.services.exporting.html import render_html
from assistant.services.exporting.markdown import render_markdown
from assistant.services.exporting.outline import outline
from tests.drafts import OWN, PAST, TEXTS, body, fact, stated, stored

HOSTILE = "<script>alert(1)</script> & **bold** [link](javascript:x) | # 1. _x_"

DRAFT = stored(
    body(
        {
            SectionName.IMPACT: [fact("Payments failed at 10:07."), stated("40 people waited.")],
            SectionName.ROOT_CAUSE: [
                Claim(
                    text="The disk was full.",
                    kind=ClaimKind.PRECEDENT,
                    verdict=Verdict.SUPPORTED,
                    citations=(PAST,),
                ),
                Claim(
                    text="It filled up again.",
                    kind=ClaimKind.INFERENCE,
                    verdict=Verdict.PARTLY,
                    citations=(OWN, PAST),
                ),
            ],
            SectionName.ACTIONS: [stated(HOSTILE)],
        },
        Question(section=SectionName.IMPACT, text="How many customers?"),
    )
)


class Text(HTMLParser):
    """The visible words of a page, and its tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def text(self) -> str:
        return "".join(self.words)


def pdf_text(content: bytes) -> str:
    """The text of all pages, on one line."""
    pages = PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def text_of(format: ExportFormat, draft: Draft) -> str:
    """What a person reads in an export."""
    content = export(draft, format).content
    if format is ExportFormat.DOCX:
        return "\n".join(paragraph.text for paragraph in Document(BytesIO(content)).paragraphs)
    if format is ExportFormat.PDF:
        return pdf_text(content)
    if format is ExportFormat.HTML:
        return Text(content.decode()).text()
    return Text(MarkdownIt("commonmark").render(content.decode())).text()


READABLE = [ExportFormat.MARKDOWN, ExportFormat.HTML, ExportFormat.DOCX, ExportFormat.PDF]


class TestEveryFormat:
    @pytest.mark.parametrize("format", READABLE)
    def test_says_every_claim_mark_question_and_reference(self, format: ExportFormat) -> None:
        text = text_of(format, DRAFT)
        for claim in DRAFT.body.claims():
            assert claim.text in text
        for words in (
            "(stated by the author) 40 people waited.",
            "(precedent: INC0) The disk was full. [2]",
            "(inferred) It filled up again. [1] [2]",
            "Payments failed at 10:07. [1]",
            "How many customers? (Impact)",
            f"INC1, revision 2, characters 10–35: “{OWN.quote}”",
            "INC0, revision 1, characters 0–18: “The disk was full.”",
            "Drafted by the chat writer (prompt rca_draft/v1, model scripted:one) "
            "from 2 records of evidence; revision 1 by ruth.",
        ):
            assert words in text, words

    @pytest.mark.parametrize("format", list(ExportFormat))
    def test_gives_the_same_bytes_again(
        self, format: ExportFormat, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = export(DRAFT, format).content
        # A ZIP file written at another time would differ.
        monkeypatch.setattr("zipfile.time.time", lambda: 2_000_000_000.0)
        assert export(DRAFT, format).content == first

    @pytest.mark.parametrize("format", list(ExportFormat))
    def test_survives_what_no_document_can_hold(self, format: ExportFormat) -> None:
        broken = stored(body({SectionName.IMPACT: [stated("a\x00b\x0bc\ud800d\ufffee")]}))
        assert export(broken, format).content

    def test_every_format_is_in_the_catalogue(self) -> None:
        assert set(FORMATS) == set(ExportFormat)

    @pytest.mark.parametrize(
        ("record", "name"),
        [
            ("INC1", "INC1-rca-r1.md"),
            ("src:a/../b\r\nX: y", "src-a-..-b-X-y-rca-r1.md"),
            ("../..", "draft-1-rca-r1.md"),
            ("x" * 300, "x" * 80 + "-rca-r1.md"),
            ('"; filename="é', "filename-rca-r1.md"),
        ],
    )
    def test_the_name_of_the_file_is_safe(self, record: str, name: str) -> None:
        draft = DRAFT.model_copy(update={"record_id": record})
        assert export(draft, ExportFormat.MARKDOWN).filename == name


class TestMarkdown:
    @given(TEXTS)
    def test_text_that_looks_like_markdown_stays_text(self, text: str) -> None:
        draft = stored(body({SectionName.IMPACT: [fact(text)]}))
        html = Text(MarkdownIt("commonmark").render(render_markdown(outline(draft))))
        assert outline(draft).parts[0].lines[0].text + " [1]" in html.words
        used = [tag for tag, _ in html.tags]
        assert used == ["h1", "h2", "ul", "li", "h2", "ol", "li", "p"]


class TestHtml:
    def test_markup_in_a_claim_is_escaped(self) -> None:
        page = render_html(outline(DRAFT))
        assert "<script" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page

    @given(TEXTS)
    def test_any_text_stays_text(self, text: str) -> None:
        quiet = stored(body({SectionName.IMPACT: [fact("x")]}))
        draft = stored(body({SectionName.IMPACT: [fact(text)]}))
        assert Text(render_html(outline(draft))).tags == Text(render_html(outline(quiet))).tags
        assert outline(draft).parts[0].lines[0].text in Text(render_html(outline(draft))).text()

    def test_citations_lead_to_references_and_nowhere_else(self) -> None:
        tags = Text(render_html(outline(DRAFT))).tags
        targets = {attributes["href"] for tag, attributes in tags if tag == "a"}
        ids = {f"#{attributes['id']}" for _, attributes in tags if "id" in attributes}
        assert targets == ids == {"#reference-1", "#reference-2"}

    def test_the_page_loads_nothing(self) -> None:
        tags = Text(render_html(outline(DRAFT))).tags
        assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in tags}
        assert not [a for _, a in tags if "src" in a or any(name.startswith("on") for name in a)]


class TestDocx:
    def test_citations_lead_to_bookmarks(self) -> None:
        document = Document(BytesIO(export(DRAFT, ExportFormat.DOCX).content))
        links = {link.fragment for p in document.paragraphs for link in p.hyperlinks}
        marks = document.element.xpath("//w:bookmarkStart/@w:name")
        assert links == set(marks) == {"reference_1", "reference_2"}

    def test_tells_of_its_revision_and_of_no_other_time(self) -> None:
        about = Document(BytesIO(export(DRAFT, ExportFormat.DOCX).content)).core_properties
        assert about.title == "Payments down"
        assert about.author == about.last_modified_by == "ruth"
        assert about.created == about.modified == DRAFT.edited_at

    def test_a_long_title_fits_its_property(self) -> None:
        long = DRAFT.model_copy(
            update={"body": DRAFT.body.model_copy(update={"title": "word " * 200})}
        )
        assert "word word" in text_of(ExportFormat.DOCX, long)


class TestJson:
    def test_is_the_shape_of_the_api(self) -> None:
        shown = json.loads(export(DRAFT, ExportFormat.JSON).content)
        assert shown == DraftOut.of(DRAFT).model_dump(mode="json")


class TestProvenance:
    def test_a_draft_that_no_model_wrote_says_so_and_why(self) -> None:
        provenance = DRAFT.provenance.model_copy(
            update={"model": None, "prompt": None, "notes": ("The model is down",)}
        )
        told = outline(DRAFT.model_copy(update={"provenance": provenance})).provenance
        assert told.startswith("Drafted by the extractive writer, in place of a chat model, from")
        assert told.endswith("by ruth. The model is down.")
