"""Which language a reader gets, and that no page says a word outside the catalogue."""

import ast
import re
from collections.abc import Iterator
from datetime import datetime
from gettext import NullTranslations
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from markupsafe import Markup

from assistant.main import create_app
from assistant.web import pages
from assistant.web.vocabulary import TERMS
from assistant.web.words import ENGLISH, WORDS, Words
from tests.conftest import PROJECT
from tests.installation import filled
from tests.screenshots.__main__ import served
from tests.screenshots.installation import filled_by, opened
from tests.screenshots.pages import NO_PRECEDENT, Shot, of_nothing, of_the_demo

GERMAN = {"accept-language": "de-DE,de;q=0.9,en;q=0.5"}
ANA = {"X-Precedent-Person": "ana"}


class TestChoice:
    def test_the_browser_is_asked(self, client: TestClient) -> None:
        answer = client.get("/", headers={**ANA, **GERMAN})
        assert '<html lang="de">' in answer.text
        assert "Offene Vorfälle" in answer.text
        assert answer.headers["content-language"] == "de"
        assert answer.headers["vary"] == "Accept-Language, Cookie"

    def test_who_asks_for_nothing_that_there_is_gets_english(self, client: TestClient) -> None:
        answer = client.get("/", headers={**ANA, "accept-language": "fr"})
        assert "Open incidents" in answer.text
        assert answer.headers["content-language"] == "en"

    def test_a_choice_is_kept_and_leads_back(self, client: TestClient) -> None:
        there = "/sidebar?record=INC0009"
        chosen = client.post(
            "/language",
            data={"language": "en", "next": there},
            headers={**ANA, **GERMAN},
            follow_redirects=False,
        )
        assert chosen.status_code == 303
        assert chosen.headers["location"] == there
        assert "HttpOnly; SameSite=Strict" in chosen.headers["set-cookie"]
        assert '<html lang="en">' in client.get(there, headers={**ANA, **GERMAN}).text

    def test_nobody_need_be_signed_in(self, client: TestClient) -> None:
        client.post("/language", data={"language": "de", "next": "/sign-in"})
        assert "Wer sind Sie?" in client.get("/sign-in").text

    def test_it_leads_to_no_other_site(self, client: TestClient) -> None:
        data = {"language": "de", "next": "//evil.example.com"}
        answer = client.post("/language", data=data, follow_redirects=False)
        assert answer.headers["location"] == "/"

    @pytest.mark.parametrize("language", ["tlh", "../de", ""])
    def test_what_there_is_not_cannot_be_chosen(self, client: TestClient, language: str) -> None:
        answer = client.post("/language", data={"language": language})
        assert answer.status_code == 422
        client.cookies.set("precedent_language", "tlh")
        assert '<html lang="de">' in client.get("/", headers={**ANA, **GERMAN}).text

    def test_errors_are_told_in_it(self, client: TestClient) -> None:
        lost = client.get("/nowhere", headers={**ANA, **GERMAN})
        assert lost.status_code == 404
        assert "Diese Seite gibt es nicht." in lost.text
        missing = client.get("/records/INC4711", headers={**ANA, **GERMAN})
        assert "<h1>Nicht gefunden</h1>" in missing.text
        assert '<p role="alert" lang="en">' in missing.text

    def test_the_api_keeps_to_english(self, client: TestClient) -> None:
        answer = client.get("/api/v1/records/INC4711", headers={**ANA, **GERMAN})
        assert answer.json()["title"] == "Not found"

    def test_in_a_frame_the_cookie_is_kept_apart(self, tmp_path: Path) -> None:
        app = filled(
            tmp_path,
            web={"frame_ancestors": ["https://desk.example.com"], "secure_cookies": True},
        )
        with TestClient(create_app(app), base_url="https://127.0.0.1") as client:
            chosen = client.post("/language", data={"language": "de"}, follow_redirects=False)
        app.database.close()
        assert "SameSite=None; Secure; Partitioned" in chosen.headers["set-cookie"]


# Around what comes from the catalogue, and around what a template prints besides: content.
SAID, SAID_END, CONTENT, CONTENT_END = "\ue000", "\ue001", "\ue002", "\ue003"
_WORD = re.compile(r"[^\W\d_]{2,}")
# The same in every language.
_NAMES = frozenset("Precedent UTC Markdown HTML Word PDF JSON RCA Esc".split())
_SPOKEN = frozenset({"aria-label", "title", "placeholder", "alt"})


class Marking(NullTranslations):
    """A language in which every message is itself, between marks."""

    def gettext(self, message: str) -> str:
        return f"{SAID}{message}{SAID_END}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return self.ngettext(msgid1, msgid2, n)


class MarkedWords(Words):
    """Days are of the language too, by its formats."""

    def day(self, moment: datetime) -> str:
        return f"{SAID}{super().day(moment)}{SAID_END}"


def marked_as_content(value: Any) -> Any:
    """Texts that a template prints; names of an enumeration stay bare, for they are no content."""
    if type(value) is str:
        return f"{CONTENT}{value}{CONTENT_END}"
    return value


