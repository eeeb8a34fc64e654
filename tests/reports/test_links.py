"""No link leads to a page, or to a part of it, that is not there."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from reports import thresholds
from reports.publish import publish
from tests.reports.folder_lake import FolderLake, fill
from tests.reports.links import broken_links, links
from tests.reports.world import DAY, TWELVE, World, world

pytestmark = pytest.mark.slow


def published(folder: Path, made: World, days: int) -> FolderLake:
    """Return a lake with the pages of the last `days` days of a world."""
    lake = FolderLake(folder)
    fill(lake, made)
    for back in reversed(range(days)):
        publish(lake, DAY - timedelta(days=back))
    return lake


@pytest.mark.parametrize("days", [1, 2, 4])
def test_every_link_of_every_page_leads_somewhere(tmp_path: Path, days: int) -> None:
    """Stories on the last day, an account that is new on it, and a group that is new and one that is no more."""
    accounts = [*TWELVE[:4], *TWELVE[10:], replace(TWELVE[4], since=DAY)]
    made = world(accounts, days=days, every_post=True)
    last = pl.col("day") == DAY
    of = pl.when(pl.col("account") < "d").then(pl.when(last).then(pl.lit("new")).otherwise(pl.lit("old")))
    rollups = made.rollups.with_columns(of.alias("group"), pl.lit(4, pl.Int32).alias("schema_version"))
    lake = published(tmp_path, replace(made, rollups=rollups), days)
    assert broken_links(lake) == []


@pytest.mark.parametrize("days", [7, 9])
def test_every_link_leads_somewhere_where_weeks_and_a_month_have_pages(tmp_path: Path, days: int) -> None:
    """With the last day of a month in a week that is not over, an account that left, and one whose days are missing."""
    last = date(2026, 11, 30)
    gone = {last - timedelta(days=n): ("failed", "X did not answer") for n in (1, 2)}
    accounts = [
        replace(TWELVE[0], since=last - timedelta(days=4)),
        replace(TWELVE[1], status=gone),
        TWELVE[10],
    ]
    made = world(accounts, days=days, day=last, every_post=True, gaps=(last - timedelta(days=3),))
    of = pl.when(pl.col("account") < "n").then(pl.lit("A & b"))
    until = last - timedelta(days=3)
    left = pl.col("account") == "brightleaf"
    rollups = made.rollups.filter(~(left & (pl.col("day") > until))).with_columns(
        of.alias("group"), pl.lit(4, pl.Int32).alias("schema_version")
    )
    posts = made.posts.filter(~(left & (pl.col("created_at").dt.date() > until)))
    lake = FolderLake(tmp_path)
    fill(lake, replace(made, rollups=rollups, posts=posts))
    for day in sorted(rollups["day"].unique()):
        publish(lake, day)
    pages = [key for key in lake.keys("reports/") if "=" in key]
    assert len(pages) == (3 if days > 8 else 2)
    assert broken_links(lake) == []


def test_every_link_leads_somewhere_where_an_account_has_more_posts_than_its_page_lists(
    tmp_path: Path,
) -> None:
    """The posts with the least engagement have a hashtag of their own."""
    busy = replace(TWELVE[4], posts=300, weekend=1.0)
    made = world([busy, *TWELVE[:1]], days=1)
    rare = (pl.col("account") == busy.account) & (pl.col("engagement") < 70)
    posts = made.posts.with_columns(
        pl.when(rare).then(pl.lit(["rare"])).otherwise("hashtags").alias("hashtags")
    )
    lake = published(tmp_path, replace(made, posts=posts), 1)
    page = lake.get(f"reports/{DAY}/account-{busy.account}.html").decode()
    assert page.count('id="p-') == thresholds.MOST_POSTS
    assert "#rare" in page
    assert broken_links(lake) == []


def test_every_link_leads_somewhere_where_there_is_one_account(tmp_path: Path) -> None:
    lake = published(tmp_path, world(TWELVE[:1], days=9, every_post=True), 9)
    assert broken_links(lake) == []


def test_the_days_of_a_chart_lead_to_their_pages_and_its_hours_to_the_newest_day_of_the_weekday(
    tmp_path: Path,
) -> None:
    """But to no day on which the account was not read, or had no post."""
    failed, silent = DAY - timedelta(days=2), DAY - timedelta(days=3)
    one = replace(TWELVE[0], status={failed: ("failed", "X did not answer")}, silent={silent})
    lake = published(tmp_path, world([one, TWELVE[1]], days=9, every_post=True), 9)
    handle = one.account
    own = set(links(lake.get(f"reports/{DAY}/account-{handle}.html").decode()))
    reports = set(links(lake.get(f"reports/{DAY}/index.html").decode()))
    days = {DAY - timedelta(days=back) for back in range(1, 9)}
    assert {f"../{day}/account-{handle}.html" for day in days - {failed}} <= own
    assert f"../{failed}/account-{handle}.html" not in own
    assert {f"../{day}/index.html" for day in days} <= reports
    newest = {DAY - timedelta(days=back) for back in (1, 4, 5, 6)}
    assert {f"../{day}/account-{handle}.html#order=earliest" for day in newest} <= own
    assert "#order=earliest" in own
    assert f"../{silent}/account-{handle}.html#order=earliest" not in own
    assert "#accounts" in reports


def test_every_link_leads_somewhere_where_days_are_missing(tmp_path: Path) -> None:
    made = world(TWELVE[:3], days=4, every_post=True, gaps=(DAY - timedelta(days=1),))
    lake = FolderLake(tmp_path)
    fill(lake, made)
    for back in (3, 2, 0):
        publish(lake, DAY - timedelta(days=back))
    assert broken_links(lake) == []


def test_a_link_that_leads_nowhere_is_noticed(tmp_path: Path) -> None:
    lake = published(tmp_path, world(TWELVE[:2], days=1, every_post=True), 1)
    key = f"reports/{DAY}/account-stadiumfc.html"
    html = lake.get(key).decode()
    assert len(list(links(html))) > 5
    lake.put(key, html.replace('id="p-', 'id="q-').encode())
    pages = ("reports/latest.html", f"reports/{DAY}/index.html", "reports/week=2026-W47/index.html", key)
    assert {page for page, _ in broken_links(lake)} == set(pages)
