"""The hours of the week and the posts that stood out."""

from datetime import timedelta

import polars as pl

from reports.figures.posts import rank_posts
from reports.figures.standouts import largest, standouts, standouts_by_account
from tests.reports.rows import SUNDAY, posts, rollups, row

HISTORY = [row(back, name, post_engagements=[10, 10]) for back in range(1, 6) for name in ("nasa", "esa")]


def test_posts_are_ranked_by_their_accounts_own_median() -> None:
    found = standouts(
        posts(
            {"post_id": "1", "engagement": 19},
            {"post_id": "2", "engagement": 20},
            {"post_id": "3", "engagement": 50, "account": "esa"},
        ),
        rollups(row(0, "nasa"), row(0, "esa"), *HISTORY),
        SUNDAY,
    )
    assert found.select("post_id", "times").rows() == [("3", 5.0), ("2", 2.0)]


def test_two_posts_of_an_account_and_six_in_all() -> None:
    many = [{"post_id": str(n), "engagement": 100 + n} for n in range(8)]
    two = rollups(row(0, "nasa"), row(0, "esa"), *HISTORY)
    assert standouts(posts(*many), two, SUNDAY)["post_id"].to_list() == ["7", "6"]
    alone = rollups(row(0, "nasa"), *HISTORY)
    assert standouts(posts(*many), alone, SUNDAY).height == 6


def test_nine_earlier_posts_are_no_median_to_compare_with() -> None:
    nine = [row(back, post_engagements=[10]) for back in range(1, 10)]
    found = posts({"post_id": "1", "engagement": 900})
    assert standouts(found, rollups(row(0), *nine), SUNDAY).is_empty()
    assert largest(found)["post_id"].to_list() == ["1"]


def test_posts_read_at_another_age_are_no_median_either() -> None:
    late = [{**old, "collected_at": old["collected_at"] + timedelta(days=30)} for old in HISTORY]
    found = posts({"post_id": "1", "engagement": 900})
    assert standouts(found, rollups(row(0, "nasa"), *late), SUNDAY).is_empty()


def test_retweets_never_stand_out() -> None:
    found = posts({"post_id": "1", "kind": "retweet", "engagement": None})
    assert standouts(found, rollups(row(0, "nasa"), *HISTORY), SUNDAY).is_empty()
    assert largest(found).is_empty()


def test_a_post_that_its_accounts_page_does_not_list_does_not_stand_out() -> None:
    """A reply may be far above other replies, and yet below 200 posts."""
    replies = [row(back, post_engagements=[1] * 3, post_kinds=["reply"] * 3) for back in range(1, 6)]
    reply = {"post_id": "1", "kind": "reply", "engagement": 10}
    busy = [{"post_id": str(n), "engagement": 100} for n in range(2, 202)]
    days = rollups(row(0, "nasa"), *replies)
    assert standouts(posts(reply, *busy[1:]), days, SUNDAY)["post_id"].to_list() == ["1"]
    assert standouts(posts(reply, *busy), days, SUNDAY).is_empty()
    ranked = rank_posts(posts(reply, *busy), days, SUNDAY).filter(pl.col("times").is_not_null())
    assert ranked.height == 1
    assert "1" not in standouts_by_account(rank_posts(posts(reply, *busy), days, SUNDAY))["post_id"]
