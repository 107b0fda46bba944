"""Which of the finders are worth trying on a text: of two hundred, two or three."""

from collections.abc import Sequence

from ingest.redaction.findings import FILLER, Finder, Rule
from ingest.redaction.gates import Gate, any_of

# Hints that more than one in fifty of ordinary operations texts have (measured on 1,441 public
# ones). The other hundreds are looked for all at once, and one by one only in texts with any.
_OFTEN = frozenset(
    (
        *(":", "-", "+", "/p", "x-", "://", "http", "user", "key", "key-", "gh", "sk", "sk-", "gl"),
        *("log", "tan", "account", "pin", "rman", "sig", "sign", "code", "connect", "-us", "ldap"),
        *("enable", "plink", "cred", "itin", "machine ", "pass", "token", "secret", "sess"),
        *("curl", " login", "password"),
    )
)


class Selection:
    """Leaves out the finders that certainly find nothing.

    A finder without hints is tried where its gate opens; one with hints where one of them
    occurs, too. Gates are made when they are first asked: a question of ten words needs few.
    """

    def __init__(self, finders: Sequence[Finder]) -> None:
        self._finders = finders
        self._gates: dict[int, Gate] = {}
        self._always = [at for at, finder in enumerate(finders) if not _hints(finder)]
        places: dict[str, list[int]] = {}
        for at, finder in enumerate(finders):
            for hint in _hints(finder):
                places.setdefault(hint, []).append(at)
        self._often = [(hint, rules) for hint, rules in places.items() if hint in _OFTEN]
        self._rarely = [(hint, rules) for hint, rules in places.items() if hint not in _OFTEN]
        self._any_rare = any_of([hint for hint, _ in self._rarely])

    def of(self, text: str, lowered: str) -> list[Finder]:
        """The finders to try, in their order; ``lowered`` has the same offsets as ``text``."""
        readable = _for_gates(text)
        found = {at for hint, rules in self._often if hint in lowered for at in rules}
        if readable is None or self._any_rare.opens(lowered):
            found |= {at for hint, rules in self._rarely if hint in lowered for at in rules}
        likely = sorted({*self._always, *found})
        if readable is None:
            return [self._finders[at] for at in likely]
        return [self._finders[at] for at in likely if self._gate(at).opens(readable)]

    def _gate(self, at: int) -> Gate:
        gate = self._gates.get(at)
        if gate is None:
            gate = self._gates[at] = Gate(self._finders[at].pattern)
        return gate


def _hints(finder: Finder) -> tuple[str, ...]:
    return finder.hints if isinstance(finder, Rule) else ()


def _for_gates(text: str) -> str | None:
    """The text as gates can read it, ``None`` where they cannot.

    What is redacted already is an ASCII character that is as little a letter or white space as
    the filler: such texts are read quicker. To Python alone, a dotted capital and a dotless
    small i are an i in another case.
    """
    if text.isascii():
        return text
    text = text.replace(FILLER, "\x7f")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return None
    return text.replace("İ", "i").replace("ı", "i")
