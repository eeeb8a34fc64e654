"""Days are compared with whole local days of their own timezone, and with no others."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from pipeline.lake.records import Plan
from pipeline.schema import ROLLUP
from reports.figures.comparable import NotCompared, comparable
from reports.figures.day import day_figures
from reports.views.data import data
from reports.views.masthead import masthead
from reports.views.tiles import tiles
from tests.reports.rows import SUNDAY, posts, row

PLAN = Plan(day=SUNDAY, timezone="UTC", sample=True, failed_accounts=0.2, quarantined_posts=0.05, accounts=())
SHORT = PLAN.model_copy(update={"end": PLAN.window.end - timedelta(hours=9)})


def rollups(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=ROLLUP)


def days_of(frame: pl.DataFrame) -> list[int]:
    return sorted((SUNDAY - day).days for day in frame["day"])


def test_whole_days_of_the_same_timezone_are_compared() -> None:
    found, left_out = comparable(PLAN, rollups(*(row(back) for back in range(5))))
    assert days_of(found) == [0, 1, 2, 3, 4]
    assert left_out == NotCompared()


def test_days_of_other_timezones_and_of_other_lengths_are_left_out_and_counted() -> None:
    earlier = [row(1), row(2, window_hours=15.0), row(3, timezone="Asia/Tokyo"), row(4, window_hours=37.0)]
    found, left_out = comparable(PLAN, rollups(row(0), *earlier))
    assert days_of(found) == [0, 1]
    assert left_out == NotCompared(timezones=("Asia/Tokyo",), partial_days=2)


def test_a_day_that_is_no_whole_local_day_is_compared_with_none() -> None:
    found, left_out = comparable(SHORT, rollups(row(0, window_hours=15.0), row(1), row(2)))
    assert days_of(found) == [0]
    assert left_out.hours == 15


@pytest.mark.parametrize(
    ("timezone", "hours"),
    [("America/New_York", 5.0), ("Asia/Tokyo", 0.0), ("UTC", 0.0)],
)
def test_hours_that_belong_to_the_day_before_as_well_are_told(timezone: str, hours: float) -> None:
    _, left_out = comparable(PLAN, rollups(row(0), row(1, timezone=timezone)))
    assert left_out.overlap_hours == hours


def test_the_page_says_how_long_such_a_day_is_and_shows_no_comparison() -> None:
    found, left_out = comparable(
        SHORT, rollups(row(0, window_hours=15.0), *(row(back) for back in range(1, 30)))
    )
    figures = day_figures(SHORT, found, posts(), left_out)
    assert masthead(figures).scope.endswith("22 Nov 00:00 to 22 Nov 15:00 UTC (15 hours)")
    assert (
        "This day is 15 h long, because the timezone changed beside it, and is not compared."
        in tiles(figures).note
    )
    facts = {fact.name: fact for fact in data(figures).facts}
    assert facts["History"].warn
    assert "Overlap" not in facts


def test_the_page_says_which_hours_are_counted_twice() -> None:
    found, left_out = comparable(PLAN, rollups(row(0), row(1, timezone="America/New_York")))
    facts = {fact.name: fact.text for fact in data(day_figures(PLAN, found, posts(), left_out)).facts}
    assert facts["Overlap"] == (
        "5 h belong to the day before as well; posts of these hours are counted on both days"
    )
