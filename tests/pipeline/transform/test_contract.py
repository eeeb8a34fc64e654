"""The contract of posts: what our own stages make keeps every rule, and each rule catches its breach."""

from datetime import timedelta
from typing import Any, NoReturn

import polars as pl
import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from pipeline.schema import POSTS
from pipeline.transform.account_day import derive
from pipeline.transform.contract import Posts, keeps
from tests.pipeline.given import COLLECTED_AT, a_page, a_post, a_retweet, work


def reasons(**changes: Any) -> list[str]:
    """Return what a sound post breaks when these of its columns are changed."""
    sound = derive([a_page(a_post())], work()).posts
    assert sound.height == 1
    changed = sound.with_columns(pl.lit(value, POSTS[name]).alias(name) for name, value in changes.items())
    details = Posts.filter(changed).failure.details()
    assert keeps(changed) == details.is_empty()
    return [rule for rule in details.columns if rule not in POSTS and (details[rule] == "invalid").any()]


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({}, []),
        ({"post_id": "12a"}, ["post_id|regex"]),
        ({"account": "NASA"}, ["account|regex"]),
        ({"text": None}, ["text|nullability"]),
        ({"kind": "poem"}, ["kind|check"]),
        ({"reply_count": -1, "engagement": 13}, ["reply_count|min"]),
        ({"impression_count": None, "bookmark_count": None, "lang": None}, []),
        ({"engagement": 18}, ["engagement_is_the_sum_of_its_parts"]),
        ({"engagement": None}, ["engagement_only_without_retweets"]),
        ({"kind": "retweet"}, ["engagement_only_without_retweets"]),
        ({"compound": 1.5}, ["compound|max"]),
        ({"compound": -0.5}, ["sentiment_follows_the_compound_score"]),
        ({"sentiment": "neutral"}, ["sentiment_follows_the_compound_score"]),
        ({"neg": 0.5}, ["shares_add_up"]),
        ({"pos": None, "neu": 1.0}, ["scored_wholly_or_not_at_all"]),
        (dict.fromkeys(("neg", "neu", "pos", "compound", "sentiment", "scorer")), []),
        ({"scorer": None}, ["scored_wholly_or_not_at_all"]),
        ({"scorer": "guess"}, ["scorer|check"]),
        ({"age_hours": 5.0}, ["age_is_the_time_in_between"]),
        (
            {"created_at": COLLECTED_AT + timedelta(hours=1), "age_hours": -1.0},
            ["collected_after_it_was_written"],
        ),
        ({"author_id": "x", "conversation_id": "y"}, ["author_id|regex", "conversation_id|regex"]),
    ],
)
def test_each_rule_catches_its_breach_and_no_more(changes: dict[str, Any], broken: list[str]) -> None:
    assert sorted(reasons(**changes)) == sorted(broken)


def test_a_post_stored_twice_breaks_the_contract() -> None:
    sound = derive([a_page(a_post(1), a_post(2))], work()).posts
    assert keeps(sound)
    assert keeps(sound.clear())
    assert not keeps(pl.concat([sound, sound[:1]]))


def test_posts_are_named_only_where_a_rule_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def name_posts(_: pl.DataFrame) -> NoReturn:
        raise AssertionError("the contract was asked for posts by name")

    monkeypatch.setattr(Posts, "filter", name_posts)
    assert derive([a_page(a_post(1), a_post(2))], work()).posts.height == 2
    assert derive([], work()).posts.is_empty()
    with pytest.raises(AssertionError, match="by name"):
        derive([a_page(a_post(1, author_id="somebody"))], work())


@given_any(st.lists(st.text(st.characters(codec="utf-8"), max_size=40), max_size=8))
def test_no_text_breaks_the_contract_by_how_it_is_scored(texts: list[str]) -> None:
    posts = [a_post(number, text=text) for number, text in enumerate(texts)]
    assert derive([a_page(*posts, a_retweet(99))], work()).rejected.is_empty()


@pytest.mark.parametrize(
    "text", ["I", "a b c", "1", ":) :(", "!!!", "not", "very", "good but bad", "\u200b", "ALL CAPS GOOD"]
)
def test_short_and_odd_texts_keep_the_contract(text: str) -> None:
    assert derive([a_page(a_post(text=text))], work()).rejected.is_empty()
