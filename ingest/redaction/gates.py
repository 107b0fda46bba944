"""A quick no: whether a text can hold a match of a pattern at all.

Python tries a pattern anew at every character, and for a text of a hundred words the rules took
two milliseconds to find nothing. The engine inside pydantic (Rust's ``regex``) reads a text once,
whatever the pattern: 0.5 microseconds a rule, measured on the same text. It knows no look-around,
and only says yes or no. So a rule is tried where its gate opens, and a gate is made of the rule's
own pattern by leaving out what makes it choosy: whatever the pattern matches, the gate lets in.
"""

import re
from collections.abc import Callable, Iterable
from re import _constants as code  # there is no public reader of patterns
from re import _parser as parser
from typing import Any

from pydantic_core import SchemaValidator, core_schema

# Beyond ASCII the two engines may know different characters: there everything may be anything.
_BEYOND = r"\x{80}-\x{10ffff}"
_ASCII_OF = {
    code.CATEGORY_WORD: "0-9A-Za-z_",
    code.CATEGORY_DIGIT: "0-9",
    code.CATEGORY_SPACE: r"\x09-\x0d\x1c-\x20",
}
_ASCII_OF_OTHERS = {
    code.CATEGORY_NOT_WORD: r"\x00-/:-@\[-\^`\{-\x7f",
    code.CATEGORY_NOT_DIGIT: r"\x00-/:-\x7f",
    code.CATEGORY_NOT_SPACE: r"\x00-\x08\x0e-\x1b!-\x7f",
}


class Gate:
    """Opens for every text that holds a match of a pattern, and for few others.

    ``opens(text)`` says whether it is worth trying. The text must be valid Unicode, without lone
    surrogates.
    """

    def __init__(self, pattern: re.Pattern[str]) -> None:
        tree = parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)
        source = _sequence(tree, bool(tree.state.flags & re.IGNORECASE))
        schema = core_schema.str_schema(pattern=source, regex_engine="rust-regex")
        # Asked a dozen times of every text: not by way of a method of ours.
        self.opens: Callable[[str], bool] = SchemaValidator(schema).isinstance_python


def any_of(literals: Iterable[str]) -> Gate:
    """Opens for texts with any of the literals."""
    return Gate(re.compile("|".join(map(re.escape, literals))))


def _sequence(nodes: Iterable[tuple[Any, Any]], folded: bool) -> str:
    return "".join(_node(kind, value, folded) for kind, value in nodes)


def _node(kind: Any, value: Any, folded: bool) -> str:
    """One node of Python's reading of a pattern; ``folded`` where case does not matter."""
    match kind:
        case code.ASSERT | code.ASSERT_NOT | code.AT:
            source = ""
        case code.MAX_REPEAT | code.MIN_REPEAT | code.POSSESSIVE_REPEAT:
            source = _repeat(value, folded)
        case code.SUBPATTERN:
            _, added, removed, inside = value
            within = (folded or bool(added & re.IGNORECASE)) and not removed & re.IGNORECASE
            source = f"(?:{_sequence(inside, within)})"
        case code.BRANCH:
            source = f"(?:{'|'.join(_sequence(each, folded) for each in value[1])})"
        case code.ATOMIC_GROUP:
            source = f"(?:{_sequence(value, folded)})"
        case code.ANY | code.GROUPREF:
            source = "(?s:.)" if kind is code.ANY else "(?s:.*)"
        case code.NOT_LITERAL:
            source = _class([(code.NEGATE, None), (code.LITERAL, value)], folded)
        case code.LITERAL if value < 128:
            source = f"(?i:\\x{value:02x})" if folded else f"\\x{value:02x}"
        case _:
            source = _class(value if kind is code.IN else [(kind, value)], folded)
    return source


def _repeat(value: Any, folded: bool) -> str:
    """A repetition without its upper bound, which would make the gate large."""
    least, most, nodes = value
    inside = _sequence(nodes, folded)
    if not inside or (least, most) == (1, 1):
        return inside
    if least == 0:
        return f"(?:{inside})" + ("?" if most == 1 else "*")
    return f"(?:{inside})" + ("+" if least == 1 else f"{{{least},}}")


def _class(members: Iterable[tuple[Any, Any]], folded: bool) -> str:
    """A class of characters with everything beyond ASCII that it may have."""
    given = list(members)
    negated = any(kind is code.NEGATE for kind, _ in given)
    ascii_only = "".join(_member(kind, value, folded) for kind, value in given)
    if negated:
        return f"[^{ascii_only}]" if ascii_only else "(?s:.)"
    beyond = folded or any(_is_beyond(kind, value) for kind, value in given)
    return f"[{ascii_only}{_BEYOND if beyond else ''}]"


def _member(kind: Any, value: Any, folded: bool) -> str:
    """The part of a member that is ASCII."""
    if kind is code.CATEGORY:
        return _ASCII_OF.get(value) or _ASCII_OF_OTHERS[value]
    if kind is code.LITERAL:
        return _characters([value], folded)
    if kind is code.RANGE:
        return _characters(range(value[0], min(value[1], 127) + 1), folded)
    return ""


def _characters(points: Iterable[int], folded: bool) -> str:
    found = {chr(point) for point in points if point < 128}
    if folded:
        found |= {each.swapcase() for each in found}
    return "".join(f"\\x{ord(each):02x}" for each in sorted(found))


def _is_beyond(kind: Any, value: Any) -> bool:
    if kind is code.RANGE:
        return bool(value[1] > 127)
    return kind is code.CATEGORY or (kind is code.LITERAL and bool(value > 127))
