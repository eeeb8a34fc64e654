"""Usual and unusual, on examples worked by hand."""

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from reports.figures.usual import compare, weekday_factors
from tests.reports.rows import NO_FACTORS, SUNDAY, measures, missing, row


def series(values: dict[int, float], metric: str = "posts") -> pl.DataFrame:
    """Return a series by how many days before the Sunday its values lie."""
    return pl.DataFrame(
        [
            {"account": "nasa", "metric": metric, "day": SUNDAY - timedelta(days=back), "value": float(value)}
            for back, value in values.items()
        ]
    )


def against(value: float, past: Sequence[float], metric: str = "posts") -> dict[str, Any]:
    history = series(dict(enumerate(past, 1)), metric)
    return compare(series({0: value}, metric), history, NO_FACTORS).row(0, named=True)


def test_usual_is_the_median_and_the_band_its_middle_80_percent() -> None:
    found = against(12, [10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110])
    assert (found["usual"], found["low"], found["high"], found["days"]) == (60, 20, 100, 11)


def test_six_days_are_not_enough_for_a_usual() -> None:
    found = against(5, [1, 2, 3, 4, 5, 6])
    assert (found["days"], found["usual"], found["low"], found["z"], found["unusual"]) == (
        6,
        None,
        None,
        None,
        False,
    )


def test_only_the_28_days_before_count() -> None:
    found = compare(series({0: 5}), series(dict.fromkeys(range(0, 60), 5)), NO_FACTORS).row(0, named=True)
    assert found["days"] == 28


def test_z_is_the_modified_one_on_log1p() -> None:
    """Seven 9s, four 4s, three 19s: log1p has median ln 10 and absolute deviations 0 (7), ln 2 (7): MAD ln 2 / 2."""
    found = against(99, [9] * 7 + [4] * 4 + [19] * 3)
    assert found["z"] == pytest.approx(0.6745 * math.log(10) / (math.log(2) / 2))
    assert found["unusual"] is True


def test_without_a_median_deviation_the_mean_one_serves() -> None:
    """Thirteen 9s and one 19: MAD 0, mean absolute deviation ln 2 / 14."""
    found = against(19, [9] * 13 + [19])
    assert found["z"] == pytest.approx(math.log(2) / (1.2533 * math.log(2) / 14))


def test_without_any_spread_there_is_no_z() -> None:
    found = against(50, [9] * 20)
    assert (found["z"], found["unusual"]) == (None, False)


def test_thirteen_days_do_not_make_anything_unusual() -> None:
    past = [9, 10, 11, 9, 10, 11, 9, 10, 11, 9, 10, 11, 10]
    assert against(500, past)["unusual"] is False
    assert against(500, [*past, 10])["unusual"] is True


def test_a_small_effect_is_not_unusual_however_rare() -> None:
    past = [1000, 1001] * 10
    assert against(1150, past)["unusual"] is False
    assert against(1250, past)["unusual"] is True


def test_what_one_day_in_ten_is_like_is_not_unusual_however_far_from_the_median() -> None:
    """Seventeen 9s and three 99s: MAD 0, mean deviation 3 ln 10 / 20; so z = 20 / 3 / 1.2533 = 5.3, and the range
    ends with the third largest, at 0.9 x 19 = 17.1: 99.
    """
    past = [9.0] * 17 + [99.0] * 3
    found = against(99, past)
    assert found["z"] == pytest.approx(20 / 3 / 1.2533)
    assert (found["high"], found["unusual"]) == (99, False)
    assert against(100, past)["unusual"] is True


def test_one_or_two_posts_more_or_less_are_not_unusual() -> None:
    """Nineteen days of two posts and one of three: z is off / (1.2533 ln(4/3) / 20) on the log scale, 38 for five."""
    past = [2.0] * 19 + [3.0]
    assert against(4, past)["unusual"] is False
    assert against(5, past)["unusual"] is True
    assert against(4, past, "engagement")["unusual"] is True


def test_net_sentiment_is_compared_in_points_and_may_be_negative() -> None:
    past = [10, 12, 8] * 6
    assert against(1, past, "net")["unusual"] is False  # 9 points
    found = against(-39, past, "net")
    assert found["unusual"] is True
    assert found["z"] == pytest.approx(0.6745 * -49 / 2)


