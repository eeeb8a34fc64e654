"""The hours of the week."""

from typing import Any

import polars as pl

from reports.figures.hours import hours
from tests.reports.rows import SUNDAY, rollups, row


def cell(frame: pl.DataFrame, weekday: int, hour: int) -> dict[str, Any]:
    return frame.filter(pl.col("weekday") == weekday, pl.col("hour") == hour).row(0, named=True)


def test_every_hour_of_the_week_has_a_cell() -> None:
    found = hours(rollups(row(0)), SUNDAY)
    assert found.height == 168
    assert found["posts"].sum() == 0
    assert found["result"].null_count() == 168


def test_posts_are_counted_and_results_are_multiples_of_the_accounts_own_median() -> None:
    """The median of [10 x 5, 20 x 5] is 15: posts at nine came to 20/15, those at noon to 10/15."""
    found = hours(
        rollups(row(0, post_engagements=[20] * 5, post_hours=[9] * 5), row(1, post_engagements=[10] * 5)),
        SUNDAY,
    )
    sunday, saturday = cell(found, 7, 9), cell(found, 6, 12)
    assert (sunday["posts"], round(sunday["result"], 3)) == (5, 1.333)
    assert (saturday["posts"], round(saturday["result"], 3)) == (5, 0.667)


def test_four_posts_are_too_few_for_a_result() -> None:
    found = hours(rollups(row(0, post_engagements=[20] * 4)), SUNDAY)
    assert cell(found, 7, 12)["posts"] == 4
    assert cell(found, 7, 12)["result"] is None


def test_only_28_days_are_looked_at() -> None:
    found = hours(rollups(row(27, post_engagements=[1]), row(28, post_engagements=[1, 1])), SUNDAY)
    assert found["posts"].sum() == 1
