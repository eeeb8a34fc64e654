"""Retweets are whole, posts of a timeline are the account's, and what is attached is told by its key."""

from typing import Any

import polars as pl
import pytest

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import find_frame
from pipeline.page import Page
from pipeline.schema import MEDIA, POSTS
from pipeline.transform.account_day import derive
from pipeline.transform.contract import Posts
from pipeline.transform.normalize import read_posts
from pipeline.transform.spreadsheet import COLUMNS, from_csv, to_csv
from tests.pipeline.given import (
    AUTHOR,
    COLLECTED_AT,
    a_body,
    a_page,
    a_post,
    a_retweet,
    in_new_words,
    read,
    work,
)


def entities(tag: str, name: str, link: str) -> dict[str, Any]:
    return {
        "hashtags": [{"start": 1, "end": 2, "tag": tag}],
        "mentions": [{"start": 1, "end": 2, "username": name, "id": "5"}],
        "urls": [{"start": 1, "end": 2, "url": "https://t.co/abc", "expanded_url": link}],
    }


ORIGINAL = {
    "id": "17",
    "text": "x" * 280,
    "entities": entities("late", "friend", "https://example.org/a"),
    "note_tweet": {"text": "x" * 400, "entities": entities("later", "other", "https://example.org/b")},
    "attachments": {"media_keys": ["3_1", "3_2"]},
}
CUT: dict[str, Any] = {
    "entities": {
        "hashtags": [{"tag": "lat"}],
        "mentions": [{"username": "Someone"}, {"username": "frie"}],
        "urls": [{"url": "https://t.co/ab"}],
    }
}


@pytest.mark.parametrize("words", [lambda post: post, in_new_words])
def test_a_retweet_has_the_hashtags_links_and_mentions_of_the_original_and_its_note(words: Any) -> None:
    [row] = read(words(a_retweet(**CUT)), included=[words(ORIGINAL)])
    assert row["hashtags"] == ["late", "later"]
    assert row["urls"] == ["https://example.org/a", "https://example.org/b"]
    assert row["mentions"] == ["Someone", "friend", "other"]
    assert row["text"] == "RT @someone: " + "x" * 400
    assert row["problems"] == []


def test_without_its_original_a_retweet_keeps_its_own() -> None:
    for included in (None, [], [ORIGINAL | {"id": "18"}], [{"forgotten": True}], [7]):
        [row] = read(a_retweet(**CUT), included=included)
        assert (row["hashtags"], row["mentions"], row["urls"]) == (
            ["lat"],
            ["Someone", "frie"],
            ["https://t.co/ab"],
        )


def test_a_quote_keeps_its_own() -> None:
    quote = a_post(referenced_tweets=[{"type": "quoted", "id": "17"}], **CUT)
    [row] = read(quote, included=[ORIGINAL])
    assert (row["kind"], row["hashtags"], row["media"]) == ("quote", ["lat"], [])


def test_an_original_of_odd_types_leaves_the_retweet_readable() -> None:
    odd: Any
    for odd in (None, 5, "x", [], {"hashtags": 5, "mentions": [5], "urls": {"a": 1}}):
        original = ORIGINAL | {"entities": odd, "note_tweet": odd, "attachments": odd}
        [row] = read(a_retweet(**CUT), included=[original])
        assert (row["hashtags"], row["mentions"], row["urls"], row["media"]) == ([], ["Someone"], [], [])


# --- who wrote it --------------------------------------------------------------------------------


def from_timeline(*posts: Any) -> list[dict[str, Any]]:
    page = Page(request={"user_id": AUTHOR}, collected_at=COLLECTED_AT, body=a_body(*posts))
    return list(read_posts([page], "nasa").iter_rows(named=True))


def test_a_post_without_an_author_is_by_the_account_whose_timeline_it_is_of() -> None:
    left_out, null = from_timeline(a_post(1, author_id=None), a_post(2) | {"author_id": None})
    assert left_out["author_id"] == null["author_id"] == AUTHOR
    assert left_out["problems"] == null["problems"] == []


