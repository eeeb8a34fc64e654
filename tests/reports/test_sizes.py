"""No page grows beyond what a phone loads at once, with topics and mentions on it."""

from dataclasses import replace

import polars as pl
import pytest

from reports.figures.day import DayFigures, day_figures
from reports.figures.per_account import per_account
from reports.render import render_account, render_report
from tests.reports.mentioned import mentioned
from tests.reports.rendered import topics_of
from tests.reports.world import TWELVE, World, many, world


def with_mentions(made: World) -> World:
    """Return a world in which X counts everybody's mentions."""
    return mentioned(made, tuple(made.rollups["account"].unique()), bad="")


def of_last_day(made: World) -> pl.DataFrame:
    return made.posts.filter(pl.col("collected_at") == pl.col("collected_at").max())


def figures_of(made: World, today: pl.DataFrame) -> DayFigures:
    """Return the figures of `today`'s posts, with the topics of all days' posts."""
    return day_figures(made.plan, made.rollups, today, topic_counts=topics_of(made))


@pytest.mark.parametrize(
    ("count", "most"), [(12, 200_000), pytest.param(500, 1_000_000, marks=pytest.mark.heavy)]
)
def test_a_day_with_topics_and_mentions_stays_small(count: int, most: int) -> None:
    accounts = TWELVE if count == len(TWELVE) else many(count)
    made = with_mentions(world(accounts, days=29, every_post=count == len(TWELVE)))
    page = render_report(figures_of(made, of_last_day(made)), "../")
    assert 'id="topics"' in page
    assert 'data-tile="mentions"' in page
    assert len(page.encode()) <= most


@pytest.mark.parametrize(
    ("count", "most"), [(20, 150_000), pytest.param(200, 600_000, marks=pytest.mark.heavy)]
)
def test_an_accounts_page_with_topics_and_mentions_stays_small(count: int, most: int) -> None:
    busy = replace(TWELVE[1], account="busy", posts=1.4 * count, weekend=1.0)
    made = with_mentions(world([busy, TWELVE[0]], days=29, every_post=True, stories=False))
    today = of_last_day(made).filter(pl.col("account") == "busy").head(count)
    pages = per_account(figures_of(made, today), made.rollups, today)
    found = next(page for page in pages if page.account == "busy")
    page = render_account(found)
    assert page.count('id="p-') == count
    assert 'id="topics"' in page
    assert 'data-tile="mentions"' in page
    assert len(page.encode()) <= most
