"""Figures to HTML: one file, no request, nothing that a text could run.

The templates escape everything foreign (autoescape is on for every file, because `select_autoescape` would leave
`*.html.j2` out), and the page's own style and script are the only ones that its policy allows, by their hashes.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.lake.periods import Period
from pipeline.version import VERSION
from reports import format as fmt
from reports.figures.day import DayFigures
from reports.figures.per_account import AccountFigures
from reports.figures.periods.period import PeriodFigures
from reports.views.account import account_page
from reports.views.metrics import tick
from reports.views.periods.page import period_page
from reports.views.report import report_page

_HERE = Path(__file__).parent
# Those that have lines of their own: two kilobytes that each page would carry.
_COMMENTS = re.compile(r"^ *(?://.*|/\*[^*]*\*/)\n", re.MULTILINE)


@dataclass(frozen=True)
class Assets:
    """The page's own style and script, and the policy that allows nothing else."""

    css: Markup
    js: Markup
    policy: str


def render_report(figures: DayFigures, up: str) -> str:
    """Return a day's page; `up` is the relative path from it to `reports/`, `../` or empty."""
    return render("report.html.j2", view=report_page(figures), up=up, **_of_day(figures))


def render_account(found: AccountFigures) -> str:
    """Return an account's page of a day, which lies beside the day's own."""
    return render("account.html.j2", view=account_page(found), up="../", **_of_day(found.day))


def render_group(figures: DayFigures) -> str:
    """Return a group's page of a day, which lies beside the day's own; takes the figures of `per_group`."""
    return render("group.html.j2", view=report_page(figures), up="../", **_of_day(figures))


def render_period(figures: PeriodFigures, posts: pl.DataFrame, previous: Period | None) -> str:
    """Return the page of a week or a month; see `period_page` for what it takes."""
    view = period_page(figures, posts, previous)
    return render("period.html.j2", view=view, up="../", sample=figures.sample, period=figures.period.name)


def _of_day(figures: DayFigures) -> dict[str, Any]:
    return {"sample": figures.sample, "day": figures.day, "history_days": figures.history_days}


def render(template: str, **values: Any) -> str:
    """Return a template filled with `values`. Raises jinja2's `UndefinedError` where it names what is not there."""
    return _environment().get_template(template).render(assets=assets(), **values)


@cache
def assets() -> Assets:
    """Return the style and the script, without their comments, and the policy with their hashes."""
    css = _COMMENTS.sub("", (_HERE / "assets" / "report.css").read_text(encoding="utf-8"))
    js = _COMMENTS.sub("", (_HERE / "assets" / "report.js").read_text(encoding="utf-8"))
    policy = (
        f"default-src 'none'; script-src '{_hash(js)}'; style-src '{_hash(css)}'; img-src data:; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'"
    )
    return Assets(Markup(css), Markup(js), policy)  # noqa: S704  # files of this package, not data


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["tick"] = tick
    environment.globals["version"] = VERSION
    environment.filters["number"] = fmt.plain_number
    return environment
