"""A suite on one page: systems × datasets, with a way to the report of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from evals.reporting.drawing import Scale
from evals.reporting.figures import counted, figure, interval
from evals.reporting.files import Wanted, make_report
from evals.reporting.interval_plot import EDGE, WIDTH, intervals
from evals.reporting.page import styled
from evals.reporting.texts import TASKS_WITH_TEXTS
from evals.statistics.corrections import ALPHA
from evals.suite.jobs import SYSTEMS
from evals.suite.result import MAIN, Made, SuiteResult
from retrieval.errors import InvalidInput

INDEX = "index.html"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a system reached on a dataset. ``tone``: less or more than the product, or same."""

    mean: str
    ends: str
    plot: Markup
    tone: str
    report: str


@dataclass(frozen=True, slots=True)
class TaskTable:
    """A task: its main metric, and the rows of its systems, a cell or none for each dataset."""

    task: str
    metric: str
    columns: Mapping[str, str]
    rows: Mapping[str, Sequence[Cell | None]]


def write_overview(result: SuiteResult, folder: Path, data: Mapping[str, Path]) -> Path:
    """Write a report of each of the product's runs, and the page that leads to them.

    ``data`` holds the folder of each dataset by its name, for the texts of queries. The product
    is held against the baseline that comes next in ``SYSTEMS``.
    """
    reports = dict(_reports(result.made, folder, data))
    tasks = dict.fromkeys(each.job.task for each in result.made)
    tables = [_table(task, result, reports) for task in tasks]
    text = styled(
        "overview.html",
        tables=tables,
        datasets=counted(len({each.job.dataset for each in result.made}), "dataset", "datasets"),
        runs=counted(len(result.made), "run", "runs"),
        run=result.made[0].run,
        comparisons=len(result.against_product),
        alpha=ALPHA,
    )
    file = folder / INDEX
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise InvalidInput(f"{file} cannot be written: {exc.strerror}.") from exc
    return file


def _reports(
    made: Sequence[Made], folder: Path, data: Mapping[str, Path]
) -> Sequence[tuple[str, str]]:
    """(name of the product's run, file of its report) for each of them."""
    found = []
    for each in made:
        product, *baselines = SYSTEMS[each.job.task]
        if each.job.system != product:
            continue
        rivals = [
            other.run.file
            for other in made
            if baselines
            and (other.job.task, other.column, other.job.system)
            == (each.job.task, each.column, baselines[0])
        ]
        page = folder / f"{each.job.name}.html"
        texts = data.get(each.job.dataset) if each.job.task in TASKS_WITH_TEXTS else None
        make_report(
            Wanted(
                run=each.run.file,
                against=rivals[0] if rivals else None,
                data=texts,
                html=page,
            )
        )
        found.append((each.job.name, page.name))
    return found


def _table(task: str, result: SuiteResult, reports: Mapping[str, str]) -> TaskTable:
    made = [each for each in result.made if each.job.task == task]
    columns = {each.column: counted(len(each.run.ids), "query", "queries") for each in made}
    rows = {
        system: [_cell(_of(made, system, column), result, reports) for column in columns]
        for system in SYSTEMS[task]
    }
    return TaskTable(task, MAIN[task], columns, rows)


def _of(made: Sequence[Made], system: str, column: str) -> Made | None:
    wanted = (system, column)
    return next((each for each in made if (each.job.system, each.column) == wanted), None)


def _cell(each: Made | None, result: SuiteResult, reports: Mapping[str, str]) -> Cell | None:
    if each is None or each.main is None:
        return None
    compared = result.against_product.get(each.job.name)
    is_product = each.job.system == SYSTEMS[each.job.task][0]
    tone = "other" if is_product else "same"
    if compared is not None and compared.is_shown:
        tone = "worse" if compared.is_worse else "better"
    scale = Scale(0.0, 1.0, EDGE, WIDTH - EDGE)
    return Cell(
        mean=figure(each.main.mean),
        ends=interval(each.main),
        plot=intervals([(tone, each.main)], scale, [0.0, 0.5, 1.0]),
        tone=tone,
        report=reports.get(each.job.name, ""),
    )
