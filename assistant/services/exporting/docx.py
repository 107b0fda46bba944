"""An outline as a Word document (Office Open XML), by the library ``python-docx``."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.text.paragraph import Paragraph

from assistant.services.exporting.outline import Line, Outline

# The earliest moment that a ZIP file can hold: entries must not tell when they were written.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
# The library adds its own remark here otherwise.
_COMMENTS = ""


def render_docx(told: Outline) -> bytes:
    """The document; citations lead to bookmarks in the list of references.

    The same revision gives the same bytes: the document's times are those of the revision.
    Texts become runs of plain text, whatever they look like.
    """
    document = Document()
    _describe(document, told)
    document.add_heading(told.title, level=0)
    for part in told.parts:
        document.add_heading(part.name, level=1)
        for line in part.lines:
            _add_line(document.add_paragraph(style="List Bullet"), line)
    if told.questions:
        document.add_heading(told.questions_heading, level=1)
        for question in told.questions:
            document.add_paragraph(f"☐ {question}")
    if told.references:
        document.add_heading("References", level=1)
        for number, reference in enumerate(told.references, start=1):
            _bookmark(document.add_paragraph(f"[{number}] {reference}"), number)
    document.add_paragraph().add_run(told.provenance).italic = True
    packed = BytesIO()
    document.save(packed)
    return _without_times(packed.getvalue())


def _describe(document: WordDocument, told: Outline) -> None:
    about = document.core_properties
    # The format allows 255 characters in each of these.
    about.title, about.author = told.title[:255], told.author[:255]
    about.last_modified_by, about.comments = told.author[:255], _COMMENTS
    about.created = about.modified = told.edited_at
    about.revision = told.revision


def _add_line(paragraph: Paragraph, line: Line) -> None:
    if line.mark:
        paragraph.add_run(f"{line.mark} ").italic = True
    paragraph.add_run(line.text)
    for number in line.numbers:
        paragraph.add_run(" ")
        _link(paragraph, number)
    if line.note:
        paragraph.add_run(f" ({line.note})").italic = True


def _link(paragraph: Paragraph, number: int) -> None:
    """A reference's number that leads to its bookmark; the library has no such thing itself."""
    link = _element("w:hyperlink", {"w:anchor": _anchor(number)})
    link.append(paragraph.add_run(f"[{number}]")._r)
    paragraph._p.append(link)


def _bookmark(paragraph: Paragraph, number: int) -> None:
    start = _element("w:bookmarkStart", {"w:id": str(number), "w:name": _anchor(number)})
    paragraph._p.append(start)
    paragraph._p.append(_element("w:bookmarkEnd", {"w:id": str(number)}))


def _element(name: str, attributes: dict[str, str]) -> BaseOxmlElement:
    element: BaseOxmlElement = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(key), value)
    return element


def _anchor(number: int) -> str:
    return f"reference_{number}"


def _without_times(packed: bytes) -> bytes:
    """The same archive, each entry at the same moment."""
    rewritten = BytesIO()
    with ZipFile(BytesIO(packed)) as source, ZipFile(rewritten, "w", ZIP_DEFLATED) as target:
        for entry in source.infolist():
            fixed = ZipInfo(entry.filename, _ZIP_EPOCH)
            fixed.compress_type = ZIP_DEFLATED
            target.writestr(fixed, source.read(entry))
    return rewritten.getvalue()
