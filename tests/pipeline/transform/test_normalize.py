"""X's JSON becomes rows with one meaning per column; what cannot be read is told, never thrown."""

import json
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from pipeline.text import printable
from pipeline.transform.normalize import READ, read_posts
from tests.examples import examples
from tests.pipeline.given import a_page, a_post, a_retweet, in_new_words, read

COUNTS = ("like_count", "repost_count", "reply_count", "quote_count", "bookmark_count", "impression_count")


def test_a_post_is_read_column_by_column() -> None:
    [row] = read(a_post(1))
    assert row["post_id"] == "1990000000000000001"
    assert row["account"] == "nasa"
    assert row["author_id"] == "2244994945"
    assert row["created_at"].isoformat() == "2026-11-22T12:01:00+00:00"
    assert row["collected_at"].isoformat() == "2026-11-23T06:00:00+00:00"
    assert row["age_hours"] == pytest.approx(17 + 59 / 60)
    assert [row[name] for name in COUNTS] == [5, 2, 3, 7, 11, 1300]
    assert row["engagement"] == 5 + 2 + 3 + 7
    assert (row["kind"], row["lang"], row["edited"], row["possibly_sensitive"]) == (
        "post",
        "en",
        False,
        False,
    )
    assert row["problems"] == []


# --- both vocabularies ---------------------------------------------------------------------------

EVERYTHING = a_post(
    2,
    text="Cut…",
    note_tweet={"text": "A long text, in full.", "entities": {"hashtags": [{"tag": "long"}]}},
    referenced_tweets=[{"type": "quoted", "id": "5"}],
    edit_history_tweet_ids=["1990000000000000000", "1990000000000000002"],
)


def test_both_vocabularies_of_x_read_the_same() -> None:
    [old], [new] = read(EVERYTHING), read(in_new_words(EVERYTHING))
    assert new | {"item": ""} == old | {"item": ""}
    assert (old["kind"], old["text"], old["hashtags"]) == ("quote", "A long text, in full.", ["long"])


def test_the_vocabularies_may_be_mixed_within_one_page_and_one_post() -> None:
    mixed = a_post(3) | {"referenced_posts": [{"type": "replied_to", "id": "5"}]}
    rows = read(a_post(1), in_new_words(a_post(2)), mixed)
    assert [row["problems"] for row in rows] == [[], [], []]
    assert [row["repost_count"] for row in rows] == [2, 2, 2]
    assert rows[2]["kind"] == "reply"


def test_included_originals_are_found_in_both_vocabularies() -> None:
    original = {"id": "17", "text": "The beginning of a whole text."}
    page = a_page(in_new_words(a_retweet()))
    renamed = page.model_copy(update={"body": page.body | {"includes": {"posts": [original]}}})
    assert read_posts([renamed], "nasa")["text"].to_list() == ["RT @someone: The beginning of a whole text."]


# --- texts ---------------------------------------------------------------------------------------


def test_a_long_post_is_read_whole() -> None:
    [row] = read(a_post(text="short…", note_tweet={"text": "x" * 25_000}))
    assert row["text"] == "x" * 25_000


def test_a_note_shorter_than_the_text_loses_nothing() -> None:
    [row] = read(a_post(text="the whole text", note_tweet={"text": "the"}))
    assert row["text"] == "the whole text"


def test_a_retweet_takes_its_whole_text_from_the_original() -> None:
    original = {
        "id": "17",
        "text": "The beginning of",
        "note_tweet": {"text": "The beginning of a long story."},
    }
    [row] = read(a_retweet(), included=[original])
    assert (row["kind"], row["text"]) == ("retweet", "RT @someone: The beginning of a long story.")
    assert row["problems"] == []


def test_a_retweet_whose_original_is_not_told_keeps_its_cut_text() -> None:
    [row] = read(a_retweet(of="18"), included=[{"id": "17", "text": "Something else"}])
    assert row["text"] == "RT @someone: The beginning of…"


def test_a_retweet_has_no_engagement_of_its_own() -> None:
    [row] = read(a_retweet())
    assert (row["repost_count"], row["engagement"]) == (900, None)


def test_html_entities_are_undone_once() -> None:
    [row] = read(a_post(text="Tom &amp; Jerry &lt;3 &amp;lt; means &lt;"))
    assert row["text"] == "Tom & Jerry <3 &lt; means <"


def test_an_originals_entities_are_undone_once() -> None:
    [row] = read(
        a_retweet(text="RT @a: x &amp;am…"), included=[{"id": "17", "text": "x &amp;amp; y, and more"}]
    )
    assert row["text"] == "RT @a: x &amp; y, and more"


def test_what_stands_for_a_number_of_thousands_of_digits_is_text() -> None:
    [row] = read(a_post(text="&#" + "9" * 5000 + ";"))
    assert row["problems"] == []


@given_any(st.text(st.characters(codec=None, categories=["Cs", "Lu", "So"])))
def test_lone_surrogates_are_replaced_wherever_they_stand(text: str) -> None:
    post = a_post(
        id=text,
        author_id=text,
        text=text + ".",
        lang=text,
        conversation_id=text,
        edit_history_tweet_ids=[text, text],
        entities={"hashtags": [{"tag": text}], "urls": [{"url": text}], "mentions": [{"username": text}]},
    )
    [row] = read(post)
    row["text"].encode()
    assert row["first_id"] == row["post_id"] == printable(text)
    assert json.loads(row["item"]) == json.loads(json.dumps(post))  # where two halves in a row are a whole


