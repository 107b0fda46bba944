"""What the command line prints for people: tables, cards and progress on standard error.

Answers go to standard output, everything else to standard error, so that ``--json -``
leaves standard output to the JSON alone.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from assistant.domain.approval import Proposal
from assistant.domain.triage import Standing
from assistant.schemas import (
    CitedTextOut,
    DiffOut,
    DraftOut,
    HitOut,
    HypothesisOut,
    IngestOut,
    ProposalOut,
    RecordOut,
    SimilarOut,
    SuggestedFieldOut,
    SuspectedChangeOut,
    TriageOut,
)
from assistant.schemas.draft_history import ClaimChangeOut, QuestionChangeOut
from assistant.schemas.fitting import BacktestOut, FitOut
from assistant.services.approval import ProposalView
from assistant.services.draft_diff import Happened
from assistant.services.fitting import FittedRanking
from ingest.runs import StoredReject
from retrieval.errors import InvalidInput

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

STDOUT = "-"

_SIGNS = {Happened.ADDED: "+", Happened.REMOVED: "-", Happened.CHANGED: "~"}
# The brackets of ``wdiff``, for those who see no colours.
_WORDS = {
    Happened.ADDED: ("[green]", "{+", "+}"),
    Happened.REMOVED: ("[red]", "[-", "-]"),
    Happened.KEPT: ("[none]", "", ""),
}


def write_json(target: str, text: str) -> None:
    """Write JSON to a file, or with ``-`` to standard output."""
    if target == STDOUT:
        # Not through rich, which would wrap lines.
        print(text)  # noqa: T201 — this is the product's output
    else:
        Path(target).write_text(text + "\n", encoding="utf-8")


def write_bytes(target: str, content: bytes) -> None:
    """Write a file as it is, or with ``-`` to standard output."""
    if target == STDOUT:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        Path(target).write_bytes(content)


def write_lines(target: str, lines: Iterable[bytes]) -> None:
    """Write line after line to a file, or with ``-`` to standard output.

    A file is there when the last line is written, not before.
    """
    if target == STDOUT:
        sys.stdout.buffer.writelines(lines)
        sys.stdout.flush()
        return
    growing = Path(f"{target}.part")
    try:
        with growing.open("wb") as file:
            file.writelines(lines)
        growing.replace(target)
    except OSError as exc:
        raise InvalidInput(f"{target} cannot be written: {exc.strerror}.") from exc


def write_model(target: str, model: BaseModel) -> None:
    """Write one JSON object."""
    write_json(target, model.model_dump_json())


@contextmanager
def progress() -> Iterator[Progress]:
    """Progress bars on standard error; silent where that is not a terminal."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=err,
        disable=not err.is_terminal,
        transient=True,
    ) as bars:
        yield bars