def test_an_author_that_is_none_is_no_guess() -> None:
    number, empty = from_timeline(a_post(1, author_id=5), a_post(2, author_id=""))
    assert number["problems"] == ["author_id is 5, not a str"]
    assert empty["author_id"] == ""  # the contract refuses it
    [unknown] = read(a_post(author_id=None))
    assert unknown["problems"] == ["author_id is missing"]


# --- what is attached, and who paid --------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys_", "media"),
    [
        ([], []),
        (["3_1", "3_2", "3_3"], ["photo"]),
        (["7_1"], ["video"]),
        (["13_1", "7_2"], ["video"]),
        (["16_1", "3_1", "13_1"], ["animated_gif", "photo", "video"]),
        (["99_1", "3", "", "_", 5, None, ["3_1"]], ["photo"]),
        ("3_1", []),
        (None, []),
    ],
)
def test_the_prefix_of_a_key_tells_the_format(keys_: Any, media: list[str]) -> None:
    [row] = read(a_post(attachments={"media_keys": keys_}))
    assert row["media"] == media
    assert row["problems"] == []


def test_a_post_without_attachments_has_none_which_is_not_unknown() -> None:
    assert [row["media"] for row in read(a_post(1), a_post(2, attachments={"poll_ids": ["1"]}))] == [[], []]


def test_a_retweet_has_the_formats_of_its_original() -> None:
    own: dict[str, Any] = {"attachments": {"media_keys": ["13_9"]}}
    assert read(a_retweet(**own), included=[ORIGINAL])[0]["media"] == ["video", "photo"]
    assert read(a_retweet(), included=[ORIGINAL])[0]["media"] == ["photo"]


@pytest.mark.parametrize(("told", "kept"), [(True, True), (False, False), (None, None)])
def test_a_paid_partnership_is_kept_and_null_where_not_returned(told: bool | None, kept: bool | None) -> None:
    [row] = read(a_post(paid_partnership=told))
    assert row["paid_partnership"] is kept
    assert read(a_post(paid_partnership="yes"))[0]["problems"] == ['paid_partnership is "yes", not a bool']


def test_both_go_into_posts_and_to_the_end_of_the_csv() -> None:
    page = a_page(
        a_post(1, attachments={"media_keys": ["3_1", "16_1"]}, paid_partnership=True), a_post(2), a_retweet(3)
    )
    posts = derive([page], work()).posts
    assert posts["media"].to_list() == [["photo", "animated_gif"], []]
    assert posts["paid_partnership"].to_list() == [True, None]
    assert list(POSTS.names())[-3:] == list(COLUMNS)[-3:] == ["media", "paid_partnership", "scorer"]
    assert from_csv(to_csv(posts)).equals(posts)


def test_the_sandbox_tells_all_formats_and_some_partnerships(lake: Lake, x: Any) -> None:
    from pipeline.analyze import analyze
    from pipeline.collect import collect

    seen: set[str] = set()
    paid: set[bool | None] = set()
    for handle in ("stadiumfc", "tideandco", "northwindair", "citymetro"):
        found, _ = x.users([handle])
        task = work(account=handle, handle=handle, user_id=found[handle].user_id, usd_per_run=50.0)
        collect(lake, x, task)
        analyze(lake, task)
        frame = find_frame(lake, keys.posts(task.day, handle), POSTS)
        assert frame is not None
        seen |= set(frame["media"].explode().drop_nulls())
        paid |= set(frame["paid_partnership"])
    assert seen <= set(MEDIA)
    assert "photo" in seen
    assert paid <= {True, False}


@pytest.mark.parametrize("media", [["gif"], ["photo", "photo"], [None], None])
def test_the_contract_refuses_formats_that_there_are_not(media: Any) -> None:
    posts = derive([a_page(a_post(1), a_post(2))], work()).posts
    column = pl.Series("media", [media, ["video"]], pl.List(pl.String))
    kept, _ = Posts.filter(posts.with_columns(column))
    assert kept["post_id"].to_list() == [a_post(2)["id"]]