def factor(factors: pl.DataFrame, account: str = "nasa", weekday: int = 7, metric: str = "posts") -> float:
    """Return one factor, by default that of Sundays."""
    found: float = factors.row(
        by_predicate=(pl.col("account") == account)
        & (pl.col("metric") == metric)
        & (pl.col("weekday") == weekday),
        named=True,
    )["factor"]
    return found


def test_weekends_are_held_against_weekends() -> None:
    """Eight weeks with 70 posts on Sundays and 100 on other days."""
    days = {back: 70.0 if back % 7 == 0 else 100.0 for back in range(1, 57)}
    history = series(days)
    factors = weekday_factors(history, SUNDAY)
    assert factor(factors) == pytest.approx(0.7)  # without any noise nothing is shrunk
    found = compare(series({0: 76}), history, factors).row(0, named=True)
    assert found["usual"] == pytest.approx(70)


def test_a_noisy_weekday_is_shrunk_toward_one() -> None:
    """Days of 80 and 120 in turn, Sundays of 60 and 100: the median of all is 90, of Sundays 80, and all days lie
    20 from their weekday's median. So d = 1/9, s = 1.4826 x 2/9, n = 8.
    """
    history = series(
        {
            back: 100.0 * ((0.8 if back % 7 == 0 else 1.0) + (0.2 if (back // 7) % 2 else -0.2))
            for back in range(57)
        }
    )
    noise = (1.4826 * 2 / 9) ** 2 / 8
    assert factor(weekday_factors(history, SUNDAY)) == pytest.approx(1 - 1 / 9 * (1 / 81) / (1 / 81 + noise))


def test_one_week_hardly_moves_the_factor() -> None:
    history = series({back: 40.0 if back == 7 else 100.0 for back in range(1, 8)})
    assert factor(weekday_factors(history, SUNDAY)) == pytest.approx(1 - 0.6 / 3)


def test_neither_a_giant_nor_a_viral_day_sets_the_factor() -> None:
    small = [row(back, name, post_engagements=[10]) for name in "abc" for back in range(1, 57)]
    giant = [row(back, "d", post_engagements=[10_000 if back % 7 else 1]) for back in range(1, 57)]
    factors = weekday_factors(measures(*small, *giant, row(0, "new", post_engagements=[10])), SUNDAY)
    assert (
        factors.filter(pl.col("account") == "new", pl.col("metric") == "engagement")["factor"].to_list()
        == [1.0] * 7
    )


def crowd(sunday: float) -> pl.DataFrame:
    """Return three accounts of 100 posts a day, `sunday` on Sundays, for eight weeks."""
    return pl.concat(
        series({back: sunday if back % 7 == 0 else 100.0 for back in range(57)}).with_columns(
            account=pl.lit(name)
        )
        for name in "abc"
    )


def test_who_never_posts_on_sundays_has_a_usual_of_nought_there_and_its_own_level_elsewhere() -> None:
    """Five weeks of 20 posts a day and none on Sundays, among accounts of 70 on Sundays and 100 on other days."""
    bank = series({back: 0 if back % 7 == 0 else 18 + back % 5 for back in range(36)})
    factors = weekday_factors(pl.concat([bank, crowd(70)]), SUNDAY)
    assert factor(factors, "a") == pytest.approx(0.7)
    assert factor(factors) == 0
    silent = compare(series({0: 0}), bank, factors).row(0, named=True)
    assert (silent["usual"], silent["low"], silent["high"], silent["unusual"]) == (0, 0, 0, False)
    monday = compare(series({-1: 20}), bank, factors).row(0, named=True)
    assert (monday["days"], monday["unusual"]) == (24, False)  # without its four Sundays
    assert monday["usual"] == pytest.approx(20, abs=1)
    assert compare(series({-1: 0}), bank, factors)["unusual"].to_list() == [True]


def test_an_accounts_own_weekday_counts_by_how_far_it_lies_beyond_its_noise() -> None:
    """Weekdays of 100; eight Sundays of 20, 40, 40, 40, 40, 40, 40 and 60 tell 0.4 without a median deviation,
    eight of 20 and 60 in turn tell 0.4 as well, but e = 1.4826 x 0.2 / sqrt(8), d = 0.4 - 0.7.
    """
    sundays = [20.0, 40, 40, 40, 40, 40, 40, 60]
    steady = series({back: sundays[back // 7 - 1] if back % 7 == 0 else 100 for back in range(1, 57)})
    sundays = [20.0, 60] * 4
    noisy = series({back: sundays[back // 7 - 1] if back % 7 == 0 else 100 for back in range(1, 57)})
    assert factor(weekday_factors(pl.concat([steady, crowd(70)]), SUNDAY), "nasa") == pytest.approx(0.4)
    weight = 1 - (2 * 1.4826 * 0.2 / math.sqrt(8) / 0.3) ** 2
    found = factor(weekday_factors(pl.concat([noisy, crowd(70)]), SUNDAY), "nasa")
    assert found == pytest.approx(0.7 - 0.3 * weight)


def test_every_other_sunday_off_is_within_two_errors_of_the_others_sunday() -> None:
    """Sundays of 0 and 70: a median of 35 with a deviation of 35, e = 1.4826 x 0.35 / sqrt(8) = 0.18, d = 0.35."""
    sundays = [0.0, 70] * 4
    account = series({back: sundays[back // 7 - 1] if back % 7 == 0 else 100 for back in range(1, 57)})
    assert factor(weekday_factors(pl.concat([account, crowd(70)]), SUNDAY), "nasa") == pytest.approx(0.7)


def test_thirteen_days_tell_nothing_of_an_accounts_own_week() -> None:
    fresh = series({back: 0 if back % 7 == 0 else 20 for back in range(1, 15) if back != 9})
    factors = weekday_factors(pl.concat([fresh, crowd(70)]), SUNDAY)
    assert factor(factors, "nasa") == pytest.approx(0.7)
    fresh = series({back: 0 if back % 7 == 0 else 20 for back in range(1, 15)})
    assert factor(weekday_factors(pl.concat([fresh, crowd(70)]), SUNDAY), "nasa") == 0


def test_an_account_without_a_past_has_the_others_week() -> None:
    new = series({0: 5.0})
    assert factor(weekday_factors(pl.concat([new, crowd(70)]), SUNDAY), "nasa") == pytest.approx(0.7)


def test_where_all_are_silent_on_sundays_so_is_the_usual() -> None:
    bank = series({back: 0 if back % 7 == 0 else 18 + back % 5 for back in range(36)})
    assert factor(weekday_factors(bank, SUNDAY)) == 0


def test_a_total_pools_nothing() -> None:
    total = series({back: 10.0 if back % 7 == 0 else 1000.0 for back in range(57)}).with_columns(
        account=pl.lit("")
    )
    new = series({0: 5.0}).with_columns(account=pl.lit("new"))
    factors = weekday_factors(pl.concat([total, new, crowd(70)]), SUNDAY)
    assert factor(factors, "new") == pytest.approx(0.7)
    assert factor(factors, "") == pytest.approx(0.01)


def test_rate_and_tone_have_no_weekday() -> None:
    history = series({back: float(back % 7) for back in range(1, 57)}, "net")
    assert weekday_factors(history, SUNDAY).is_empty()


def test_a_day_without_data_is_no_row_and_not_a_zero() -> None:
    found = measures(row(0, post_engagements=[5]), missing(1))
    assert found["day"].unique().to_list() == [SUNDAY]


def test_a_day_without_posts_is_a_zero() -> None:
    found = measures(row(0))
    values = dict(found.select("metric", "value").iter_rows())
    assert values == {"engagement": 0, "posts": 0}


def test_counts_read_at_another_age_are_not_compared_but_posts_and_tone_are() -> None:
    late = SUNDAY + timedelta(days=3)
    old = row(9, post_engagements=[5, 7], positive=2)
    old["collected_at"] = old["collected_at"].replace(day=late.day)
    found = measures(row(0, post_engagements=[5], positive=1), old)
    then = found.filter(pl.col("day") < SUNDAY)
    assert sorted(then["metric"]) == ["net", "posts"]


def test_an_hour_more_or_less_is_the_same_age() -> None:
    later = row(1, post_engagements=[5])
    later["collected_at"] += timedelta(hours=6)
    found = measures(row(0, post_engagements=[5]), later)
    assert "engagement" in found.filter(pl.col("day") < SUNDAY)["metric"].to_list()
