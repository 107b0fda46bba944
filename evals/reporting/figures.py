"""Figures as they stand on a page."""

from assistant.services.backtest.intervals import Interval

_MINUS = "−"


def figure(value: float) -> str:
    """Three places for shares, fewer for larger sizes."""
    places = 3 if abs(value) < 10 else 1 if abs(value) < 1000 else 0
    text = f"{value:.{places}f}"
    # A rounded nothing has no sign.
    return text.replace("-", _MINUS) if float(text) else text.lstrip("-")


def signed(value: float) -> str:
    """The same with a plus, for differences."""
    text = figure(value)
    return f"+{text}" if text.strip("0.") and value > 0 else text


def interval(value: Interval) -> str:
    """The two ends."""
    return f"{figure(value.lo)} to {figure(value.hi)}"


def signed_interval(value: Interval) -> str:
    """The two ends of a difference."""
    return f"{signed(value.lo)} to {signed(value.hi)}"


def p_value(value: float) -> str:
    """A p value; what is smaller than the resamples can tell is not written as 0."""
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def milliseconds(value: float) -> str:
    """A time, without places where they mean nothing."""
    return f"{value:.1f} ms" if value < 10 else f"{value:,.0f} ms"


def counted(count: int, one: str, many: str) -> str:
    """A count and what is counted."""
    return f"{count:,} {one if count == 1 else many}"
