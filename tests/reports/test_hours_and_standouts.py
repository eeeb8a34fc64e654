"""The hours of the week and the posts that stood out."""

from datetime import timedelta
from typing import Any

import polars as pl

from reports.figures.hours import hours
from reports.figures.standouts import largest, standouts
from tests.reports.rows import SUNDAY, posts, rollups, row


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


HISTORY = [row(back, name, post_engagements=[10, 10]) for back in range(1, 6) for name in ("nasa", "esa")]


def test_posts_are_ranked_by_their_accounts_own_median() -> None:
    found = standouts(
        posts(
            {"post_id": "1", "engagement": 19},
            {"post_id": "2", "engagement": 20},
            {"post_id": "3", "engagement": 50, "account": "esa"},
        ),
        rollups(row(0, "nasa"), row(0, "esa"), *HISTORY),
        SUNDAY,
    )
    assert found.select("post_id", "times").rows() == [("3", 5.0), ("2", 2.0)]


def test_two_posts_of_an_account_and_six_in_all() -> None:
    many = [{"post_id": str(n), "engagement": 100 + n} for n in range(8)]
    two = rollups(row(0, "nasa"), row(0, "esa"), *HISTORY)
    assert standouts(posts(*many), two, SUNDAY)["post_id"].to_list() == ["7", "6"]
    alone = rollups(row(0, "nasa"), *HISTORY)
    assert standouts(posts(*many), alone, SUNDAY).height == 6


def test_nine_earlier_posts_are_no_median_to_compare_with() -> None:
    nine = [row(back, post_engagements=[10]) for back in range(1, 10)]
    found = posts({"post_id": "1", "engagement": 900})
    assert standouts(found, rollups(row(0), *nine), SUNDAY).is_empty()
    assert largest(found)["post_id"].to_list() == ["1"]


def test_posts_read_at_another_age_are_no_median_either() -> None:
    late = [{**old, "collected_at": old["collected_at"] + timedelta(days=30)} for old in HISTORY]
    found = posts({"post_id": "1", "engagement": 900})
    assert standouts(found, rollups(row(0, "nasa"), *late), SUNDAY).is_empty()


def test_retweets_never_stand_out() -> None:
    found = posts({"post_id": "1", "kind": "retweet", "engagement": None})
    assert standouts(found, rollups(row(0, "nasa"), *HISTORY), SUNDAY).is_empty()
    assert largest(found).is_empty()
