"""Reports on the disk."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant import console
from evals.json_target import write_object
from evals.reporting.page import page
from evals.reporting.summary import summary
from evals.reporting.texts import load_texts
from evals.reporting.view import report_of
from evals.runs import load_run
from retrieval.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to report and where to. Without ``html`` the page stands beside the run."""

    run: Path
    against: Path | None = None
    data: Path | None = None
    metric: str | None = None
    html: Path | None = None
    markdown: Path | None = None

    @property
    def page_file(self) -> Path:
        """Where the page is written."""
        return self.run.with_suffix(".html") if self.html is None else self.html


def make_report(wanted: Wanted) -> Mapping[str, str]:
    """Write a page and, where asked for, a summary; returns the files by their kind.

    Raises ``InvalidInput`` for what cannot be read, compared or written; nothing is written then.
    """
    _check(wanted)
    run = load_run(wanted.run)
    against = None if wanted.against is None else load_run(wanted.against)
    texts = None if wanted.data is None else load_texts(wanted.data, run)
    report = report_of(run, against, metric=wanted.metric, texts=texts)
    written = {"html": _written(wanted.page_file, page(report))}
    if wanted.markdown is not None:
        written["markdown"] = _written(wanted.markdown, summary(report))
    return written


def write_report(wanted: Wanted, target: str | None = None) -> Mapping[str, str]:
    """The same, told on standard output, or as JSON to ``target`` where one is given."""
    written = make_report(wanted)
    if target is None:
        for file in written.values():
            console.out.print(file, markup=False, soft_wrap=True)
    else:
        write_object({"files": written}, target)
    return written


def _check(wanted: Wanted) -> None:
    """A report must not take the place of what it is made from."""
    sources = [file.resolve() for file in (wanted.run, wanted.against) if file is not None]
    targets = [file for file in (wanted.page_file, wanted.markdown) if file is not None]
    for file in targets:
        if file.resolve() in sources:
            raise InvalidInput(f"{file} is a run. Name another file with --html or --markdown.")
        if file.is_dir() or not file.absolute().parent.is_dir():
            raise InvalidInput(f"{file} cannot be written. Name a file in a folder that exists.")
    if len({file.resolve() for file in targets}) < len(targets):
        raise InvalidInput(f"{targets[0]} is named twice. Name a file each.")


def _written(file: Path, text: str) -> str:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise InvalidInput(f"{file} cannot be written: {exc.strerror}.") from exc
    return str(file)
