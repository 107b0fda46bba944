"""Collects what the pages say: ``make messages`` writes the template and brings every language
up to date with it. What a language has not translated yet stays empty; a test names it.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from assistant.web.vocabulary import COUNTED, TERMS
from assistant.web.words import LOCALES, marked

TEMPLATE = LOCALES / "messages.pot"
_HERE = Path(__file__).parent
_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
_OPTIONS = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
_KEYWORDS = {**DEFAULT_KEYWORDS, marked.__name__: None}
# The day of a run in the file would make every run a change.
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)


def extracted() -> Catalog:
    """Every message of the templates, of the modules beside them and of the vocabulary."""
    catalogue = Catalog(
        project="Precedent",
        copyright_holder="the authors of Precedent",
        msgid_bugs_address="docs/translations.md",
        creation_date=_NO_DATE,
        revision_date=_NO_DATE,
        fuzzy=False,
    )
    found = extract_from_dir(
        _HERE, method_map=_METHODS, options_map=_OPTIONS, keywords=_KEYWORDS, comment_tags=()
    )
    for name, _line, message, _comments, context in sorted(found, key=lambda one: one[:2]):
        catalogue.add(message, locations=[(name, 0)], context=context)
    place = [("vocabulary.py", 0)]
    for kind, words in TERMS.items():
        for word in words.values():
            catalogue.add(word, locations=place, context=kind)
    for forms in COUNTED.values():
        catalogue.add(forms, locations=place)
    return catalogue


def main() -> int:
    """Write the template and every language anew; says how much is not translated."""
    template = extracted()
    _write(template, TEMPLATE)
    for path in sorted(LOCALES.glob("*/messages.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.parent.name)
        catalogue.update(template, no_fuzzy_matching=True)
        _write(catalogue, path)
        missing = sum(1 for each in catalogue if each.id and not all(_forms(each.string)))
        sys.stdout.write(f"{path}: {len(catalogue)} messages, {missing} not translated\n")
    return 0


def _forms(text: object) -> tuple[object, ...]:
    return tuple(text) if isinstance(text, tuple | list) else (text,)


def _write(catalogue: Catalog, path: Path) -> None:
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, ignore_obsolete=True, include_lineno=False)


if __name__ == "__main__":
    sys.exit(main())