# --- kinds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "post"),
        ({"referenced_tweets": [{"type": "quoted", "id": "1"}]}, "quote"),
        ({"referenced_tweets": [{"type": "replied_to", "id": "1"}]}, "reply"),
        ({"referenced_tweets": [{"type": "retweeted", "id": "1"}]}, "retweet"),
        ({"referenced_posts": [{"type": "reposted", "id": "1"}]}, "retweet"),
        ({"referenced_tweets": [{"type": "quoted", "id": "1"}, {"type": "replied_to", "id": "2"}]}, "reply"),
        ({"in_reply_to_user_id": "12"}, "reply"),  # to a post that is gone
        ({"in_reply_to_user_id": "12", "referenced_tweets": [{"type": "quoted", "id": "1"}]}, "reply"),
        ({"referenced_tweets": []}, "post"),
    ],
)
def test_a_posts_kind_follows_from_what_it_refers_to(changes: dict[str, Any], kind: str) -> None:
    assert read(a_post(**changes))[0]["kind"] == kind


# --- counts, edits, entities ---------------------------------------------------------------------


def test_counts_x_does_not_tell_are_null_and_not_nought() -> None:
    metrics = {"retweet_count": 0, "reply_count": 0, "like_count": 0, "quote_count": 0}
    [row] = read(a_post(public_metrics=metrics))
    assert [row[name] for name in COUNTS] == [0, 0, 0, 0, None, None]
    assert row["engagement"] == 0
    assert row["problems"] == []


def test_an_edited_post_is_tied_to_its_first_version() -> None:
    [row] = read(a_post(2, edit_history_tweet_ids=["10", "1990000000000000002"]))
    assert (row["edited"], row["first_id"]) == (True, "10")
    [row] = read(a_post(2, edit_history_tweet_ids=None))
    assert (row["edited"], row["first_id"]) == (False, row["post_id"])


def test_entities_of_both_parts_are_told_once_and_in_order() -> None:
    [row] = read(
        a_post(
            entities={
                "hashtags": [{"tag": "b"}, {"tag": "a"}, {"tag": "b"}],
                "mentions": [{"username": "esa"}],
                "urls": [
                    {"url": "https://t.co/1", "expanded_url": "https://nasa.gov"},
                    {"url": "https://t.co/2"},
                ],
            },
            note_tweet={"text": "", "entities": {"hashtags": [{"tag": "c"}, {"tag": "a"}]}},
        )
    )
    assert row["hashtags"] == ["b", "a", "c"]
    assert row["mentions"] == ["esa"]
    assert row["urls"] == ["https://nasa.gov", "https://t.co/2"]


# --- what cannot be read -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"id": None}, "id is missing"),
        ({"id": 1990000000000000001}, "id is 1990000000000000001, not a str"),
        ({"author_id": None}, "author_id is missing"),
        ({"text": None}, "text is missing"),
        ({"text": ["a"]}, "text is missing"),
        ({"created_at": None}, "created_at is missing"),
        ({"created_at": "yesterday"}, 'created_at is "yesterday", not an instant'),
        ({"created_at": "0001-01-01T00:00:00+14:00"}, "not an instant"),
        ({"lang": 7}, "lang is 7, not a str"),
        ({"possibly_sensitive": "no"}, 'possibly_sensitive is "no", not a bool'),
        ({"public_metrics": None}, "like_count is missing"),
        ({"public_metrics": [1]}, "public_metrics is [1], not a dict"),
        ({"public_metrics": {"like_count": True}}, "like_count is true, not a int"),
        ({"public_metrics": {"like_count": 1.5}}, "like_count is 1.5, not a int"),
        ({"public_metrics": {"like_count": -1}}, "like_count is -1, not a count"),
        ({"public_metrics": {"like_count": 10**30}}, "not a count"),
        ({"note_tweet": "long"}, 'note_tweet is "long", not a dict'),
        ({"edit_history_tweet_ids": "1"}, 'edit_history_tweet_ids is "1", not a list'),
    ],
)
def test_a_field_that_is_missing_or_of_the_wrong_type_is_a_problem(
    changes: dict[str, Any], problem: str
) -> None:
    [row] = read(a_post(**changes))
    assert any(problem in told for told in row["problems"]), row["problems"]


@pytest.mark.parametrize("item", [None, 7, "text", [], True])
def test_an_item_that_is_no_object_is_a_problem(item: object) -> None:
    [row] = read(item)
    assert row["problems"] == [f"the item is a {type(item).__name__}, not an object"]
    assert json.loads(row["item"]) == item


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [
    *a_post(),
    "note_tweet",
    "note_post",
    "referenced_tweets",
    "referenced_posts",
    "entities",
    "in_reply_to_user_id",
]
references = st.lists(
    anything | st.fixed_dictionaries({}, optional={"type": anything, "id": anything}), max_size=3
)
twisted = st.dictionaries(st.sampled_from(FIELDS), anything | references, max_size=5).map(
    lambda change: a_post() | change
)


@examples(200)
@given_any(st.lists(anything | twisted, max_size=4), st.lists(anything | twisted, max_size=2))
def test_no_item_at_all_is_an_exception(items: list[Any], included: list[Any]) -> None:
    frame = read_posts([a_page(*items, included=included)], "nasa")
    assert frame.schema == READ
    assert frame["position"].to_list() == list(range(len(items)))
    frame.write_ndjson()


@given_any(twisted, anything)
def test_no_original_at_all_is_an_exception(original: dict[str, Any], odd: Any) -> None:
    for changes in ({"id": "17"}, {"id": "17", "note_tweet": odd}, {"id": odd}):
        [row] = read(a_retweet(), included=[original | changes])
        assert row["kind"] == "retweet"


def test_pages_are_read_one_after_the_other_in_xs_order() -> None:
    frame = read_posts([a_page(a_post(3), a_post(2)), a_page(), a_page(a_post(1))], "nasa")
    assert frame["post_id"].str.tail(1).to_list() == ["3", "2", "1"]
    assert frame["position"].to_list() == [0, 1, 2]
