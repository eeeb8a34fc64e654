"""A day is sorted out so that every fetched item ends in exactly one of the counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given as given_any
from hypothesis import strategies as st

from pipeline.lake.records import Counts
from pipeline.page import Page
from pipeline.schema import POSTS, QUARANTINE
from pipeline.transform.account_day import DerivedDay, derive
from pipeline.transform.contract import Posts
from tests.examples import examples
from tests.pipeline.given import COLLECTED_AT, a_page, a_post, a_retweet, work

START = datetime(2026, 11, 22, tzinfo=UTC)


def sorted_out(*items: Any, **changes: Any) -> DerivedDay:
    return derive([a_page(*items)], work(**changes))


def ids(day: DerivedDay) -> list[int]:
    return [int(id_[-3:]) for id_ in day.posts["post_id"]]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)


posts = st.builds(
    a_post,
    st.integers(0, 5),
    at=st.integers(-4 * 60, 34 * 60).map(lambda minutes: START + timedelta(minutes=minutes)),
    edit_history_tweet_ids=st.lists(st.integers(0, 5).map(str), max_size=2),
    referenced_tweets=st.lists(
        st.sampled_from(["quoted", "replied_to", "retweeted"]).map(lambda kind: {"type": kind, "id": "1"}),
        max_size=1,
    ),
    author_id=st.sampled_from(["2244994945", "nobody"]),
)


twisted = st.tuples(posts, st.dictionaries(st.sampled_from(sorted(a_post())), anything, max_size=2)).map(
    lambda both: both[0] | both[1]
)


@examples(60)
@given_any(
    st.lists(st.lists(posts | twisted | anything, max_size=6), max_size=3),
    st.integers(1, 6),
    st.sets(st.sampled_from(["posts", "quotes", "replies", "retweets"]), min_size=1),
    st.sampled_from(["UTC", "Asia/Tokyo", "America/Los_Angeles"]),
)
def test_every_fetched_item_is_kept_filtered_duplicate_or_quarantined(
    pages: list[list[Any]], max_posts: int, include: set[str], timezone: str
) -> None:
    day = derive(
        [a_page(*items) for items in pages],
        work(max_posts=max_posts, include=tuple(sorted(include)), timezone=timezone),
    )
    counts = day.counts
    assert counts.fetched == sum(len(items) for items in pages)
    assert counts.fetched == counts.kept + counts.filtered + counts.duplicates + counts.quarantined
    assert counts.kept == day.posts.height <= max_posts
    assert counts.quarantined == day.rejected.height
    assert day.posts.schema == POSTS
    assert day.rejected.schema == QUARANTINE
    assert day.posts["post_id"].is_unique().all()
    assert day.rejected["reasons"].list.len().gt(0).all()


def test_an_empty_day_has_the_same_columns() -> None:
    day = derive([], work())
    assert (day.posts.schema, day.rejected.schema) == (POSTS, QUARANTINE)
    assert day.counts == Counts()


def test_the_window_holds_its_start_and_not_its_end() -> None:
    tick = timedelta(microseconds=1)
    instants = [START - tick, START, START + timedelta(days=1) - tick, START + timedelta(days=1)]
    day = sorted_out(*(a_post(number, at=at) for number, at in enumerate(instants)))
    assert ids(day) == [1, 2]
    assert day.counts == Counts(fetched=4, kept=2, filtered=2)


def test_the_window_is_the_local_days() -> None:
    day = sorted_out(a_post(1, at=START - timedelta(hours=9)), a_post(2, at=START), timezone="Asia/Tokyo")
    assert ids(day) == [1, 2]


def test_only_included_kinds_are_kept() -> None:
    reply = a_post(2, in_reply_to_user_id="5")
    quote = a_post(3, referenced_tweets=[{"type": "quoted", "id": "5"}])
    items = [a_retweet(4), quote, reply, a_post(1)]
    assert ids(sorted_out(*items)) == [1, 2, 3]
    assert ids(sorted_out(*items, include=("posts",))) == [1]
    assert ids(sorted_out(*items, include=("retweets", "quotes"))) == [3, 4]


def test_max_posts_keeps_the_newest_and_says_that_the_earliest_are_left_out() -> None:
    day = sorted_out(*(a_post(number) for number in (5, 4, 3, 2, 1)), max_posts=2)
    assert ids(day) == [4, 5]
    assert day.counts == Counts(fetched=5, kept=2, filtered=3)
    assert day.truncated


def test_a_day_with_just_max_posts_is_whole() -> None:
    outside = a_post(0, at=START - timedelta(hours=1))
    assert not sorted_out(a_post(2), a_post(1), outside, max_posts=2).truncated


def test_posts_are_in_order_of_publication() -> None:
    later = START + timedelta(hours=2)
    day = sorted_out(a_post(1, at=later), a_post(3, at=later), a_post(2, at=START))
    assert ids(day) == [2, 1, 3]


def test_a_post_seen_twice_counts_once_as_it_came_first() -> None:
    again = a_post(1, text="seen again")
    day = derive([a_page(a_post(2), a_post(1)), a_page(again)], work())
    assert day.posts["text"].to_list() == ["A calm and lovely day."] * 2
    assert day.counts == Counts(fetched=3, kept=2, duplicates=1)


def test_of_an_edited_post_the_newest_version_is_kept() -> None:
    versions = [a_post(9)["id"], a_post(10)["id"]]
    old = a_post(9, text="befor", edit_history_tweet_ids=versions[:1])
    new = a_post(10, text="before", edit_history_tweet_ids=versions)
    for order in ([old, new], [new, old]):
        day = sorted_out(*order)
        assert day.posts.select("text", "edited").rows() == [("before", True)]
        assert day.counts == Counts(fetched=2, kept=1, duplicates=1)


def test_a_longer_id_is_a_newer_one() -> None:
    old, new = (
        a_post(id="9", edit_history_tweet_ids=["9"]),
        a_post(id="10", edit_history_tweet_ids=["9", "10"]),
    )
    assert sorted_out(old, new).posts["post_id"].to_list() == ["10"]


def test_an_unreadable_item_goes_to_quarantine_with_every_reason_and_as_it_came() -> None:
    day = sorted_out(a_post(1), a_post(2, created_at=None, lang=5))
    [row] = day.rejected.rows(named=True)
    assert row["reasons"] == ["created_at is missing", "lang is 5, not a str"]
    assert '"lang":5' in row["item"]
    assert (row["account"], row["collected_at"]) == ("nasa", COLLECTED_AT)
    assert day.counts == Counts(fetched=2, kept=1, quarantined=1)


def test_a_breach_of_contract_goes_to_quarantine_with_every_rule_it_breaks() -> None:
    broken = a_post(2, author_id="somebody", conversation_id="12345678901234567890")
    day = sorted_out(a_post(1), broken)
    [row] = day.rejected.rows(named=True)
    assert row["reasons"] == ["author_id|regex", "conversation_id|regex"]
    assert row["post_id"] == broken["id"]
    assert day.counts == Counts(fetched=2, kept=1, quarantined=1)


def test_what_cannot_be_read_and_what_breaks_a_rule_are_told_together() -> None:
    metrics = a_post()["public_metrics"] | {"like_count": "many"}
    broken = a_post(2, author_id="somebody", public_metrics=metrics)
    day = sorted_out(broken, "not an object", a_post(1), a_post(3, id=None, author_id="somebody"))
    assert day.rejected["reasons"].to_list() == [
        ['like_count is "many", not a int', "author_id|regex"],
        ["the item is a str, not an object"],
        ["id is missing", "author_id|regex"],
    ]


def test_a_post_read_before_it_was_written_breaks_the_contract() -> None:
    post = a_post(1, at=datetime(2026, 11, 22, 23, tzinfo=UTC))
    early = Page(request={}, collected_at=datetime(2026, 11, 22, 22, tzinfo=UTC), body={"data": [post]})
    assert derive([early], work()).rejected["reasons"].to_list() == [["collected_after_it_was_written"]]


def test_the_contract_and_the_schema_of_posts_agree() -> None:
    assert Posts.create_empty().schema == POSTS
    assert {name for name, column in Posts.columns().items() if column.nullable} >= {
        "lang", "bookmark_count", "impression_count", "compound", "sentiment",
    }  # fmt: skip


def test_a_post_outside_english_is_kept_and_not_scored() -> None:
    day = sorted_out(a_post(1, lang="de", text="Ein schöner Tag"), a_post(2))
    assert day.posts["sentiment"].to_list() == [None, "positive"]
    assert day.posts["compound"].is_null().to_list() == [True, False]
