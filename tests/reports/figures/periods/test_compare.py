"""A period beside those before: means per day read, of the same accounts on both sides. Worked by hand."""

from typing import Any

import polars as pl
import pytest

from pipeline.lake.periods import Unit, period_of
from pipeline.schema import ROLLUP
from reports.figures.periods.compare import Versus, compare
from reports.figures.periods.period import PeriodFigures, period_figures
from reports.figures.periods.rows import period_rows
from reports.views.periods.tables import accounts
from reports.views.periods.tiles import tiles
from tests.reports.rows import SUNDAY, missing, row

WEEK = period_of(SUNDAY, Unit.WEEK)


def rows_of(*rows: dict[str, Any]) -> pl.DataFrame:
    return period_rows(pl.DataFrame(list(rows), schema=ROLLUP), WEEK, WEEK.days)


def figures(*rows: dict[str, Any]) -> PeriodFigures:
    return period_figures(pl.DataFrame(list(rows), schema=ROLLUP), WEEK, WEEK.days)


def weeks(account: str, *engagements: int, days: int = 7, **values: Any) -> list[dict[str, Any]]:
    """Return weeks of `days` equal days each, the newest first: one post a day with this engagement."""
    return [
        row(7 * week + day, account, post_engagements=[each], **values)
        for week, each in enumerate(engagements)
        for day in range(days)
    ]


def test_a_total_is_the_sum_of_the_days_divided_by_them() -> None:
    found = compare(rows_of(*weeks("a", 14, 7), *weeks("b", 6, 3)))[None]
    assert found["engagement"] == Versus(20, 20, 10, None, (None, None, None, 10, 20))
    assert found["posts"].value == 2


def test_a_day_without_data_is_absent_and_not_zero() -> None:
    read = [each for each in weeks("a", 10, 10) if each["day"] != SUNDAY]
    found = compare(rows_of(*read, missing(0, "a"), *weeks("b", 1, 1)))[None]["engagement"]
    assert (found.value, found.like, found.before) == (11, 11, 11)


def test_the_median_is_of_the_four_periods_before_and_one_viral_week_does_not_bend_it() -> None:
    found = compare(rows_of(*weeks("a", 10, 8, 900, 12, 10)))[None]["engagement"]
    assert (found.before, found.usual, found.periods) == (8, 11, 4)


def test_one_earlier_period_is_no_median() -> None:
    assert compare(rows_of(*weeks("a", 10, 8)))[None]["engagement"].usual is None


def test_an_account_that_is_new_is_in_the_total_and_in_no_comparison() -> None:
    found = compare(rows_of(*weeks("a", 10, 5), *weeks("new", 90)))[None]["engagement"]
    assert (found.value, found.like, found.before) == (100, 10, 5)


def test_where_an_account_was_not_read_in_one_earlier_period_its_mean_of_the_others_stands_in() -> None:
    first, *_ = weeks("a", 10), None
    later = weeks("a", 10, 0, 6, 4)[14:]
    gone = [missing(7 + day, "a") for day in range(7)]
    found = compare(rows_of(*first, *gone, *later, *weeks("b", 1, 2, 1, 1)))[None]["engagement"]
    assert (found.like, found.before) == (11, 2 + 5)


def test_an_account_that_was_added_midway_counts_for_its_days() -> None:
    found = compare(rows_of(*weeks("a", 7, 7), *weeks("late", 14, days=2)))[None]["engagement"]
    assert found.value == pytest.approx(7 + 14 * 2 / 7)
    assert (found.like, found.before) == (7, 7)


def test_each_day_counts_in_its_group_of_then() -> None:
    renamed = [
        each | {"group": "old" if each["day"].weekday() < 3 or each["day"] < WEEK.first else "new"}
        for each in weeks("a", 10, 4)
    ]
    found = compare(rows_of(*renamed), "group")
    assert (found["old"]["engagement"].value, found["old"]["engagement"].before) == (10, 4)
    assert (found["new"]["engagement"].value, found["new"]["engagement"].before) == (10, None)
    groups = {each.group: len(each.days) for each in figures(*renamed).groups}
    assert groups == {"old": 3, "new": 4}


