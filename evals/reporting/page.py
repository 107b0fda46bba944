"""The report as one HTML page: no script, and nothing that is loaded from elsewhere."""

import base64
import hashlib
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from evals.reporting.drawing import TEMPLATES
from evals.reporting.view import Report
from evals.statistics.corrections import ALPHA
from evals.statistics.power import POWER


def page(report: Report) -> str:
    """The whole page, the same for the same report.

    Its policy lets the browser use this style and nothing else: what a text of a dataset might
    bring with it is neither run nor loaded.
    """
    return styled("page.html", report=report, alpha=ALPHA, power=POWER)


def styled(template: str, **values: Any) -> str:
    """A template with the style of all pages, and the policy that allows nothing else."""
    style = files("evals.reporting").joinpath("templates/page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return TEMPLATES.get_template(template).render(
        style=Markup(style),  # noqa: S704 — our own file
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'",
        **values,
    )
