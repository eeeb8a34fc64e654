"""The pages of weeks and months: made with their last day, remade with every late one, and linked from the index."""

import logging
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.errors import AviaryError, ReportError
from pipeline.lake import keys
from pipeline.lake.periods import Period, Unit, period_of
from pipeline.schema import POSTS
from reports import periods, publish
from reports.figures.posts import COLUMNS
from reports.publish import publish_day, publish_periods
from reports.render import render_period
from tests.reports.folder_lake import FolderLake, fill
from tests.reports.links import broken_links
from tests.reports.published import lake, small  # noqa: F401  # fixtures
from tests.reports.rendered import text_of
from tests.reports.world import DAY, TWELVE, World, world

pytestmark = pytest.mark.slow

WEEK = period_of(DAY, Unit.WEEK)  # DAY is its Sunday
MONTH = period_of(DAY, Unit.MONTH)
MONDAY = WEEK.first


def pages(lake: FolderLake) -> dict[str, bytes]:
    return {key: lake.get(key) for key in lake.keys("reports/") if "=" in key}


def html_of(lake: FolderLake, period: Period = WEEK) -> str:
    return text_of(lake.get(keys.period_report(period)).decode())


def stored(tmp_path: Path, made: World, *days: date) -> FolderLake:
    lake = FolderLake(tmp_path)
    fill(lake, made)
    for day in days:
        publish_day(lake, day)
    publish_periods(lake, days)
    return lake


def test_a_week_is_made_with_its_last_day_and_a_month_that_is_not_over_is_not(lake: FolderLake) -> None:
    publish(lake, DAY - timedelta(days=1))
    assert pages(lake) == {}
    publish(lake, DAY)
    assert pages(lake).keys() == {keys.period_report(WEEK)}
    assert f'href="week={WEEK.name}/index.html"' in lake.get(keys.REPORTS_INDEX).decode()


def test_where_the_last_day_was_never_run_the_next_days_report_makes_it(lake: FolderLake) -> None:
    sunday = MONDAY - timedelta(days=1)
    publish(lake, sunday - timedelta(days=1))
    assert pages(lake) == {}
    publish(lake, DAY)
    assert keys.period_report(WEEK.previous) in pages(lake)
    assert "Only 1 of 7 days was read ; missing:" in html_of(lake, WEEK.previous)


def test_a_day_that_comes_late_remakes_its_week_and_names_those_after_it(
    lake: FolderLake, caplog: pytest.LogCaptureFixture
) -> None:
    publish(lake, MONDAY - timedelta(days=1))
    publish(lake, DAY)
    before = lake.get(keys.period_report(WEEK.previous))
    caplog.clear()
    publish(lake, MONDAY - timedelta(days=3))
    assert lake.get(keys.period_report(WEEK.previous)) != before
    assert (
        "2026-W47 compare with what changed: render again with ./aviary report --week 2026-W47" in caplog.text
    )
    caplog.clear()
    publish(lake, MONDAY - timedelta(days=3))
    assert "compare with what changed" not in caplog.text


def test_a_period_is_told_with_the_first_report_on_or_after_its_last_day(
    tmp_path: Path, small: World
) -> None:
    lake = FolderLake(tmp_path)
    fill(lake, small)
    sunday = MONDAY - timedelta(days=1)
    publish(lake, sunday - timedelta(days=1))
    assert periods.ended_with(lake, sunday - timedelta(days=1)) == []
    publish(lake, MONDAY)  # Sunday was never run
    assert periods.ended_with(lake, MONDAY) == [WEEK.previous]
    publish(lake, MONDAY + timedelta(days=1))
    assert periods.ended_with(lake, MONDAY + timedelta(days=1)) == []
    publish(lake, sunday)  # late
    assert (periods.ended_with(lake, sunday), periods.ended_with(lake, MONDAY)) == ([WEEK.previous], [])


def test_a_week_and_a_month_that_end_on_one_day_are_told_in_this_order(tmp_path: Path) -> None:
    last = date(2027, 1, 31)
    made = stored(tmp_path, world(TWELVE[:1], days=2, day=last, every_post=True), last)
    assert [period.name for period in periods.ended_with(made, last)] == ["2027-01", "2027-W04"]
    made.delete(keys.period_report(period_of(last, Unit.MONTH)))
    assert [period.name for period in periods.ended_with(made, last)] == ["2027-W04"]


def test_publishing_again_changes_no_byte_and_the_order_of_days_does_not_matter(
    tmp_path: Path, small: World
) -> None:
    days = [DAY - timedelta(days=n) for n in range(7)]
    found = []
    for name, order in (("a", days), ("b", days[::-1])):
        made = FolderLake(tmp_path / name)
        fill(made, small)
        for day in order:
            publish(made, day)
        found.append({key: made.get(key) for key in made.keys("reports/")})
    assert found[0] == found[1]


def test_a_page_reads_no_roll_up_after_its_last_day(tmp_path: Path, small: World) -> None:
    made = stored(tmp_path, small, *(MONDAY - timedelta(days=n) for n in range(1, 4)), DAY)
    made.reads.clear()
    periods.put(made, WEEK.previous)
    assert max(key for key in made.reads if key.startswith("daily/")) == keys.rollup(WEEK.previous.last)


