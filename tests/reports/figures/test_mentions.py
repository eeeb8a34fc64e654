"""What is usual for how often an account is mentioned: by examples, in the sandbox's world, and by false alerts."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from pipeline.sandbox.world.mentions import mentions_between
from pipeline.sandbox.world.snowflakes import DAY_MS, day_start_ms
from pipeline.sandbox.world.timelines import World
from reports.figures.usual.compare import COMPARED, TOTAL, total_of
from reports.figures.usual.mentions import compare_mentions, judge_mentions
from tests.reports.rows import SUNDAY, missing, rollups, row

HANDLES = ("stadiumfc", "northwindair", "fernandpine", "brightleaf", "quickdealz", "halcyonhotels")
_REASON = "X answers 403"


def counted(back: int, account: str = "nasa", times: float = 1.0, **values: Any) -> dict[str, Any]:
    """Return a day on which X counts about a hundred mentions."""
    noise = np.random.default_rng([back, len(account)])
    return row(back, account, mention_count=int(times * 100 * np.exp(noise.normal(0, 0.2))), **values)


def on_sunday(*rows: dict[str, Any], account: str = "nasa") -> dict[str, Any]:
    found = compare_mentions(rollups(*rows), SUNDAY)
    return found.row(by_predicate=(pl.col("account") == account) & (pl.col("day") == SUNDAY), named=True)


def test_where_nobody_is_asked_about_there_is_nothing() -> None:
    earlier = [counted(back) for back in range(1, 30)]
    found = compare_mentions(rollups(row(0), *earlier), SUNDAY)
    assert found.is_empty()
    assert found.schema == COMPARED == compare_mentions(rollups(counted(0), *earlier), SUNDAY).schema


@pytest.mark.parametrize(("times", "unusual"), [(1.0, False), (4.0, True), (0.1, False), (0.0, False)])
def test_many_more_mentions_are_unusual_and_fewer_are_not(times: float, unusual: bool) -> None:
    found = on_sunday(counted(0, times=times), *(counted(back) for back in range(1, 57)))
    assert found["unusual"] is unusual
    assert found["usual"] == pytest.approx(100, rel=0.15)
    assert found["low"] < found["usual"] < found["high"]


def test_four_times_next_to_nothing_is_not_unusual() -> None:
    quiet = [row(back, mention_count=2 + back % 2) for back in range(1, 57)]
    assert on_sunday(row(0, mention_count=16), *quiet)["unusual"] is False
    assert on_sunday(row(0, mention_count=60), *quiet)["unusual"] is True


def test_nothing_is_unusual_before_two_weeks_and_there_is_no_usual_before_seven_days() -> None:
    assert on_sunday(counted(0, times=9), *(counted(back) for back in range(1, 14)))["unusual"] is False
    assert on_sunday(counted(0, times=9), *(counted(back) for back in range(1, 20)))["unusual"] is True
    assert on_sunday(*(counted(back) for back in range(7)))["usual"] is None


def test_a_day_that_x_has_not_counted_is_absent_never_zero() -> None:
    gaps = [
        row(back, mentions_not_counted_because=_REASON) if back % 3 == 1 else counted(back)
        for back in range(50)
    ]
    assert on_sunday(*gaps)["usual"] == pytest.approx(100, rel=0.15)
    assert on_sunday(*gaps)["days"] == 18
    today = compare_mentions(rollups(row(0, mentions_not_counted_because=_REASON), *gaps[1:]), SUNDAY)
    assert today.filter(pl.col("day") == SUNDAY).is_empty()
    assert today.height > 0  # its history


def test_the_sum_is_of_the_accounts_that_have_counts_and_is_compared_with_their_own_past() -> None:
    rows = [counted(back, name, group=name[0]) for back in range(40) for name in ("ab", "abc", "cd", "not")]
    rows = [each for each in rows if (each["account"], each["day"]) not in {("not", SUNDAY), ("abc", SUNDAY)}]
    rows += [row(0, "abc", group="a", mentions_not_counted_because=_REASON), missing(0, "not", group="n")]
    found = on_sunday(*rows, account=TOTAL)
    counts = {
        each["account"]: each["mention_count"]
        for each in rows
        if each["day"] == SUNDAY and "mention_count" in each
    }
    assert counts.keys() == {"ab", "cd"}
    assert found["value"] == sum(counts.values())
    assert found["usual"] == pytest.approx(200, rel=0.1)
    assert on_sunday(*rows, account=total_of("a"))["value"] == counts["ab"]


def test_an_account_asked_about_for_the_first_time_makes_no_rise() -> None:
    rows = [counted(back) for back in range(40)]
    found = on_sunday(*rows, row(0, "new", mention_count=5000), account=TOTAL)
    assert found["unusual"] is False
    assert found["usual"] == pytest.approx(5100, rel=0.1)


def of_day(world: World, handle: str, day: date) -> int:
    start = day_start_ms(day)
    return mentions_between(world, handle, start, start + DAY_MS)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_sandbox_s_bad_day_is_unusual_and_none_of_its_ordinary_days(seed: int) -> None:
    """Of the accounts whose mentions are counted, one has a day that is talked about."""
    world = World(seed=seed, story_day=SUNDAY)
    days = [SUNDAY - timedelta(days=back) for back in range(86)]
    rows = [
        row((SUNDAY - day).days, handle, mention_count=of_day(world, handle, day))
        for handle in HANDLES
        for day in days
    ]
    unusual = compare_mentions(rollups(*rows), SUNDAY).filter("unusual", pl.col("account") != TOTAL)
    told = set(unusual.select("account", "day").iter_rows())
    assert ("northwindair", SUNDAY) in told
    assert {(account, day) for account, day in told if account != "northwindair"} == set()


def test_ordinary_days_bring_few_false_alerts_however_wild_accounts_are() -> None:
    """At most one in a hundred days of twelve accounts; and most threefold days of calm accounts are found."""
    rng = np.random.default_rng(11)
    weekdays, everybody = np.arange(57.0) % 7, np.ones(12, bool)
    false = found = 0
    for _ in range(100):
        level, spread = (
            np.exp(rng.uniform(np.log(low), np.log(high), 12)) for low, high in ((15, 5000), (0.12, 0.5))
        )
        expected = level[:, None] * np.exp(rng.normal(0, 1, (12, 57)) * spread[:, None])
        counts = rng.poisson(expected).astype(float)
        false += judge_mentions(counts, weekdays, everybody).metric.up.sum()
        counts[:, -1] = rng.poisson(3 * expected[:, -1])
        calm = spread < 0.25
        found += judge_mentions(counts, weekdays, everybody).metric.up[calm].mean()
    assert false <= 2
    assert found >= 75