@contextmanager
def steps() -> Iterator[Callable[[object], None]]:
    """A spinner with the step at hand on standard error; silent where that is not a terminal."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=err,
        disable=not err.is_terminal,
        transient=True,
    ) as bars:
        task = bars.add_task("looking for evidence", total=None)
        yield lambda step: bars.update(task, description=str(step))


def show_similar(answer: SimilarOut) -> None:
    """Similar records with why they match and what differs."""
    _show_notes(answer)
    if answer.abstained:
        out.print("[bold]No precedent found.[/] The nearest records, for what they are worth:")
    for number, hit in enumerate(answer.hits, start=1):
        _show_hit(number, hit)


def show_triage(card: TriageOut) -> None:
    """The triage card: hypothesis and next check first, weak hypotheses last."""
    _show_notes(card)
    if card.abstained:
        out.print("[bold]No precedent found.[/] Nothing in the corpus is close to this incident.")
        for step in card.next_checks:
            _show_check(step)
    opened = [one for one in card.hypotheses if one.standing == Standing.OPEN]
    for number, hypothesis in enumerate(opened, start=1):
        _show_hypothesis(number, hypothesis)
    out.print()
    _show_hits("Nearest" if card.abstained else "Similar", card.hits)
    _show_hits("Runbooks", card.runbooks)
    _show_changes(card.suspected_changes)
    _show_fields(card.suggested_fields)
    for one in card.hypotheses:
        if one.standing != Standing.OPEN:
            out.print(f"[dim]{one.standing}: {escape(one.statement)}[/]")
    if not card.calibrated:
        out.print("[dim]Scores are not calibrated: they order, they are not probabilities.[/]")


def show_record(record: RecordOut) -> None:
    """A record as stored."""
    out.print(f"[bold]{escape(record.id)}[/]  {escape(record.title)}")
    out.print(f"[dim]{record.kind}, revision {record.revision}, source {escape(record.source)}[/]")
    out.print(escape(record.text))


def show_draft(draft: DraftOut) -> None:
    """A draft with its citations by record, and its questions."""
    out.print(f"[bold]{escape(draft.title)}[/]  [dim]{draft.id}, {draft.writer}[/]")
    for section in draft.sections:
        if section.claims:
            out.print(f"\n[bold]{section.name}[/]")
        for claim in section.claims:
            sources = ", ".join(dict.fromkeys(c.record_id for c in claim.citations))
            mark = "[yellow](precedent)[/] " if claim.kind == "precedent" else ""
            out.print(f"- {mark}{escape(claim.text)} [dim]\\[{escape(sources)}][/]")
    if draft.questions:
        out.print("\n[bold]Open questions[/]")
        for question in draft.questions:
            out.print(f"- {escape(question.text)}")
    for note in draft.notes:
        out.print(f"[yellow]{escape(note)}[/]")


def show_diff(told: DiffOut) -> None:
    """What differs between two revisions: removed in red, added in green."""
    between = f"revision {told.from_revision} → {told.to_revision}"
    out.print(f"[bold]{told.draft_id}[/]  [dim]{between}[/]")
    if not told.sections and not told.questions:
        out.print("Nothing differs.")
    for section in told.sections:
        out.print(f"\n[bold]{section.name}[/]")
        for claim in section.changes:
            _show_change(claim)
    if told.questions:
        out.print("\n[bold]Questions[/]")
    for question in told.questions:
        _show_change(question)


def show_ingest(summaries: list[IngestOut]) -> None:
    """What came of each path, and where rows were rejected."""
    names = ("added", "changed", "unchanged", "removed", "rejected", "redactions")
    table = narrow_table("source", *names, "records/s")
    for summary in summaries:
        counts = [f"{getattr(summary, name):,}" for name in names]
        table.add_row(escape(summary.source), *counts, f"{summary.records_per_second:,.0f}")
    out.print(table)
    for summary in summaries:
        for reject in summary.rejects:
            out.print(f"[yellow]rejected[/] {escape(reject.place)}: {escape(reject.reason)}")
        if summary.rejected > len(summary.rejects):
            out.print(f"… and {summary.rejected - len(summary.rejects)} more: precedent rejects")
        for remark in summary.remarks:
            out.print(f"[dim]note: {escape(remark)}[/]")
        if summary.warning:
            out.print(f"[yellow]{escape(summary.warning)}[/]")


def show_ingest_errors(summaries: list[IngestOut]) -> None:
    """Which paths could not be read, and why: on standard error, whatever the format asked for."""
    for summary in summaries:
        if summary.error:
            err.print(f"[red]{escape(summary.error)}[/]", soft_wrap=True)


def show_proposals(proposals: list[ProposalOut]) -> None:
    """Proposals with their state and who may not decide on them."""
    table = narrow_table("proposal", "state", "title", "target", "submitted by")
    for entry in proposals:
        place = f"{entry.target} {entry.reference}"
        cells = (entry.id, entry.state, entry.title, place, entry.submitted_by)
        table.add_row(*(escape(cell) for cell in cells))
    out.print(table)


def show_body(proposal: Proposal) -> None:
    """Exactly what would be written, where, and what stands against it."""
    err.print(f"To {escape(proposal.target.name)}, {escape(proposal.shown_as)}:", soft_wrap=True)
    out.print(proposal.body, markup=False, highlight=False, soft_wrap=True)
    for said in (*proposal.risk_reasons, *proposal.blockers):
        err.print(f"[yellow]{escape(said)}[/]", soft_wrap=True)


def show_proposal(view: ProposalView) -> None:
    """A proposal, what was decided and what came of it."""
    proposal = view.proposal
    show_proposals([ProposalOut.of(proposal)])
    show_body(proposal)
    if proposal.reason:
        err.print(escape(proposal.reason), soft_wrap=True)
    for made in view.decisions:
        said = f"{made.person}: {made.decision} (round {made.round}) {made.reason}"
        err.print(escape(said), soft_wrap=True)
    for receipt in (view.receipt, view.undone):
        if receipt is not None:
            err.print(escape(f"{receipt.external_reference} {receipt.url}"), soft_wrap=True)


def show_fitted(learned: FitOut) -> None:
    """What was learned, and whether it is used."""
    if learned.ranking is not None:
        _show_ranking(learned.ranking)
    if learned.fields is not None and learned.fields.fields:
        table = narrow_table("field", "examples", "values", "right", "said", "of these right")
        for field in learned.fields.fields:
            shares = (field.accuracy, field.coverage, field.precision)
            cells = (str(field.examples), str(field.labels), *(f"{share:.0%}" for share in shares))
            table.add_row(field.name, *cells)
        out.print(table)
    if learned.backtest is not None:
        _show_backtest(learned.backtest)
    for note in learned.notes:
        err.print(f"[yellow]{escape(note)}[/]", soft_wrap=True)


def _show_ranking(fitted: FittedRanking) -> None:
    table = narrow_table("feature", "weight")
    for name, weight in fitted.weights.items():
        table.add_row(name, f"{weight:.2f}")
    out.print(table)
    out.print(
        f"nDCG@10 on {fitted.queries:,} linked records, each held out of the learning: "
        f"{fitted.ndcg_before:.3f} as configured, {fitted.ndcg_after:.3f} as learned."
    )
    used = "learned weights are" if fitted.kept else "configured weights stay"
    out.print(f"The {used} in use.")


def _show_backtest(found: BacktestOut) -> None:
    out.print(
        f"{found.questions:,} past incidents asked as of their opening; {found.forecast:,} of them "
        f"with what was learned before, {found.with_precedent:,} of which had a precedent."
    )
    table = narrow_table("measure", "value", "95 % interval")
    for name, value in found.measures.items():
        table.add_row(name, f"{value.mean:.3f}", f"{value.lo:.3f} – {value.hi:.3f}")
    out.print(table)
    for point in found.risk_coverage:
        out.print(f"   answering {point.coverage:.0%}: {point.risk:.0%} of these are wrong")
    out.print(
        f'"No precedent" below {found.threshold:.2f}: {found.answered:.0%} are answered, '
        f"{found.precision:.0%} of these with a real precedent "
        f"(wanted {found.wanted_precision:.0%})."
    )
    for file in found.files:
        out.print(f"   {escape(file)}", soft_wrap=True)


def show_rejects(rejects: list[StoredReject]) -> None:
    """What could not be taken in, newest first."""
    if not rejects:
        out.print("Nothing was rejected.")
    for reject in rejects:
        out.print(
            f"[dim]{reject.at:%Y-%m-%d %H:%M}[/] {escape(reject.place)}: {escape(reject.reason)}"
        )


def narrow_table(*headings: str) -> Table:
    """A table narrow enough for a terminal of 80 columns."""
    return Table(*headings, box=None, padding=(0, 1, 0, 0), pad_edge=False)


def _show_change(change: ClaimChangeOut | QuestionChangeOut) -> None:
    item = change.new or change.old
    text = "" if item is None else escape(item.text)
    if change.segments:
        marked = ((*_WORDS[each.happened], each.text) for each in change.segments)
        text = "".join(f"{style}{escape(a + words + b)}[/]" for style, a, b, words in marked)
    elif change.happened is Happened.CHANGED:
        text += " [dim](the same words, but not the same sources or verdict)[/]"
    out.print(f"{_SIGNS[change.happened]} {text}")


def _show_hypothesis(number: int, hypothesis: HypothesisOut) -> None:
    likely = "" if hypothesis.probability is None else f" [dim]({hypothesis.probability:.0%})[/]"
    out.print(f"[bold]{number}. {escape(hypothesis.statement)}[/]{likely}")
    for record_id in dict.fromkeys(citation.record_id for citation in hypothesis.support):
        out.print(f"   [dim]seen in[/] {escape(record_id)}")
    if hypothesis.next_check is not None:
        _show_check(hypothesis.next_check)
    for counter in hypothesis.counter:
        out.print(f"   [yellow]differs:[/] {escape(counter.text)}")
    for action in hypothesis.actions:
        risk = f" [red]risky: {escape(', '.join(action.reasons))}[/]" if action.needs else ""
        out.print(f"   [dim]was done:[/] {escape(action.text)}{risk}")


def _show_changes(suspects: list[SuspectedChangeOut]) -> None:
    if suspects:
        out.print("[bold]Changes shortly before[/] (suspects, not causes)")
    for suspect in suspects:
        out.print(f"   {escape(suspect.record_id)}  {escape(suspect.title)}")
        out.print(f"      [dim]{escape('; '.join(suspect.reasons))}[/]")


def _show_fields(fields: list[SuggestedFieldOut]) -> None:
    if fields:
        out.print("[bold]Suggested fields[/]")
    for found in fields:
        likely = "" if found.probability is None else f" ({found.probability:.0%})"
        out.print(f"   {escape(found.name)}: {escape(found.value)}{likely}")
        out.print(f"      [dim]{escape(found.reason)}[/]")


def _show_check(step: CitedTextOut) -> None:
    source = "" if step.citation is None else f" [dim]({escape(step.citation.record_id)})[/]"
    out.print(f"   [green]check next:[/] {escape(step.text)}{source}")


def _show_hits(heading: str, hits: list[HitOut]) -> None:
    if hits:
        out.print(f"[bold]{heading}[/]")
    for number, hit in enumerate(hits, start=1):
        _show_hit(number, hit)


def _show_hit(number: int, hit: HitOut) -> None:
    out.print(f"{number:>2}. [bold]{escape(hit.record_id)}[/]  {escape(hit.title)}")
    if hit.why:
        out.print(f"    [green]why[/]     {escape('; '.join(r.text for r in hit.why))}")
    if hit.differs:
        out.print(f"    [yellow]differs[/] {escape('; '.join(r.text for r in hit.differs))}")
    if hit.folded:
        out.print(f"    and {len(hit.folded)} that say the same: {escape(', '.join(hit.folded))}")
    for citation in hit.citations[:1]:
        out.print(f"    [dim]“{escape(' '.join(citation.quote.split()))}”[/]")


def _show_notes(answer: SimilarOut) -> None:
    for note in answer.notes:
        err.print(f"[yellow]{escape(note)}[/]")
