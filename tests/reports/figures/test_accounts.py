"""The account rows and what moved the total."""

from typing import Any

import polars as pl
import pytest

from reports.figures.accounts import accounts
from reports.figures.usual.compare import compare
from tests.reports.rows import SUNDAY, measures, missing, rollups, row


def table(*rows: dict[str, Any]) -> pl.DataFrame:
    aged = rollups(*rows)
    return accounts(aged, measures(*rows), compare(aged, SUNDAY), SUNDAY)


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
    seven = table(row(0, post_engagements=[10]), row(7, post_engagements=[10]), *past)
    assert seven["usual_engagement"][0] == pytest.approx(10)


def test_an_account_without_data_keeps_its_history() -> None:
    found = table(missing(0), row(1, post_engagements=[4]), row(3, post_engagements=[6]))
    assert found["last_data"][0] == row(1)["day"]
    assert found["spark"][0].to_list()[-4:] == [6, None, 4, None]
    assert len(found["spark"][0]) == 28
    oldest = table(row(0), row(27, post_engagements=[4]), row(28, post_engagements=[9]))
    assert oldest["spark"][0].to_list() == [4, *[None] * 26, 0]


def test_tone_turned_negative_where_it_is_usually_positive_and_more_than_chance_brings() -> None:
    past = [row(back, positive=9, neutral=8 + back % 2, negative=2) for back in range(1, 22)]

    def turned(**today: Any) -> bool:
        return bool(table(row(0, **today), *past)["turned"][0])

    assert turned(positive=2, neutral=8, negative=20) is True
    assert turned(positive=4, neutral=2, negative=5) is False  # chance
    assert turned(positive=0, neutral=0, negative=9) is False  # nine posts
    assert turned(positive=20, neutral=0, negative=20) is False  # zero is not negative
    neutral = [row(back, positive=10, negative=10) for back in range(1, 22)]
    found = table(row(0, positive=10, negative=90), *neutral)
    assert (found["unusual_net"][0], found["turned"][0]) == (True, False)  # it never was positive
    assert table(row(0, positive=2, negative=20))["turned"].to_list() == [False]  # no usual


def test_silence_is_unusual_of_an_account_that_posts_much_and_is_no_fall_of_its_engagement() -> None:
    past = [row(back, post_engagements=[100] * (11 + back % 3)) for back in range(1, 22)]
    found = table(row(0), *past)
    assert (found["unusual_posts"][0], found["unusual_engagement"][0]) == (True, False)
    seldom = [row(back, post_engagements=[100] * (1 + back % 3)) for back in range(1, 22)]
    assert table(row(0), *seldom)["unusual_posts"].to_list() == [False]


def test_one_post_of_an_account_that_seldom_posts_can_be_unusual() -> None:
    past = [row(back, post_engagements=[100, 90 + back % 3]) for back in range(1, 22)]
    assert table(row(0, post_engagements=[9000]), *past)["unusual_engagement"].to_list() == [True]
    assert table(row(0, post_engagements=[120]), *past)["unusual_engagement"].to_list() == [False]


def test_the_tone_of_nine_posts_is_never_unusual() -> None:
    past = [row(back, positive=10, neutral=9 + back % 3) for back in range(1, 22)]
    assert table(row(0, negative=9), *past)["unusual_net"].to_list() == [False]
    assert table(row(0, negative=12), *past)["unusual_net"].to_list() == [True]
