"""The day's totals: ratios of sums, and what an absent account does to them."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from reports.figures.trend import trend
from reports.figures.usual.compare import compare, compare_ratios
from tests.reports.rows import SUNDAY, missing, rollups, row


def total(*rows: dict[str, Any]) -> dict[tuple[str, int], float]:
    """Return the totals by metric and by how many days before the Sunday."""
    found = trend(compare(rollups(*rows), SUNDAY))
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
def test_with_seven_earlier_days_the_usual_fills_a_missing_day_with_fewer_the_days_own_value(
    days: int, filled: float
) -> None:
    past = [row(back, "b", post_engagements=[10]) for back in range(2, 2 + days)]
    today = [row(0, name, post_engagements=[90]) for name in "ab"]
    found = total(*today, row(1, "a", post_engagements=[1]), missing(1, "b"), *past)
    assert found["engagement", 1] == pytest.approx(1 + filled)


def test_the_trend_is_of_the_30_days_that_end_with_the_reports() -> None:
    found = total(*(row(back, post_engagements=[10]) for back in range(40)))
    assert sorted({back for _, back in found}) == list(range(30))


def test_a_day_off_is_filled_with_nothing() -> None:
    """A bank that never posts on Sundays was not read on one, nor on the Saturday before this one."""
    days = {back: [] if back % 7 == 0 else [20] * 5 for back in range(57)}
    bank = [row(back, "bank", post_engagements=found) for back, found in days.items() if back not in (1, 7)]
    rows = [*bank, missing(1, "bank"), missing(7, "bank")]
    rows += [row(back, name, post_engagements=[10]) for back in range(57) for name in "ab"]
    found = total(*rows)
    assert [found["engagement", back] for back in (0, 2, 7, 8)] == pytest.approx([20, 120, 20, 120], abs=5)
    # The usual of a Saturday, over the little that a Sunday has.
    assert found["engagement", 1] >= 20


def usual_of_total(*rows: dict[str, Any]) -> dict[str, float]:
    """Return what is usual for the totals of the Sunday, by metric."""
    found = trend(compare(rollups(*rows), SUNDAY)).filter(pl.col("day") == SUNDAY)
    return dict(found.select("metric", "usual").iter_rows())


def test_a_sum_has_the_week_of_its_largest_account() -> None:
    """A club gets 900 on weekdays and 1800 on Sundays, three others 100 and 50."""
    club = [row(back, "club", post_engagements=[180 if back % 7 == 0 else 90] * 10) for back in range(57)]
    others = [
        row(back, name, post_engagements=[5 if back % 7 == 0 else 10] * 10)
        for back in range(57)
        for name in "abc"
    ]
    assert usual_of_total(*club, *others)["engagement"] == pytest.approx(1950, rel=0.1)
    absent = usual_of_total(missing(0, "club"), *club[1:], *others)
    assert absent["engagement"] == pytest.approx(150, rel=0.05)


def test_the_totals_of_one_account_are_compared_with_what_it_is_compared_with() -> None:
    rows = [row(back, post_engagements=[10 + back % 5] * (3 if back % 7 == 0 else 9)) for back in range(57)]
    aged = rollups(*rows)
    found = pl.concat([compare(aged, SUNDAY), compare_ratios(aged, SUNDAY)]).filter(pl.col("day") == SUNDAY)
    found = found.sort("metric")
    own, of_total = (found.filter(pl.col("account") == name) for name in ("nasa", ""))
    assert own["metric"].to_list() == of_total["metric"].to_list() == ["engagement", "median", "posts"]
    assert own["usual"].to_list() == pytest.approx(of_total["usual"].to_list(), rel=0.02)


def test_the_tone_of_nine_posts_of_all_accounts_is_no_surprise_that_of_twelve_is() -> None:
    past = [row(back, "a", positive=10, neutral=9 + back % 3) for back in range(1, 20)]

    def surprise(*today: dict[str, Any]) -> bool:
        compared = trend(compare(rollups(*today, *past), SUNDAY))
        of_net = (pl.col("metric") == "net") & (pl.col("day") == SUNDAY)
        return bool(compared.row(by_predicate=of_net, named=True)["unusual"])

    assert surprise(row(0, "a", negative=5), row(0, "b", negative=4)) is False
    assert surprise(row(0, "a", negative=6), row(0, "b", negative=6)) is True


def test_an_account_added_today_changes_nothing_in_the_comparison() -> None:
    past = [row(back, "a", post_engagements=[10]) for back in range(1, 8)]
    found = total(row(0, "a", post_engagements=[10]), row(0, "new", post_engagements=[90]), *past)
    assert {found["engagement", back] for back in range(8)} == {100}


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


def test_on_a_day_on_which_nobody_was_read_the_history_of_all_stands() -> None:
    found = total(
        missing(0, "a"),
        missing(0, "b"),
        row(1, "a", post_engagements=[5]),
        row(1, "b", post_engagements=[7]),
    )
    assert ("engagement", 0) not in found
    assert found["engagement", 1] == 12
