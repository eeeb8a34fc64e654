"""Newer counts by the days they belong to, and which posts pages show."""

from datetime import UTC, datetime, timedelta

from pipeline.schema import METRICS
from pipeline.transform.metrics import newer_counts, seen_ids
from pipeline.window import Window
from tests.pipeline.given import DAY, a_page, a_post, a_retweet, in_new_words

EVE = DAY - timedelta(days=1)
MIDNIGHT = Window(DAY, "UTC").start
WINDOWS = [Window(EVE, "UTC"), Window(DAY, "UTC")]


def days(*posts: object, windows: list[Window] = WINDOWS) -> list[tuple[object, str]]:
    return newer_counts([a_page(*posts)], "nasa", windows).select("day", "post_id").rows()


def test_a_post_belongs_to_the_day_that_it_was_published_in() -> None:
    last, first = a_post(1, at=MIDNIGHT - timedelta(seconds=1)), a_post(2, at=MIDNIGHT)
    assert days(first, last) == [(EVE, last["id"]), (DAY, first["id"])]


def test_days_have_the_boundaries_they_were_read_with() -> None:
    """The evening in New York is the next morning in Tokyo; the day that begins there ends where the next one does."""
    new_york = Window(EVE, "America/New_York")
    tokyo = Window(DAY, "Asia/Tokyo", new_york.end, Window(DAY, "Asia/Tokyo").end)
    evening = a_post(1, at=datetime(2026, 11, 22, 2, tzinfo=UTC))  # 21:00 on the eve, 11:00 of DAY
    assert days(evening, windows=[new_york, tokyo]) == [(EVE, evening["id"])]
    before = a_post(2, at=new_york.start - timedelta(seconds=1))
    after = a_post(3, at=tokyo.end)
    assert days(before, after, windows=[new_york, tokyo]) == []


def test_of_days_that_overlap_the_first_one_has_the_post() -> None:
    both = a_post(1, at=MIDNIGHT + timedelta(hours=1))
    long = Window(EVE, "UTC", Window(EVE, "UTC").start, MIDNIGHT + timedelta(hours=2))
    assert days(both, windows=[long, Window(DAY, "UTC")]) == [(EVE, both["id"])]


def test_without_a_day_there_are_no_counts() -> None:
    found = newer_counts([a_page(a_post(1))], "nasa", [])
    assert found.height == 0
    assert found.schema == METRICS


def test_of_an_edited_post_the_newest_version_counts_and_what_cannot_be_read_does_not() -> None:
    old, new = a_post(1), a_post(2, edit_history_tweet_ids=[a_post(1)["id"], a_post(2)["id"]])
    broken = a_post(3, public_metrics={"like_count": -1})
    assert days(new, old, broken) == [(DAY, new["id"])]


def test_rows_come_oldest_first_with_all_that_metrics_hold() -> None:
    found = newer_counts([a_page(a_post(2), a_retweet(1))], "nasa", WINDOWS)
    assert found.schema == METRICS
    assert found["post_id"].to_list() == [a_post(1)["id"], a_post(2)["id"]]
    assert found["account"].to_list() == ["nasa"] * 2
    assert found["impression_count"].to_list() == [None, 1300]


def test_pages_show_posts_and_their_earlier_versions_whatever_else_can_be_read_of_them() -> None:
    bare = {"id": "5"}
    edited = {"id": "8", "edit_history_tweet_ids": ["6", "7", "8"]}
    newly_worded = in_new_words({"id": "11", "edit_history_tweet_ids": ["10", "11"]})
    tombstone = {"forgotten": True}
    pages = [a_page(bare, edited), a_page(newly_worded, tombstone, "no object", {"id": 12})]
    assert seen_ids(pages) == {"5", "6", "7", "8", "10", "11"}
    assert seen_ids([]) == frozenset()
    assert seen_ids([a_page(bare, included=[a_post(1)])]) == {"5"}  # what it refers to is another's
