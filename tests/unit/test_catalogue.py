"""The catalogue: nothing in a template is outside it, and every language has all of it."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2 import nodes
from jinja2.visitor import NodeVisitor

from assistant.web.language import preferred
from assistant.web.messages import TEMPLATE, extracted
from assistant.web.pages import ENVIRONMENTS
from assistant.web.vocabulary import TERMS
from assistant.web.words import ENGLISH, LOCALES, WORDS
from tests.conftest import PROJECT

LANGUAGES = [code for code in WORDS if code != ENGLISH]
# What has the same name in every language.
NAMES = frozenset("Precedent UTC Markdown HTML Word PDF JSON Esc".split())
SAID = frozenset({"aria-label", "title", "placeholder", "alt"})
CATALOGUE = frozenset({"_", "gettext", "ngettext", "pgettext", "npgettext"})
_WORD = re.compile(r"[^\W\d_]{2,}")
_TAG = re.compile(r"<[^>]*>")


class Said(HTMLParser):
    """The texts of a template that a reader sees or hears; commands are no language."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.in_code = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.in_code = self.in_code or tag == "code"
        spoken = [value or "" for name, value in attrs if name in SAID]
        if ("id", "words") in attrs:
            spoken = [value or "" for name, value in attrs if name.startswith("data-")]
        self.found += spoken

    def handle_endtag(self, tag: str) -> None:
        self.in_code = self.in_code and tag != "code"

    def handle_data(self, data: str) -> None:
        if not self.in_code:
            self.found.append(data)


class Printed(NodeVisitor):
    """A template as text: every branch once, and in place of expressions the literal words that
    they may print. What is compared, a key or a format is not printed; among arguments, in lists
    and in assignments a single small word is a name."""

    def __init__(self) -> None:
        self.text = ""
        self._among_names = False

    def named(self, *found: nodes.Node | None) -> None:
        before, self._among_names = self._among_names, True
        for node in found:
            if node is not None:
                self.visit(node)
        self._among_names = before

    def visit_TemplateData(self, node: nodes.TemplateData) -> None:
        self.text += node.data

    def visit_Const(self, node: nodes.Const) -> None:
        is_name = self._among_names and re.fullmatch(r"[a-z0-9-]*", str(node.value))
        if isinstance(node.value, str) and not is_name:
            self.text += f" {node.value} " if self._among_names else node.value

    def visit_If(self, node: nodes.If) -> None:
        for each in (*node.body, *node.elif_, *node.else_):
            self.visit(each)

    def visit_CondExpr(self, node: nodes.CondExpr) -> None:
        for each in (node.expr1, node.expr2):
            if each is not None:
                self.visit(each)

    def visit_For(self, node: nodes.For) -> None:
        self.named(node.iter)
        for each in (*node.body, *node.else_):
            self.visit(each)

    def visit_Assign(self, node: nodes.Assign) -> None:
        self.named(node.node)

    def visit_Call(self, node: nodes.Call) -> None:
        if isinstance(node.node, nodes.Name) and node.node.name not in CATALOGUE:
            self.named(*node.args, *(keyword.value for keyword in node.kwargs))

    def visit_CallBlock(self, node: nodes.CallBlock) -> None:
        self.visit(node.call)
        for each in node.body:
            self.visit(each)

    def visit_Macro(self, node: nodes.Macro) -> None:
        self.named(*node.defaults)
        for each in node.body:
            self.visit(each)

    def visit_Filter(self, node: nodes.Filter) -> None:
        printed = node.args if node.name == "default" else ()
        for each in (node.node, *printed):
            if each is not None:
                self.visit(each)

    def visit_Block(self, node: nodes.Block) -> None:
        # These stand inside a tag: data of the page, of which only the words are read aloud.
        if node.name == "words" and node.body:
            self.text += '<template id="words"'
        if node.name != "about":
            self.generic_visit(node)
        if node.name == "words" and node.body:
            self.text += "></template>"

    def visit_Getitem(self, node: nodes.Getitem) -> None:
        self.visit(node.node)

    def visit_Tuple(self, node: nodes.Tuple) -> None:
        self.named(*node.items)

    def visit_List(self, node: nodes.List) -> None:
        self.named(*node.items)

    def visit_Pair(self, node: nodes.Pair) -> None:
        self.named(node.value)

    def nothing(self, node: nodes.Node) -> None:
        """Not printed."""

    visit_Compare = visit_Test = visit_Extends = nothing
    visit_Include = visit_Import = visit_FromImport = nothing


def outside_the_catalogue(source: str) -> list[str]:
    printed = Printed()
    printed.visit(ENVIRONMENTS[ENGLISH].parse(source))
    said = Said()
    said.feed(printed.text)
    said.close()
    return [
        text.strip()
        for text in said.found
        if any(word not in NAMES for word in _WORD.findall(text))
    ]


