"""Worlds as figures and as pages."""

from html import unescape
from re import DOTALL, sub

from reports.figures.day import DayFigures, day_figures
from reports.figures.per_account import AccountFigures, per_account
from reports.render import render_report
from tests.reports.world import World


def figures_of(made: World) -> DayFigures:
    """Return the figures of a world's last day."""
    return day_figures(made.plan, made.rollups, made.posts)


def accounts_of(made: World) -> dict[str, AccountFigures]:
    """Return the figures of each account's page."""
    return {found.account: found for found in per_account(figures_of(made), made.rollups, made.posts)}


def report_of(made: World) -> str:
    """Return the page of a world's last day."""
    return render_report(figures_of(made), "../")


def text_of(page: str) -> str:
    """Return what a reader sees of a page, on one line."""
    without_code = sub(r"<(style|script)>.*?</\1>", "", page, flags=DOTALL)
    return sub(r"\s+", " ", unescape(sub(r"<[^>]+>", " ", without_code)))
