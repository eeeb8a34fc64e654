"""The account rows and what moved the total."""

from typing import Any

import polars as pl
import pytest

from reports.figures.accounts import accounts, contributions
from tests.reports.rows import NO_FACTORS, SUNDAY, measures, missing, rollups, row


def table(*rows: dict[str, Any]) -> pl.DataFrame:
    return accounts(rollups(*rows), measures(*rows), NO_FACTORS, SUNDAY)


def test_accounts_come_by_engagement_and_those_without_data_last() -> None:
    found = table(
        missing(0, "gone"),
        row(0, "small", post_engagements=[1]),
        row(0, "big", post_engagements=[9]),
        row(0, "zero"),
    )
    assert found["account"].to_list() == ["big", "small", "zero", "gone"]
    assert found["share"].to_list() == [90, 10, 0, None]


def test_rate_falls_back_to_followers_only_where_no_impressions_are_known() -> None:
    found = table(
        row(0, "seen", post_engagements=[30], engagement_seen=30, impressions=1000, followers=100),
        row(0, "unseen", post_engagements=[10, 10], followers=500),
        row(0, "neither", post_engagements=[5]),
    )
    assert found["rate"].to_list() == [3.0, None, None]
    assert found["follower_rate"].to_list() == [None, pytest.approx(2.0), None]


def test_nothing_is_compared_with_fewer_than_seven_days() -> None:
    past = [row(back, post_engagements=[10]) for back in range(1, 7)]
    assert table(row(0, post_engagements=[10]), *past)["usual_engagement"].to_list() == [None]
    assert (
        table(row(0, post_engagements=[10]), row(7, post_engagements=[10]), *past)["usual_engagement"][0]
        == 10
    )


def test_an_account_without_data_keeps_its_history() -> None:
    found = table(missing(0), row(1, post_engagements=[4]), row(3, post_engagements=[6]))
    assert found["last_data"][0] == row(1)["day"]
    assert found["spark"][0].to_list()[-4:] == [6, None, 4, None]
    assert len(found["spark"][0]) == 28


def test_tone_turned_negative_takes_a_positive_usual_thirty_points_and_more_than_chance() -> None:
    past = [row(back, positive=6 + back % 2, neutral=4, negative=2) for back in range(1, 15)]
    assert table(row(0, positive=2, neutral=8, negative=20), *past)["turned"].to_list() == [True]
    assert table(row(0, positive=4, neutral=2, negative=5), *past)["turned"].to_list() == [False]  # chance
    assert table(row(0, positive=0, neutral=0, negative=9), *past)["turned"].to_list() == [
        False
    ]  # nine posts


def test_the_tone_of_nine_posts_is_never_unusual() -> None:
    past = [row(back, positive=10, neutral=9 + back % 3) for back in range(1, 20)]
    assert table(row(0, negative=9), *past)["unusual_net"].to_list() == [False]
    assert table(row(0, negative=10), *past)["unusual_net"].to_list() == [True]


def test_movers_are_the_eight_largest_changes_and_the_sum_of_the_others() -> None:
    frame = pl.DataFrame(
        {
            "account": [f"a{n}" for n in range(11)],
            "handle": ["h"] * 11,
            "name": [None] * 11,
            "engagement": [100 * n for n in range(11)],
            "usual_engagement": [500.0] * 10 + [None],
        },
        schema_overrides={"name": pl.String},
    )
    found = contributions(frame)
    assert found["change"].to_list() == [
        -500,
        -400,
        400,
        -300,
        300,
        -200,
        200,
        -100,
        100,
    ]  # the last: 0 + 100
    assert found["account"].to_list()[-1] is None
    assert found["accounts"].to_list()[-1] == 2
    assert found["change"].sum() == pytest.approx(sum(100 * n - 500 for n in range(10)))


def test_one_left_over_is_named_rather_than_called_others() -> None:
    frame = pl.DataFrame(
        {
            "account": [f"a{n}" for n in range(9)],
            "handle": ["h"] * 9,
            "name": ["n"] * 9,
            "engagement": range(9),
            "usual_engagement": [0.0] * 9,
        }
    )
    assert contributions(frame)["account"].null_count() == 0
