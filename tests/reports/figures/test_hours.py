"""The hours of the week; a best time is found where one was planted, and seldom claimed where there is none."""

from datetime import timedelta
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.schema import ROLLUP
from reports.figures.hours import best_block, blocks, hours, shrink
from reports.figures.metrics import equal_age
from tests.reports.rows import SUNDAY, rollups, row

WORLDS = 40  # of each kind
DAYS = 28


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


def planted(
    seed: int,
    *,
    accounts: int = 1,
    posts: float = 6,
    better: float = 1.0,
    hour: int = 15,
    weekend: float = 1.0,
    differ: float = 0.0,
) -> pl.DataFrame:
    """Return four weeks in which posts of the three hours from `hour` get `better` times as much.

    Weekends have fewer posts, later ones, and `weekend` times the engagement; days have luck of their own, and one
    post in a hundred goes viral. Accounts `differ` (as a standard deviation of logarithms) in which hours suit them.
    """
    dice = Random(seed)
    rows: list[dict[str, Any]] = []
    for account in range(accounts):
        size, middle = 10 ** dice.uniform(1.3, 3.5), dice.uniform(11, 18)
        suits = [dice.gauss(0, differ) for _ in range(8)]
        for back in range(DAYS):
            free = (SUNDAY - timedelta(days=back)).weekday() >= 5
            count = max(0, round(posts * (0.6 if free else 1) * dice.uniform(0.3, 1.7)))
            hours = sorted(min(23, max(0, round(dice.gauss(middle + 3 * free, 4)))) for _ in range(count))
            luck = dice.lognormvariate(0, 0.2) * (weekend if free else 1)
            engagements = [
                round(
                    size
                    * luck
                    * dice.lognormvariate(suits[at // 3], 0.6)
                    * (better if at // 3 * 3 == hour else 1)
                    * (10 if dice.random() < 0.01 else 1)
                )
                for at in hours
            ]
            rows.append(row(back, f"account{account}", post_engagements=engagements, post_hours=hours))
    return equal_age(pl.DataFrame(rows, schema=ROLLUP), SUNDAY)


def named(**world: Any) -> list[int | None]:
    """Return the best time of each of many such worlds."""
    found = (best_block(blocks(planted(seed, **world), SUNDAY)) for seed in range(WORLDS))
    return [best["hour"] if best else None for best in found]


@pytest.mark.heavy
@pytest.mark.parametrize(
    "world",
    [
        {},
        {"posts": 2},
        {"posts": 25},
        {"weekend": 0.5},
        {"weekend": 2.0},
        {"accounts": 8},
        {"accounts": 8, "weekend": 2.0},
        {"accounts": 8, "differ": 0.2},
    ],
    ids=str,
)
def test_without_a_best_time_one_is_named_in_at_most_one_world_of_twenty(world: dict[str, Any]) -> None:
    assert sum(hour is not None for hour in named(**world)) <= WORLDS // 20


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("world", "share"),
    [
        ({"better": 2.0}, 0.5),
        ({"better": 3.0}, 0.9),
        ({"better": 2.0, "hour": 9}, 0.4),
        ({"better": 1.5, "posts": 25}, 0.5),
        ({"better": 1.5, "accounts": 8}, 0.8),
        ({"better": 1.5, "accounts": 8, "differ": 0.2}, 0.5),
    ],
    ids=str,
)
def test_a_planted_best_time_is_found_and_no_other(world: dict[str, Any], share: float) -> None:
    found = named(**world)
    hour = world.get("hour", 15)
    assert found.count(hour) >= share * WORLDS
    assert sum(other not in (None, hour) for other in found) <= WORLDS // 20


@pytest.mark.heavy
def test_intervals_hold_what_was_planted() -> None:
    """Relative to the account's median post, to which the better posts contribute."""
    held = shown = 0
    for seed in range(WORLDS):
        found = blocks(planted(seed, posts=20), SUNDAY)
        shown += found.height
        held += found.filter(pl.col("low") <= 1, pl.col("high") >= 1).height
        assert found.filter(
            (pl.col("low") >= pl.col("times")) | (pl.col("high") <= pl.col("times"))
        ).is_empty()
    assert held >= 0.93 * shown


def test_blocks_are_drawn_toward_usual_as_far_as_a_quarter_of_difference_is_plausible() -> None:
    """By the model itself, integrated far finer: how far blocks differ is half-normal with a deviation of 0.25."""
    value, variance = np.array([0.5, -0.1, 0.0, 0.2]), np.array([0.04, 0.02, 0.09, 0.02])
    differ = np.linspace(0.0005, 3, 6000)
    total = differ[:, None] ** 2 + variance
    plausible = np.exp(-0.5 * (differ / 0.25) ** 2 - 0.5 * (np.log(total) + value**2 / total).sum(1))
    plausible /= plausible.sum()
    kept = differ[:, None] ** 2 / total
    mean = plausible @ (kept * value)
    error = 1.96 * np.sqrt(plausible @ (kept * variance + (kept * value) ** 2) - mean**2)
    found = shrink(
        pl.DataFrame({"block": [0, 3, 6, 9], "posts": [1] * 4, "value": value, "variance": variance}), []
    )
    for name, logarithm in (("times", mean), ("low", mean - error), ("high", mean + error)):
        assert found[name].to_list() == pytest.approx(np.exp(logarithm).tolist(), rel=0.005)


def test_one_viral_day_or_thread_makes_no_best_time() -> None:
    days = [
        row(back, post_engagements=[10] * 6, post_hours=[9, 9, 12, 12, 15, 15]) for back in range(1, DAYS)
    ]
    viral = row(0, post_engagements=[5_000] * 30, post_hours=[15] * 30)
    assert best_block(blocks(rollups(viral, *days), SUNDAY)) is None


def test_hours_of_the_weekend_are_not_better_because_weekends_are() -> None:
    days = [
        row(back, post_engagements=[30, 30], post_hours=[21, 21])
        if (SUNDAY - timedelta(days=back)).weekday() >= 5
        else row(back, post_engagements=[10, 10], post_hours=[9, 9])
        for back in range(DAYS)
    ]
    assert best_block(blocks(rollups(*days), SUNDAY)) is None


def test_the_best_of_one_account_is_not_that_of_all() -> None:
    """The account that has a best time writes ten times as much as the others."""
    loud = planted(1, posts=30, better=3.0)
    others = planted(2, accounts=5, posts=3).with_columns(
        pl.lit("other-").add(pl.col("account")).alias("account")
    )
    assert best_block(blocks(loud, SUNDAY)) is not None
    assert best_block(blocks(pl.concat([loud, others]), SUNDAY)) is None


def test_each_account_is_judged_as_if_alone() -> None:
    world = planted(3, accounts=3, posts=10, better=2.0)
    together = blocks(world, SUNDAY, by_account=True)
    for account in ("account0", "account1", "account2"):
        alone = blocks(world.filter(pl.col("account") == account), SUNDAY)
        assert_frame_equal(together.filter(pl.col("account") == account).drop("account"), alone)


def test_a_difference_of_less_than_a_tenth_is_no_best_time() -> None:
    """Every post counts the same, so even a small difference is certain."""
    days = [
        row(back, post_engagements=[1000] * 6 + [1060], post_hours=[0, 3, 6, 9, 12, 15, 18])
        for back in range(DAYS)
    ]
    found = blocks(rollups(*days), SUNDAY)
    assert found.filter(pl.col("low") > 1)["hour"].to_list() == [18]
    assert best_block(found) is None


def test_the_first_fortnight_has_no_blocks() -> None:
    days = [row(back, post_engagements=[10, 90], post_hours=[9, 18]) for back in range(DAYS)]
    assert blocks(rollups(*days[:13]), SUNDAY).is_empty()
    assert blocks(rollups(*days[:14]), SUNDAY)["hour"].to_list() == [9, 18]


def test_blocks_with_posts_on_few_days_and_posts_read_at_another_age_do_not_count() -> None:
    days = [row(back, post_engagements=[10], post_hours=[9]) for back in range(DAYS)]
    *few, seventh = [row(back, "esa", post_engagements=[90], post_hours=[18]) for back in range(7)]
    late = row(20, "esa", post_engagements=[90], post_hours=[18])
    late["collected_at"] += timedelta(days=9)
    found = blocks(rollups(*days, *few, late), SUNDAY)
    assert found["hour"].to_list() == [9]
    assert blocks(rollups(*days, *few, seventh), SUNDAY)["hour"].to_list() == [9, 18]
    assert blocks(rollups(), SUNDAY).is_empty()
    assert best_block(blocks(rollups(), SUNDAY)) is None
