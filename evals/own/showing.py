"""What people see at the command line of imports, pools, judgements and cards."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from assistant import console
from evals.agreement import SUBSTANTIAL
from evals.cards import DatasetCard, flaws, shown
from evals.own.merging import RULE, Merged
from evals.own.pooling import Pooled

# More are in the JSON.
_MOST_SHOWN = 20


def show_card(card: DatasetCard) -> None:
    """A dataset's card, and on standard error what is missing in it."""
    told = card.told
    table = _facts(card.name)
    for name in ("source", "sources", "licence", "license", "readers", "period", "split_at"):
        if told.get(name):
            table.add_row(name, escape(shown(told[name])))
    for name, count in card.sizes.items():
        table.add_row(escape(name), f"{count:,}")
    if told.get("truth"):
        table.add_row("truth", escape(shown(told["truth"])))
    if told.get("judgements"):
        table.add_row("judgements", escape(shown(told["judgements"])))
    for flaw in flaws(told):
        table.add_row("known flaw", escape(flaw))
    for task, digest in card.hashes.items():
        table.add_row(f"hash ({task})", digest)
    console.out.print(table)
    _warn(card.notes)
    _warn(f"The card does not tell: {each}." for each in card.missing)


def show_imported(folder: Path, card: Mapping[str, Any]) -> None:
    """What was written, and what to do with it."""
    size = card["size"]
    table = _facts(str(folder))
    table.add_row("records", escape(shown(size["records"])))
    told = f"{size['queries']:,}, {size['queries_with_a_relevant_record']:,} with a relevant record"
    table.add_row("queries", told)
    table.add_row("judgements by grade", escape(shown(size["judgements"])) or "none")
    for kind, count in card["truth"]["links"].items():
        table.add_row(f"  records that {escape(kind)}", f"{count:,}")
    told = f"{size['cases']:,}, {size['cases_with_a_stated_cause']:,} with a stated cause"
    table.add_row("cases", told)
    table.add_row("judged hypotheses", f"{size['judged_hypotheses']:,}")
    table.add_row("field cases", escape(shown(size["field_cases"])) or "none")
    console.out.print(table)
    _warn(card["known_flaws"][:1])
    console.err.print(
        escape(f"Next: precedent eval retrieval {folder}, or precedent eval pool {folder}"),
        soft_wrap=True,
    )


def show_pool(made: Pooled) -> None:
    """How much there is to judge, and where."""
    candidates = sum(len(query.candidates) for query in made.queries)
    console.out.print(
        escape(
            f"Pool {made.pool.name}: {len(made.queries):,} queries, {candidates:,} records to "
            f"judge (first {made.pool.depth} of {', '.join(made.pool.systems)})."
        ),
        soft_wrap=True,
    )
    if made.unknown:
        _warn([f"{made.unknown:,} answers are not in this installation and cannot be judged."])
    console.err.print("Evaluators judge it at /judging.")


def show_merged(merged: Merged) -> None:
    """How far judges agree, and where they do not."""
    table = console.narrow_table("judges", "judged by both", "Cohen's κ", "95 % interval")
    for each in merged.agreement:
        kappa = each.kappa
        cells = (f"{kappa.mean:.2f}", f"{kappa.lo:.2f} – {kappa.hi:.2f}")
        table.add_row(escape(" and ".join(each.judges)), f"{each.n:,}", *cells)
    people = "person" if len(merged.judges) == 1 else "people"
    console.out.print(
        f"{merged.pairs:,} records judged by {len(merged.judges)} {people}: "
        f"{shown({f'grade {grade}': count for grade, count in merged.grades.items()})}. "
        f"{merged.overruled:,} got another grade than before."
    )
    if merged.agreement:
        console.out.print(table)
        if min(each.kappa.mean for each in merged.agreement) < SUBSTANTIAL:
            _warn([f"Below κ {SUBSTANTIAL} judges mean different things. Talk, then judge again."])
    for one in merged.disagreements[:_MOST_SHOWN]:
        said = ", ".join(f"{name} {grade}" for name, grade in one.grades.items())
        console.out.print(
            escape(f"{one.query_id} {one.record_id}: {said}; counts as {one.counts_as}"),
            soft_wrap=True,
        )
    if len(merged.disagreements) > _MOST_SHOWN:
        console.out.print(f"… and {len(merged.disagreements) - _MOST_SHOWN} more: --json -")
    if merged.disagreements:
        console.err.print(RULE, soft_wrap=True)
    if merged.strangers:
        _warn([f"{merged.strangers:,} judgements are of queries or records not in the folder."])


def _facts(title: str) -> Table:
    table = Table("what", "", title=escape(title), show_header=False)
    table.columns[1].overflow = "fold"
    return table


def _warn(notes: Iterable[str]) -> None:
    for note in notes:
        console.err.print(f"[yellow]{escape(note)}[/]", soft_wrap=True)
