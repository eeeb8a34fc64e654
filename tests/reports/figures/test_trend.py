"""The day's totals: ratios of sums, and what an absent account does to them."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from reports.figures.trend import total_factors, totals, trend
from reports.figures.usual import compare, weekday_factors
from tests.reports.rows import NO_FACTORS, SUNDAY, measures, missing, rollups, row


def total(*rows: dict[str, Any]) -> dict[tuple[str, int], float]:
    """Return the totals by metric and by how many days before the Sunday."""
    found = totals(rollups(*rows), measures(*rows), NO_FACTORS, SUNDAY)
    return {(r["metric"], (SUNDAY - r["day"]).days): r["value"] for r in found.iter_rows(named=True)}


def test_engagement_and_posts_are_sums_and_the_median_is_of_all_posts() -> None:
    found = total(row(0, "a", post_engagements=[1, 2, 300]), row(0, "b", post_engagements=[4, 5]))
    assert found["engagement", 0] == 312
    assert found["posts", 0] == 5
    assert found["median", 0] == 4


def test_rate_is_a_ratio_of_sums_over_posts_whose_impressions_are_known() -> None:
    found = total(
        row(0, "a", post_engagements=[10, 90], engagement_seen=10, impressions=100, impressions_known=1),
        row(0, "b", post_engagements=[20], engagement_seen=20, impressions=900, impressions_known=1),
        row(0, "c", post_engagements=[500]),
    )
    assert found["rate", 0] == pytest.approx(3.0)


def test_net_sentiment_is_of_all_scored_posts_neutral_ones_included() -> None:
    found = total(row(0, "a", positive=3, neutral=4, negative=1), row(0, "b", positive=1, negative=1))
    assert found["net", 0] == pytest.approx(100 * (4 - 2) / 10)


def test_no_scored_post_and_no_impression_is_no_figure() -> None:
    found = total(row(0, "a", post_engagements=[5]))
    assert ("net", 0) not in found
    assert ("rate", 0) not in found


def test_an_account_that_is_missing_today_is_left_out_of_earlier_days_too() -> None:
    found = total(
        row(0, "a", post_engagements=[10]),
        missing(0, "b"),
        row(1, "a", post_engagements=[8]),
        row(1, "b", post_engagements=[1000]),
    )
    assert found["engagement", 0] == 10
    assert found["engagement", 1] == 8


def test_where_an_account_missed_an_earlier_day_its_usual_value_is_used() -> None:
    past = [row(back, name, post_engagements=[10]) for back in (2, 3, 4) for name in "ab"]
    found = total(
        row(0, "a", post_engagements=[10]),
        row(0, "b", post_engagements=[10]),
        row(1, "a", post_engagements=[10]),
        missing(1, "b"),
        *past,
    )
    assert found["engagement", 1] == 20


@pytest.mark.parametrize(("days", "filled"), [(7, 10), (6, 90)])
def test_the_usual_value_is_the_median_of_seven_earlier_days_and_with_fewer_the_days_own(
    days: int, filled: float
) -> None:
    """Four days of 10 and three of 20 have a median of 10, with the Sunday's 90 it would be 15."""
    made = [10, 20, 10, 20, 10, 20, 10][:days]
    past = [row(back, "b", post_engagements=[value]) for back, value in enumerate(made, 2)]
    today = [row(0, name, post_engagements=[90]) for name in "ab"]
    found = total(*today, row(1, "a", post_engagements=[1]), missing(1, "b"), *past)
    assert found["engagement", 1] == 1 + filled


def test_the_trend_is_of_the_30_days_that_end_with_the_reports() -> None:
    rows = [row(back, post_engagements=[10]) for back in range(40)]
    aged, of_rows = rollups(*rows), measures(*rows)
    days = trend(aged, totals(aged, of_rows, NO_FACTORS, SUNDAY), NO_FACTORS, SUNDAY)["day"].unique()
    assert sorted(days) == [SUNDAY - timedelta(days=back) for back in reversed(range(30))]


