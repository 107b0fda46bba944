"""What ``precedent fit`` learned, as JSON."""

from assistant.schemas.shape import Shape
from assistant.services.backtest.service import BacktestReport
from assistant.services.fields.fitted import Manifest
from assistant.services.fitting import FittedRanking


class IntervalOut(Shape):
    """A mean with the two ends of its 95 % interval."""

    mean: float
    lo: float
    hi: float


class PointOut(Shape):
    """When the surest share ``coverage`` is answered, the share ``risk`` of it is wrong."""

    coverage: float
    risk: float
    threshold: float


class BacktestOut(Shape):
    """What a backtest found; ``measures`` are those of ``services.backtest.service``."""

    questions: int
    forecast: int
    with_precedent: int
    measures: dict[str, IntervalOut]
    risk_coverage: list[PointOut]
    threshold: float
    wanted_precision: float
    answered: float
    precision: float
    data_hash: str
    files: list[str]

    @classmethod
    def of(cls, report: BacktestReport) -> "BacktestOut":
        """From the domain value."""
        return cls(
            questions=report.questions,
            forecast=report.forecast,
            with_precedent=report.with_precedent,
            measures={
                name: IntervalOut(**value.as_json()) for name, value in report.measures.items()
            },
            risk_coverage=[PointOut(**point._asdict()) for point in report.points],
            threshold=report.calibration.threshold,
            wanted_precision=report.calibration.wanted_precision,
            answered=report.answered,
            precision=report.precision,
            data_hash=report.calibration.data_hash,
            files=[str(file) for file in report.files],
        )


class FitOut(Shape):
    """Everything that was learned. What could not be is null, and ``notes`` say why."""

    ranking: FittedRanking | None
    fields: Manifest | None
    backtest: BacktestOut | None
    notes: list[str]