class TestTemplates:
    @pytest.mark.parametrize("name", ENVIRONMENTS[ENGLISH].list_templates())
    def test_they_say_nothing_outside_the_catalogue(self, name: str) -> None:
        loader = ENVIRONMENTS[ENGLISH].loader
        assert loader is not None
        source, _, _ = loader.get_source(ENVIRONMENTS[ENGLISH], name)
        assert outside_the_catalogue(source) == []

    @pytest.mark.parametrize(
        "source",
        [
            "<p>Similar incidents</p>",
            '<a aria-label="Close">x</a>',
            '<input placeholder="Paste {{ _("a text") }}">',
            '{{ "Begin" if new else _("Go on") }}',
            "{% if never %}<b>hidden</b>{% endif %}",
            '{% set title = "Two words" %}{{ title }}',
            '{{ button("Send it") }}',
            '{% for name in (_("One"), "Other") %}{{ name }}{% endfor %}',
            '{{ name | default("nobody") }}',
            '<template id="words" data-done="Done"></template>',
            '{% block words %} data-done="Done it"{% endblock %}',
            "<code>a</code> beside",
        ],
    )
    def test_a_word_outside_is_found(self, source: str) -> None:
        assert outside_the_catalogue(source)

    @pytest.mark.parametrize(
        "source",
        [
            '<p class="{{ "warned" if it.fails }}">{{ _("It failed") }}</p>',
            '{% if kind == "runbook" %}{{ kind | term("record") }}{% endif %}',
            "{% trans n=1 %}{{ n }} of <b>them</b>{% endtrans %}",
            '{{ act("retry", _("Try again")) }}',
            "<kbd>j</kbd> {{ record.title }} · UTC",
            "<code>precedent ingest</code>",
        ],
    )
    def test_what_is_no_word_of_a_page_is_not(self, source: str) -> None:
        assert outside_the_catalogue(source) == []


class TestScripts:
    @pytest.mark.parametrize(
        "path", sorted((PROJECT / "assistant/web/static").glob("*.js")), ids=lambda path: path.name
    )
    def test_they_say_only_what_the_page_gave_them(self, path: Path) -> None:
        code = re.sub(r"//.*|\$\{[^}]*\}", "", path.read_text(encoding="utf-8"))
        shown = r"(?:textContent|innerText|title|placeholder|ariaLabel|innerHTML)\s*=\s*"
        sentence = r"[\"'`][A-Z][a-z]+(?: [a-z]+)+"
        assert re.findall(shown + r"[\"'`][^\"'`]*[A-Za-z]|" + sentence, code) == []


def key(message: Message) -> tuple[object, str | None]:
    return message.id, message.context


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def stored(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=None if path == TEMPLATE else path.parent.name)


def forms(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, tuple | list) else (str(text),)


def test_the_template_is_what_the_pages_say() -> None:
    """If this fails: ``make messages``, then translate what is new."""
    assert {key(each) for each in messages(stored(TEMPLATE))} == {
        key(each) for each in messages(extracted())
    }


@pytest.mark.parametrize("code", LANGUAGES)
class TestLanguages:
    @pytest.fixture
    def catalogue(self, code: str) -> Catalog:
        return stored(LOCALES / code / "messages.po")

    def test_nothing_is_missing_left_over_or_unsure(self, catalogue: Catalog) -> None:
        translated = messages(catalogue)
        assert {key(each) for each in translated} == {
            key(each) for each in messages(stored(TEMPLATE))
        }
        assert [each.id for each in translated if each.fuzzy] == []
        assert [each.id for each in translated if not all(forms(each.string))] == []
        assert all(
            len(forms(each.string)) == catalogue.num_plurals
            for each in translated
            if isinstance(each.id, tuple | list)
        )

    def test_values_and_markup_are_those_of_the_source(self, catalogue: Catalog) -> None:
        """A message is markup of ours: a translation can add none, nor break an attribute."""
        for each in messages(catalogue):
            source = forms(each.id)
            values = {found for form in source for found in re.findall(r"%\(\w+\)s|%%", form)}
            for text in forms(each.string):
                assert set(re.findall(r"%\(\w+\)s|%%", text)) <= values, each.id
                assert _TAG.findall(text) == _TAG.findall(source[-1]), each.id
                assert '"' not in _TAG.sub("", text), each.id
            last = set(re.findall(r"%\(\w+\)s", forms(each.string)[-1]))
            assert last == set(re.findall(r"%\(\w+\)s", source[-1])), each.id

    def test_it_is_another_language(self, code: str) -> None:
        words = WORDS[code]
        assert words.gettext("Approvals") != "Approvals"
        assert words.ngettext("%(num)s day ago", "%(num)s days ago", 1) != words.ngettext(
            "%(num)s day ago", "%(num)s days ago", 2
        )


class TestGerman:
    def test_numbers_days_and_words(self) -> None:
        german = WORDS["de"]
        assert german.name == "Deutsch"
        assert german.number(12345) == "12.345"
        assert german.number(0.5, 3) == "0,500"
        assert german.percent(0.62) == "62\N{NO-BREAK SPACE}%"
        assert german.ngettext("%(num)s year ago", "%(num)s years ago", 1) == "vor 1 Jahr"
        assert german.term("changes-requested", "state") == "Änderungen erbeten"
        assert german.counted("incident", 2) == "Vorfälle"

    def test_what_the_vocabulary_does_not_have_is_shown_as_it_is(self) -> None:
        assert WORDS["de"].term("cost-centre", "field") == "cost centre"


def test_words_that_differ_by_place_have_a_place() -> None:
    assert TERMS["section"]["Impact"] == "Impact"
    assert TERMS["this section"]["Impact"] == "impact"


class TestPreference:
    @pytest.mark.parametrize(
        ("header", "code"),
        [
            ("", "en"),
            ("de", "de"),
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("en-GB,en;q=0.9,de;q=0.8", "en"),
            ("fr-FR,fr;q=0.9,de;q=0.5,en;q=0.3", "de"),
            ("en;q=0.4, de;q=0.7", "de"),
            ("DE-CH", "de"),
            ("de;q=0", "en"),
            ("fr, tlh", "en"),
            ("*", "en"),
            ("de;q=oops", "de"),
            (";;;,,q=1,=", "en"),
        ],
    )
    def test_the_best_of_ours_that_a_browser_asks_for(self, header: str, code: str) -> None:
        assert preferred(header) == code
