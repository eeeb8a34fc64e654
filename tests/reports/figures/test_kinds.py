"""Like with like: posts, replies and quotes are compared with their own kind."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from reports.figures.hours import hours
from reports.figures.metrics import equal_age
from reports.figures.posts import rank_posts
from reports.figures.standouts import standouts
from reports.figures.usual.compare import compare, compare_ratios
from tests.reports.rows import SUNDAY, posts, rollups, row


def mixed(
    back: int, originals: Sequence[int], replies: Sequence[int], account: str = "nasa"
) -> dict[str, Any]:
    """Return a day of posts and replies."""
    engagements = [*originals, *replies]
    return row(
        back,
        account,
        post_engagements=engagements,
        median_post=pl.Series(originals, dtype=pl.Int64).median(),
        post_kinds=["post"] * len(originals) + ["reply"] * len(replies),
    )


def usual_days() -> list[dict[str, Any]]:
    """Return eight weeks of about five posts that get about 100 and five replies that get about 2."""
    days = []
    for back in range(1, 57):
        noise = np.random.default_rng(back)
        originals = np.round(100 * np.exp(noise.normal(0, 0.3, int(noise.integers(4, 7))))).astype(int)
        days.append(mixed(back, originals.tolist(), noise.integers(1, 5, int(noise.integers(4, 7))).tolist()))
    return days


def compared(today: dict[str, Any], account: str, metric: str) -> dict[str, Any]:
    """Return today beside the usual days."""
    aged = equal_age(rollups(today, *usual_days()), SUNDAY)
    found = pl.concat([compare(aged, SUNDAY), compare_ratios(aged, SUNDAY)])
    chosen = (pl.col("account") == account) & (pl.col("metric") == metric) & (pl.col("day") == SUNDAY)
    return found.row(by_predicate=chosen, named=True)


def test_the_median_is_of_posts_only_for_accounts_and_total() -> None:
    today = mixed(0, [90, 110, 130], [1] * 20)
    for account in ("nasa", ""):
        found = compared(today, account, "median")
        assert (found["value"], found["unusual"]) == (110, False)
        assert 90 < found["usual"] < 110


def test_a_day_of_replies_is_not_told_as_one_of_worse_posts() -> None:
    many_replies = mixed(0, [100, 90, 120], [2] * 9)
    assert not compared(many_replies, "nasa", "engagement")["unusual"]
    # As many posts that get as little each are unusual.
    assert compared(mixed(0, [26] * 12, []), "nasa", "engagement")["unusual"]


def test_replies_that_do_far_better_are_found_among_quiet_posts() -> None:
    assert compared(mixed(0, [100, 90, 120, 95, 105], [200] * 5), "nasa", "engagement")["unusual"]


def test_a_reply_stands_out_among_replies() -> None:
    made = posts(
        {"post_id": "1", "kind": "reply", "engagement": 20},
        {"post_id": "2", "engagement": 120},
        {"post_id": "3", "kind": "quote", "engagement": 900},
    )
    history = rollups(row(0), *usual_days())
    assert standouts(made, history, SUNDAY)["post_id"].to_list() == ["1"]
    usual = dict(rank_posts(made, history, SUNDAY).select("kind", "usual_post").iter_rows())
    assert usual["quote"] is None  # there was none before
    assert 1 <= usual["reply"] < 5
    assert 90 < usual["post"] < 110


def test_the_hour_of_the_replies_is_not_a_bad_one() -> None:
    morning_and_night = [9] * 5 + [22] * 5
    days = [mixed(back, [100] * 5, [2] * 5) | {"post_hours": morning_and_night} for back in range(28)]
    found = hours(equal_age(rollups(*days), SUNDAY), SUNDAY).drop_nulls("result")
    assert set(found["result"]) == {1.0}
    assert set(found["hour"]) == {9, 22}


def test_older_rollups_know_no_kinds_and_their_medians_are_learning() -> None:
    def older(day: dict[str, Any]) -> dict[str, Any]:
        return day | {"post_kinds": None, "median_post": None}

    aged = equal_age(rollups(mixed(0, [100] * 5, [2] * 5), *map(older, usual_days())), SUNDAY)
    found = {
        row["metric"]: row
        for row in compare(aged, SUNDAY)
        .filter(pl.col("day") == SUNDAY, pl.col("account") == "")
        .iter_rows(named=True)
    }
    assert (found["median"]["value"], found["median"]["usual"]) == (100, None)
    assert found["engagement"]["usual"] is not None