def test_every_link_leads_to_what_is_there(tmp_path: Path, small: World) -> None:
    of = pl.when(pl.col("account") == "stadiumfc").then(pl.lit("Sport & more"))
    grouped = replace(small, rollups=small.rollups.with_columns(of.alias("group")))
    made = stored(tmp_path, grouped, *(DAY - timedelta(days=n) for n in range(12)))
    assert len(pages(made)) == 2
    assert broken_links(made) == []


def test_a_week_across_new_year_stands_on_the_pages_of_both_years(tmp_path: Path) -> None:
    last = date(2027, 1, 3)
    made = stored(
        tmp_path, world(TWELVE[:1], days=7, day=last, every_post=True), *period_of(last, Unit.WEEK).days
    )
    assert list(pages(made)) == ["reports/month=2026-12/index.html", "reports/week=2026-W53/index.html"]
    for year in (2026, 2027):
        assert b'href="week=2026-W53/index.html"' in made.get(keys.report_year(year))
    assert "Week 53, 28 December 2026 – 3 January 2027" in html_of(made, period_of(last, Unit.WEEK))


def test_it_tells_what_changed_who_drove_it_and_what_is_missing(tmp_path: Path) -> None:
    lost = DAY - timedelta(days=3)
    made = stored(tmp_path, world(every_post=True, gaps=(lost,), days=40), *(set(WEEK.days) - {lost}))
    text = html_of(made)
    assert "Only 6 of 7 days were read ; missing: Thu 19 Nov." in text
    assert "a day, 27% above the week before" in text
    assert "The rise was driven mainly by Stadium FC" in text
    assert "Orchard TV was not read on all days" in text
    assert "Stadium FC had a post go viral on Sun 22 Nov" in text
    html = made.get(keys.period_report(WEEK)).decode()
    assert re.search(
        r'href="\.\./2026-11-22/account-stadiumfc\.html#p-\d+"><bdi>Stadium FC</bdi></a> had a post', html
    )
    assert text.count("Open on X") == 10


def test_the_first_week_ever_and_a_week_of_one_day_have_nothing_to_compare_with(tmp_path: Path) -> None:
    made = stored(tmp_path, world(TWELVE[:2], days=1), DAY)
    text = html_of(made)
    assert "There is no week before to compare with." in text
    assert "There are no days before to compare with." in text


def test_a_week_of_which_nobody_was_read_says_so(tmp_path: Path) -> None:
    gone = replace(TWELVE[0], status={DAY: ("failed", "X did not answer")})
    text = html_of(stored(tmp_path, world([gone], days=1), DAY))
    assert "Nothing was read in this week" in text


def test_a_week_without_any_account_is_a_page(tmp_path: Path, small: World) -> None:
    nobody = World(small.plan.model_copy(update={"accounts": ()}), small.rollups.clear(), small.posts.clear())
    assert "Nothing was read in this week" in html_of(stored(tmp_path, nobody, DAY))


def test_a_week_without_a_report_is_one_clear_line(lake: FolderLake) -> None:
    with pytest.raises(
        ReportError, match=r"^no day of 2026-W47 has a report in folder; run its days first: ./aviary"
    ):
        periods.read(lake, WEEK)


def test_a_post_that_is_gone_although_the_roll_up_counts_it_is_one_clear_line(
    lake: FolderLake, small: World
) -> None:
    publish(lake, DAY)
    lake.put(keys.posts_daily(DAY), lake.get(keys.posts_daily(DAY - timedelta(days=1))))
    with pytest.raises(
        AviaryError, match=r"posts\.parquet lacks posts that the day counts; run the day again"
    ):
        periods.put(lake, WEEK)


def test_a_week_of_the_first_release_is_made_from_the_files_of_its_accounts(lake: FolderLake) -> None:
    """It had no file of all posts."""
    publish(lake, DAY)
    made = pages(lake)
    for day in WEEK.days:
        (lake.folder / keys.posts_daily(day)).unlink()
    lake.delete(keys.period_report(WEEK))
    periods.put(lake, WEEK)
    assert pages(lake) == made


@pytest.fixture(autouse=True)
def _warnings(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)


def test_a_story_links_to_the_account_on_its_strongest_day(tmp_path: Path) -> None:
    lake = stored(tmp_path, world(days=57), DAY)
    html = lake.get(keys.period_report(WEEK)).decode()
    (linked,) = re.findall(r'data-account="stadiumfc">\s*<a href="\.\./([^"]+)"', html)
    page, _, post = linked.partition("#")
    assert page == f"{DAY}/account-stadiumfc.html"
    assert post.startswith("p-")
    assert f"reports/{page}" in set(lake.keys("reports/"))


def test_few_scored_posts_and_counts_of_another_age_are_said(lake: FolderLake) -> None:
    publish(lake, DAY)
    figures = periods.read(lake, WEEK)
    unsure = replace(figures, few_scored=True, other_age=2, top=figures.top.clear())
    text = text_of(render_period(unsure, pl.DataFrame(schema={name: POSTS[name] for name in COLUMNS}), None))
    assert "of fewer than ten scored posts: too few to be sure." in text
    assert "† fewer than ten scored posts: an anecdote, not a rate." in text
    assert "2 days of the weeks before, whose counts were read at another age: not compared" in text
