"""Worlds as figures and as pages.

Figures are kept by world, which cannot change: most tests read those of the same few.
"""

from functools import cache
from html import unescape
from re import DOTALL, sub

import polars as pl

from pipeline.lake.periods import Unit, period_of
from pipeline.lake.topics import EARLIER, DayTopics
from pipeline.transform.topics import count_topics
from reports.figures.day import DayFigures, day_figures
from reports.figures.per_account import AccountFigures, per_account
from reports.figures.periods.period import period_figures
from reports.render import render_period, render_report
from tests.reports.world import World


@cache
def figures_of(made: World) -> DayFigures:
    """Return the figures of a world's last day."""
    return day_figures(made.plan, made.rollups, made.posts, topic_counts=topics_of(made))


def topics_of(made: World) -> DayTopics:
    """Return the counts of a world's posts, as the pages of its last day read them."""
    read = (pl.col("collected_at").dt.date().dt.offset_by("-1d")).alias("_day")  # the morning after
    days = {day: part for (day,), part in made.posts.with_columns(read).group_by("_day")}
    counted = {day: count_topics(part, day) for day, part in sorted(days.items())}
    today = counted.pop(made.day, count_topics(made.posts.clear(), made.day))
    earlier = pl.concat(
        [pl.DataFrame(schema=EARLIER), *(part.select(EARLIER.names()) for part in counted.values())]
    )
    return DayTopics(today, earlier, frozenset(counted))


@cache
def accounts_of(made: World) -> dict[str, AccountFigures]:
    """Return the figures of each account's page."""
    return {found.account: found for found in per_account(figures_of(made), made.rollups, made.posts)}


def report_of(made: World) -> str:
    """Return the page of a world's last day."""
    return render_report(figures_of(made), "../")


def period_page_of(made: World, unit: Unit = Unit.WEEK) -> str:
    """Return the page of the week, or the month, of a world's last day, the only one of it with a report."""
    figures = period_figures(made.rollups, period_of(made.day, unit), [made.day])
    posts = made.posts.join(figures.top, on=["account", "post_id"], how="semi")
    return render_period(figures, posts, None)


def text_of(page: str) -> str:
    """Return what a reader sees of a page, on one line."""
    without_code = sub(r"<(style|script)>.*?</\1>", "", page, flags=DOTALL)
    return sub(r"\s+", " ", unescape(sub(r"<[^>]+>", " ", without_code)))