class Texts(HTMLParser):
    """What a page says outside of the catalogue: bare, or as content."""

    def __init__(self) -> None:
        super().__init__()
        self.bare: list[str] = []
        self.content: list[str] = []
        self._open: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "code" or (
            tag == "div" and (self._hidden or "preview" in str(given.get("class")))
        ):
            self._hidden.append(tag)
        for name, value in attrs:
            is_for_scripts = given.get("id") == "words" and name.startswith("data-")
            if value and (name in _SPOKEN or is_for_scripts):
                self._read(value, [])

    def handle_endtag(self, tag: str) -> None:
        # Previews hold Markdown that was rendered, commands are no language.
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        self._read(data, self._open)

    def _read(self, text: str, within: list[str]) -> None:
        for piece in re.split(f"([{SAID}{SAID_END}{CONTENT}{CONTENT_END}])", text):
            if piece in (SAID, CONTENT):
                within.append(piece)
            elif piece in (SAID_END, CONTENT_END) and piece:
                within.pop()
            elif piece and SAID not in within and not self._hidden:
                (self.content if CONTENT in within else self.bare).append(piece.strip())


def wordings() -> set[str]:
    """Literals of the pages' modules that read like a sentence."""
    found = set()
    for path in (PROJECT / "assistant" / "web").glob("*.py"):
        if path.name == "vocabulary.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documentation = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and id(node) not in documentation:
                text = node.value if isinstance(node.value, str) else ""
                if len(_WORD.findall(text)) > 1 and re.search(r"\w \w", text):
                    found.add(text.strip())
    return found


# These are names of fields, values and streams of the sources, too.
_AMBIGUOUS = frozenset({"incident", "problem", *(name.casefold() for name in _NAMES)})
_NAMED = {
    name.replace("-", " ").replace("_", " ").casefold()
    for kind, names in TERMS.items()
    if kind not in ("field", "risk", "grade", "task", "role")
    for name in (*names, *names.values())
} - _AMBIGUOUS


def unsaid(html: str, sentences: set[str]) -> list[str]:
    """What a page shows that should have come from the catalogue."""
    texts = Texts()
    texts.feed(html)
    texts.close()
    bare = [text for text in texts.bare if any(word not in _NAMES for word in _WORD.findall(text))]
    named = [text for text in texts.content if text.casefold() in _NAMED]
    told = [text for text in texts.content if any(each in text for each in sentences)]
    return [*bare, *named, *told]


@pytest.fixture
def marking(monkeypatch: pytest.MonkeyPatch) -> None:
    """English with marks around everything that comes from the catalogue."""
    words = MarkedWords(ENGLISH, Marking())
    environment = pages.environment(words)
    environment.finalize = marked_as_content
    monkeypatch.setitem(WORDS, ENGLISH, words)
    monkeypatch.setitem(pages.ENVIRONMENTS, ENGLISH, environment)


def seen(address: str, shots: list[Shot]) -> Iterator[tuple[str, str]]:
    """The page of every shot, by its name."""
    with httpx2.Client(base_url=address, timeout=60) as client:
        for shot in shots:
            headers = {"X-Precedent-Person": shot.person} if shot.person else {}
            if shot.act is None:
                answer = client.get(shot.path, headers=headers)
            else:
                answer = client.post("/sidebar", data={"text": NO_PRECEDENT}, headers=headers)
            yield shot.name, answer.text


@pytest.mark.usefixtures("marking")
class TestEveryPage:
    def test_it_says_nothing_outside_the_catalogue(self, tmp_path: Path) -> None:
        sentences = wordings()
        found: dict[str, list[str]] = {}
        full = opened(tmp_path / "demo", empty=False)
        record = next(row.id for row in full.store.iter_current() if row.source == "demo-open")
        with served(full) as address:
            shots = of_the_demo(filled_by(full, address), record)
            found |= {name: unsaid(html, sentences) for name, html in seen(address, shots)}
        with served(opened(tmp_path / "nothing", empty=True)) as address:
            found |= {name: unsaid(html, sentences) for name, html in seen(address, of_nothing())}
        assert len(found) > 40
        assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.usefixtures("marking")
class TestMarking:
    """That the test above can fail."""

    @pytest.mark.parametrize(
        ("template", "values", "is_found"),
        [
            ("<p>{{ _('Drafts') }}</p>", {}, False),
            ("<p>Drafts</p>", {}, True),
            ("<a title='Drafts'>x</a>", {}, True),
            ("<p>{{ title }}</p>", {"title": "VPN refuses clients"}, False),
            ("<p>{{ title }}</p>", {"title": "Recurring incidents"}, True),
            ("<p>{{ _(title) }}</p>", {"title": "Recurring incidents"}, False),
            ("<p>{{ state | replace('-', ' ') }}</p>", {"state": "changes-requested"}, True),
            ("<p>{{ state | term('state') }}</p>", {"state": "changes-requested"}, False),
            ("<p>{{ told }}</p>", {"told": Markup("<b>date unknown</b>")}, True),
            ("{% trans n=2 %}{{ n }} <b>of</b> them{% endtrans %}", {}, False),
        ],
    )
    def test_it_tells_words_from_content(
        self, template: str, values: dict[str, object], is_found: bool
    ) -> None:
        html = pages.ENVIRONMENTS[ENGLISH].from_string(template).render(**values)
        assert bool(unsaid(html, wordings())) is is_found