def test_a_day_off_is_filled_with_zero_and_does_not_count_for_the_level() -> None:
    """The bank gets 9 the day before, one more each day further back, and nothing on Sundays. A Saturday and a
    Sunday were not read: the median of the 29 other days of its five weeks is that of 18 days ago, 26.
    """
    days = {back: [] if back % 7 == 0 else [8 + back] for back in range(36)}
    bank = [row(back, "bank", post_engagements=found) for back, found in days.items() if back not in (1, 7)]
    rows = [*bank, missing(1, "bank"), missing(7, "bank")]
    rows += [row(back, name, post_engagements=[10]) for back in range(36) for name in "ab"]
    factors = weekday_factors(measures(*rows), SUNDAY)
    found = totals(rollups(*rows), measures(*rows), factors, SUNDAY).filter(pl.col("metric") == "engagement")
    value = {(SUNDAY - day).days: value for day, value in found.select("day", "value").iter_rows()}
    assert [value[back] for back in (0, 1, 2, 7, 8)] == [20, 46, 30, 20, 36]


def weeks(*rows: dict[str, Any]) -> tuple[dict[str, float], dict[str, float]]:
    """Return the totals' factors of Sundays and what is usual on the Sunday, by metric."""
    aged, of_rows = rollups(*rows), measures(*rows)
    factors = weekday_factors(of_rows, SUNDAY)
    series = totals(aged, of_rows, factors, SUNDAY)
    of_total = total_factors(aged, of_rows, series, factors, SUNDAY)
    compared = trend(aged, series, of_total, SUNDAY).filter(pl.col("day") == SUNDAY)
    return (
        dict(of_total.filter(pl.col("weekday") == 7).select("metric", "factor").iter_rows()),
        dict(compared.select("metric", "usual").iter_rows()),
    )


def test_a_sums_week_is_that_of_its_accounts_by_their_part() -> None:
    """A club gets 900 on weekdays and 1800 on Sundays, three others 100 and 50: pooled, Sundays were half a day. Of an
    ordinary day's 1200 the Sunday makes 1800 + 3 x 50 = 1950, 1.625 times as much; of 4 posts it makes 4.
    """
    club = [row(back, "club", post_engagements=[1800 if back % 7 == 0 else 900]) for back in range(57)]
    others = [
        row(back, name, post_engagements=[50 if back % 7 == 0 else 100])
        for back in range(57)
        for name in "abc"
    ]
    factors, usual = weeks(*club, *others)
    assert factors["engagement"] == pytest.approx(1.625)
    assert factors["posts"] == pytest.approx(1)
    assert usual["engagement"] == pytest.approx(1950)


def test_the_week_of_an_account_that_is_missing_today_is_not_in_the_sums() -> None:
    club = [row(back, "club", post_engagements=[1800 if back % 7 == 0 else 900]) for back in range(1, 57)]
    others = [
        row(back, name, post_engagements=[50 if back % 7 == 0 else 100])
        for back in range(57)
        for name in "abc"
    ]
    factors, usual = weeks(missing(0, "club"), *club, *others)
    assert factors["engagement"] == pytest.approx(0.5)
    assert usual["engagement"] == pytest.approx(150)


def test_where_only_accounts_that_never_get_anything_are_left_nothing_is_usual_on_any_weekday() -> None:
    club = [row(back, "club", post_engagements=[50 if back % 7 == 0 else 100]) for back in range(1, 57)]
    factors, usual = weeks(missing(0, "club"), *club, *(row(back, "silent") for back in range(57)))
    assert factors == {}
    assert usual["engagement"] == 0


def test_the_week_of_a_single_post_a_day_counts_as_well() -> None:
    factors, usual = weeks(*(row(back, post_engagements=[9] if back % 7 else []) for back in range(57)))
    assert factors["posts"] == 0
    assert usual["posts"] == 0


def test_the_median_of_all_posts_has_a_week_of_its_own() -> None:
    """A feed of nine posts that get 10 each rests on Sundays; the two others get 100 a post on every day. Each
    account's median is the same on all days, the median of all posts is 10 on weekdays and 100 on Sundays.
    """
    feed = [row(back, "feed", post_engagements=[] if back % 7 == 0 else [10] * 9) for back in range(57)]
    others = [row(back, name, post_engagements=[100]) for back in range(57) for name in "ab"]
    factors, usual = weeks(*feed, *others)
    assert factors["median"] == pytest.approx(10)
    assert usual["median"] == pytest.approx(100)


