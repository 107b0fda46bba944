"""Rankings and judgements as the files of the Text Retrieval Conference (TREC).

::

    run     query Q0 record rank score tag
    qrels   query 0 record grade

Values are separated by blanks or tabs. In a run the scores decide and not the ranks, as in
trec_eval; where two are equal the record with the greater id comes first, which is what
trec_eval does, so that the order of the lines means nothing. Ids with white space in them
have no place in these files.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from evals.json_lines import lines, wrong
from retrieval.errors import InvalidInput

_RUN = ("query", "Q0", "record", "rank", "score", "tag")
_QRELS = ("query", "iteration", "record", "grade")

Rankings = Mapping[str, Sequence[str]]
"""Record ids, best first, by query."""
Judgements = Mapping[str, Mapping[str, int]]
"""Grades by record, by query."""


def write_run(file: Path, rankings: Rankings, tag: str) -> None:
    """Write rankings; scores fall from the length of the ranking to 1.

    Raises ``InvalidInput`` for an id or tag with white space and a file that cannot be written.
    """
    _write(
        file,
        (
            (query, "Q0", record, str(rank), str(len(ranking) - rank + 1), tag)
            for query, ranking in rankings.items()
            for rank, record in enumerate(ranking, start=1)
        ),
    )


def write_qrels(file: Path, judgements: Judgements) -> None:
    """Write judgements; errors as for :func:`write_run`."""
    _write(
        file,
        (
            (query, "0", record, str(grade))
            for query, grades in judgements.items()
            for record, grade in grades.items()
        ),
    )


def read_run(file: Path) -> dict[str, tuple[str, ...]]:
    """The rankings of a run, best first.

    Raises ``UnreadableFile`` or ``InvalidInput`` at the first thing that is wrong, naming the
    file, the line and the field. A record that a query has twice is wrong.
    """
    scores: dict[str, dict[str, float]] = {}
    for place, (query, _, record, _, score, _) in _rows(file, _RUN):
        found = scores.setdefault(query, {})
        if record in found:
            raise wrong(place, "record", f"{record!r} was already ranked for {query!r}")
        found[record] = _number(score, place)
    if not scores:
        raise InvalidInput(f"{file} holds no ranking.")
    return {query: _ordered(found) for query, found in scores.items()}


def read_qrels(file: Path) -> dict[str, dict[str, int]]:
    """The judgements of a file; errors as for :func:`read_run`.

    Grades below 0, which some collections have for spam, are read as 0: not relevant.
    """
    found: dict[str, dict[str, int]] = {}
    for place, (query, _, record, grade) in _rows(file, _QRELS):
        grades = found.setdefault(query, {})
        if record in grades:
            raise wrong(place, "record", f"{record!r} is judged a second time for {query!r}")
        digits = grade.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()):
            raise wrong(place, "grade", f"{grade!r} is not a whole number such as 0, 1 or 2")
        grades[record] = max(0, int(grade))
    if not found:
        raise InvalidInput(f"{file} holds no judgement.")
    return found


def _ordered(scores: Mapping[str, float]) -> tuple[str, ...]:
    by_id = sorted(scores, reverse=True)
    return tuple(sorted(by_id, key=lambda record: -scores[record]))


def _rows(file: Path, names: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    for line in lines(file):
        place = f"{file} line {line.number}"
        values = line.text.split()
        if len(values) != len(names):
            raise _incomplete(place, values, names)
        yield place, values


def _incomplete(place: str, values: Sequence[str], names: Sequence[str]) -> InvalidInput:
    wanted = ", ".join(names)
    if len(values) < len(names):
        missing = names[len(values)]
        return wrong(place, missing, f"it is missing; a line must have {wanted}")
    return InvalidInput(f"{place} has {len(values)} values; a line must have {wanted}.")


def _number(text: str, place: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise wrong(place, "score", f"{text!r} is not a number")
    return value


def _write(file: Path, rows: Iterator[Sequence[str]]) -> None:
    try:
        with file.open("w", encoding="utf-8", newline="\n") as stream:
            for row in rows:
                for value in row:
                    if len(value.split()) != 1:
                        raise InvalidInput(
                            f"{value!r} cannot stand in a TREC file: it is empty or has white "
                            "space in it."
                        )
                stream.write(" ".join(row) + "\n")
    except OSError as exc:
        raise InvalidInput(f"{file} cannot be written: {exc.strerror}.") from exc