def test_net_sentiment_and_median_are_of_all_posts_of_the_accounts_together() -> None:
    now, then = {"positive": 3, "negative": 1}, {"positive": 1, "negative": 3}
    found = compare(
        rows_of(*weeks("a", 5, **now), *(row(7 + n, "a", post_engagements=[1, 3], **then) for n in range(7)))
    )
    assert (found[None]["net"].value, found[None]["net"].before) == (50, -50)
    assert (found[None]["median"].value, found[None]["median"].before) == (5, 2)


def test_mentions_are_means_per_day_counted_of_the_accounts_counted_in_both() -> None:
    counted = [
        each | {"mention_count": count}
        for each, count in zip(weeks("a", 1, 1), [4] * 3 + [None] * 4 + [2] * 7, strict=True)
    ]
    new = [each | {"mention_count": 6} for each in weeks("new", 1, 1)[:7]]
    found = compare(rows_of(*counted, *new, *weeks("never asked", 1, 1)))[None]["mentions"]
    assert (found.value, found.like, found.before) == (10, 4, 2)
    assert "mentions" not in compare(rows_of(*weeks("a", 1, 1)))[None]


def test_mentions_show_where_x_was_asked_and_a_count_that_it_refused_is_no_zero() -> None:
    refused = {"mentions_not_counted_because": "X refused: 403"}
    found = figures(
        *(each | refused for each in weeks("a", 5)),
        *weeks("b", 3),
        *(each | {"mention_count": 4} for each in weeks("c", 2)),
    )
    tile = tiles(found).tiles[-1]
    assert (tile.name, tile.value, tile.versus) == (
        "Mentions per day", "4.0", "nothing to compare with, of 1 of 2 accounts asked",
    )  # fmt: skip
    lines = {line.account: line.mentions for line in accounts(found)}
    shown = [lines[name] for name in "abc"]
    assert [each and (each.value.text, each.why_not) for each in shown] == [
        ("–", "X refused: 403"), ("–", "not asked"), ("4.0", ""),
    ]  # fmt: skip
    assert len(tiles(figures(*weeks("b", 3))).tiles) == 6
    assert accounts(figures(*weeks("b", 3)))[0].mentions is None


def test_counts_of_another_age_are_not_compared() -> None:
    long_ago = row(-30)["collected_at"]
    old = [each | {"collected_at": long_ago} for each in weeks("a", 9, 500)[7:]]
    found = figures(*weeks("a", 9), *old)
    assert found.total["engagement"].before is None
    assert found.total["posts"].before == 1
    assert found.other_age == 7


def test_followers_grow_from_the_last_look_up_before_and_unknown_is_not_zero() -> None:
    def looked(back: int, on: int, followers: int | None, account: str = "a") -> dict[str, Any]:
        return row(back, account, followers=followers, followers_on=row(on)["day"])

    found = figures(
        looked(8, 9, 100),
        looked(6, 9, 100),
        looked(0, 2, 130),
        looked(0, 9, 50, "same"),
        looked(8, 9, 50, "same"),
    ).accounts
    growth = dict(found.select("account", "growth").iter_rows())
    assert growth == {"a": 30, "same": None}


def test_a_week_of_which_nothing_was_read_has_no_total() -> None:
    found = figures(*(missing(day, "a") for day in range(7)))
    assert found.total == {}
    assert found.unread == WEEK.days


def test_a_week_without_any_account_is_empty() -> None:
    found = period_figures(pl.DataFrame(schema=ROLLUP), WEEK, [SUNDAY])
    assert (found.total, found.groups, found.stories, found.accounts.height) == ({}, (), (), 0)