def test_the_totals_of_one_account_are_compared_with_what_it_is_compared_with() -> None:
    rows = [row(back, post_engagements=[10 + back % 5] * (3 if back % 7 == 0 else 9)) for back in range(57)]
    of_rows = measures(*rows)
    factors = weekday_factors(of_rows, SUNDAY)
    own = compare(of_rows.filter(pl.col("day") == SUNDAY), of_rows, factors)
    usual = weeks(*rows)[1]
    assert usual.keys() == {"engagement", "posts", "median"}
    for metric, found in own.select("metric", "usual").iter_rows():
        assert usual[metric] == pytest.approx(found)


def test_the_tone_of_nine_posts_of_all_accounts_is_no_surprise_that_of_ten_is() -> None:
    past = [row(back, "a", positive=10, neutral=9 + back % 3) for back in range(1, 20)]

    def surprise(*today: dict[str, Any]) -> bool:
        aged, of_rows = rollups(*today, *past), measures(*today, *past)
        series = totals(aged, of_rows, NO_FACTORS, SUNDAY)
        compared = trend(aged, series, NO_FACTORS, SUNDAY)
        of_net = (pl.col("metric") == "net") & (pl.col("day") == SUNDAY)
        return bool(compared.row(by_predicate=of_net, named=True)["unusual"])

    assert surprise(row(0, "a", negative=5), row(0, "b", negative=4)) is False
    assert surprise(row(0, "a", negative=5), row(0, "b", negative=5)) is True


def test_an_account_added_today_changes_nothing_in_the_comparison() -> None:
    past = [row(back, "a", post_engagements=[10]) for back in range(1, 8)]
    found = total(row(0, "a", post_engagements=[10]), row(0, "new", post_engagements=[90]), *past)
    assert {found["engagement", back] for back in range(8)} == {100}


@pytest.mark.parametrize(
    ("sunday", "saturday"),
    [
        (0.5, 100),
        (0.2, 250),
        (0.1, 50),  # a day off says nothing about other weekdays
    ],
)
def test_an_account_added_on_a_quiet_weekday_has_more_on_the_days_before(
    sunday: float, saturday: float
) -> None:
    weekday_of = {7: sunday} | dict.fromkeys(range(1, 7), 1.0)
    factors = pl.DataFrame(
        [("new", "engagement", weekday, factor) for weekday, factor in weekday_of.items()],
        schema=NO_FACTORS.schema,
        orient="row",
    )
    rows = [row(0, "a"), row(1, "a"), row(0, "new", post_engagements=[50])]
    found = totals(rollups(*rows), measures(*rows), factors, SUNDAY)
    eve = (pl.col("metric") == "engagement") & (pl.col("day") == SUNDAY - timedelta(days=1))
    assert found.row(by_predicate=eve, named=True)["value"] == pytest.approx(saturday)


def test_a_day_on_which_most_accounts_failed_is_a_gap() -> None:
    names = "abcde"
    past = [row(back, name, post_engagements=[10]) for back in (2, 3) for name in names]
    bad = [row(1, "a", post_engagements=[10]), *(missing(1, name) for name in "bcde")]
    found = total(*(row(0, name, post_engagements=[10]) for name in names), *bad, *past)
    assert ("engagement", 1) not in found
    assert ("engagement", 2) in found


def test_accounts_added_today_do_not_make_a_gap_of_a_day_that_was_read_as_usual() -> None:
    past = [row(1, "a"), *(row(2, name) for name in "abc")]  # usually two, and half of them is enough
    found = total(*(row(0, name) for name in "abcde"), *past)
    assert ("posts", 1) in found


def test_a_day_read_at_another_age_is_a_gap_for_counts_only() -> None:
    old = row(20, "a", post_engagements=[10])
    old["collected_at"] += timedelta(days=20)
    found = total(row(0, "a", post_engagements=[10]), old)
    assert ("engagement", 20) not in found
    assert found["posts", 20] == 1


def test_without_any_account_read_there_is_no_total() -> None:
    assert total(missing(0, "a"), row(1, "a", post_engagements=[5])) == {}
