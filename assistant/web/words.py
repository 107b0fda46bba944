"""What the pages say, in every language: one catalogue, English its source.

A message is its English sentence; ``locales/<code>/messages.po`` has it in another language.
Adding that file adds the language (docs/translations.md). Nothing here is global state: who
renders a page takes the ``Words`` of its reader's language.
"""

from datetime import UTC, date, datetime
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from assistant.web.vocabulary import COUNTED, TERMS

LOCALES = Path(__file__).parent / "locales"
ENGLISH = "en"
# Numbers and dates of an English page: a day before its month, as most of our readers write it.
_FORMATS = {ENGLISH: "en_GB"}


def marked(message: str) -> str:
    """A message that is translated later, where a page says it: ``{{ _(message) }}``."""
    return message


class Words:
    """Everything that is said in one language.

    ``gettext``, ``ngettext`` and ``pgettext`` are what the catalogue's extraction looks for: their
    messages must be literal strings. Values go in by name: ``gettext("by %(name)s", name=…)``.
    """

    def __init__(self, code: str, translations: NullTranslations) -> None:
        self.code = code
        self.translations = translations
        self._locale = Locale.parse(_FORMATS.get(code, code))

    @property
    def name(self) -> str:
        """What the language calls itself."""
        return str(Locale.parse(self.code).get_display_name()).capitalize()

    def gettext(self, message: str, **values: object) -> str:
        """A message with its values."""
        return self.translations.gettext(message) % values

    def ngettext(self, one: str, many: str, count: int, **values: object) -> str:
        """The form that fits a count, which is in the message as ``%(num)s``."""
        return self.translations.ngettext(one, many, count) % {"num": count, **values}

    def term(self, value: str, kind: str) -> str:
        """A word of the vocabulary; one that is not in it as it is, without its hyphens."""
        known = TERMS[kind].get(value)
        if known is None:
            return value.replace("-", " ").replace("_", " ")
        return self.translations.pgettext(kind, known)

    def counted(self, value: str, count: int) -> str:
        """The name of things of which there are so many: "incident" or "incidents"."""
        forms = COUNTED.get(value)
        return value if forms is None else self.translations.ngettext(*forms, count)

    def number(self, value: float, digits: int = 0) -> str:
        """A number with the separators of the language."""
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return str(format_decimal(value, pattern, locale=self._locale))

    def percent(self, share: float) -> str:
        """A share of 1 in whole per cent."""
        return str(format_percent(share, locale=self._locale))

    def day(self, moment: datetime) -> str:
        """The day of a moment in UTC."""
        return str(format_date(moment.astimezone(UTC), "medium", locale=self._locale))

    def day_of_year(self, day: date) -> str:
        """A day without its year, where there is little room."""
        return str(format_skeleton("MMMd", day, locale=self._locale))


def _read(path: Path) -> Words:
    """Compiled in memory, so that the text file is all there is to change."""
    code = path.parent.name
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Words(code, GNUTranslations(compiled))


def _all_words() -> dict[str, Words]:
    found = {ENGLISH: Words(ENGLISH, NullTranslations())}
    for path in sorted(LOCALES.glob("*/messages.po")):
        found[path.parent.name] = _read(path)
    return found


WORDS: dict[str, Words] = _all_words()
"""By language; English first."""
