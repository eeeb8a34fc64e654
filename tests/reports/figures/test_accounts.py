"""The account rows and what moved the total."""

from typing import Any

import polars as pl
import pytest

from reports.figures.accounts import accounts
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
    equal = table(*(row(0, name, post_engagements=[5]) for name in "bca"))
    assert equal["account"].to_list() == ["a", "b", "c"]


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
    oldest = table(row(0), row(27, post_engagements=[4]), row(28, post_engagements=[9]))
    assert oldest["spark"][0].to_list() == [4, *[None] * 26, 0]


def test_tone_turned_negative_takes_a_positive_usual_thirty_points_and_more_than_chance() -> None:
    past = [row(back, positive=6 + back % 2, neutral=4, negative=2) for back in range(1, 15)]
    assert table(row(0, positive=2, neutral=8, negative=20), *past)["turned"].to_list() == [True]
    assert table(row(0, positive=4, neutral=2, negative=5), *past)["turned"].to_list() == [False]  # chance
    assert table(row(0, positive=0, neutral=0, negative=9), *past)["turned"].to_list() == [
        False
    ]  # nine posts


def test_where_positive_ends_negative_begins_and_thirty_points_are_enough() -> None:
    def turned(usual: dict[str, Any], today: dict[str, Any]) -> bool:
        past = [row(back, **usual) for back in range(1, 15)]
        return bool(table(row(0, **today), *past)["turned"][0])

    plus_20: dict[str, Any] = {"positive": 6, "negative": 4}
    assert turned(plus_20, {"positive": 5, "neutral": 80, "negative": 15}) is True  # -10
    assert turned(plus_20, {"positive": 6, "neutral": 79, "negative": 15}) is False  # -9
    assert (
        turned({"positive": 9, "negative": 1}, {"positive": 20, "negative": 20}) is False
    )  # 0 is not negative
    assert (
        turned({"positive": 5, "negative": 5}, {"positive": 10, "negative": 90}) is False
    )  # nor is it positive


def test_a_tone_as_low_as_on_one_day_in_ten_did_not_turn_and_one_without_a_usual_neither() -> None:
    past = [row(back, positive=9, negative=1) for back in range(4, 21)]
    low: dict[str, Any] = {"positive": 20, "negative": 30}
    lows = [row(back, **low) for back in (1, 2, 3)]
    assert table(row(0, **low), *lows, *past)["turned"].to_list() == [False]
    assert table(row(0, positive=19, negative=31), *lows, *past)["turned"].to_list() == [True]
    assert table(row(0, **low))["turned"].to_list() == [False]


def test_silence_is_unusual_from_three_posts_a_day_and_two_weeks_on() -> None:
    past = [row(back, post_engagements=[100, 100, 90 + back % 3]) for back in range(1, 15)]
    assert table(row(0), *past)["unusual_engagement"].to_list() == [True]


def test_one_post_of_an_account_that_seldom_posts_can_be_unusual() -> None:
    past = [row(back, post_engagements=[100, 90 + back % 3]) for back in range(1, 15)]
    assert table(row(0, post_engagements=[9000]), *past)["unusual_engagement"].to_list() == [True]
    assert table(row(0), *past)["unusual_engagement"].to_list() == [False]


def test_the_tone_of_nine_posts_is_never_unusual() -> None:
    past = [row(back, positive=10, neutral=9 + back % 3) for back in range(1, 20)]
    assert table(row(0, negative=9), *past)["unusual_net"].to_list() == [False]
    assert table(row(0, negative=10), *past)["unusual_net"].to_list() == [True]
