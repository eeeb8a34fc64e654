"""What posts are about, counted: each term once in a post, retweets for nothing, no language cut that has no spaces."""

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lake.frames import to_parquet
from pipeline.schema import FORMATS, TOPICS
from pipeline.transform import topics
from pipeline.transform.topics import count_topics, stop_words
from tests.pipeline.given import DAY, stored_posts


def counted(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return the topics of posts, English ones unless their score is null."""
    made = [
        {"post_id": str(n), "media": [], "compound": 0.5, "sentiment": "positive"} | row
        for n, row in enumerate(rows, 1)
    ]
    return count_topics(stored_posts(*made), DAY)


def terms(found: pl.DataFrame, kind: str) -> dict[str, int]:
    of_kind = found.filter(pl.col("kind") == kind)
    return dict(of_kind.select("term", "posts").iter_rows())


def test_a_term_counts_once_in_a_post_with_its_engagement_tone_and_posts() -> None:
    found = counted(
        {"text": "Delays! Delays at Terminal 2, delays again.", "engagement": 10},
        {"text": "More DELAYS", "engagement": 30, "compound": -0.5, "sentiment": "negative"},
    )
    row = found.filter(pl.col("term") == "delays").row(0, named=True)
    assert (row["posts"], row["engagement"], row["scored"], row["positive"], row["negative"]) == (
        2,
        40,
        2,
        1,
        1,
    )
    assert row["post_ids"] == ["2", "1"]
    assert terms(found, "posts") == {"all": 2, "english": 2}


def test_retweets_count_for_nothing() -> None:
    found = counted({"text": "RT @esa: rockets", "kind": "retweet", "hashtags": ["moon"], "engagement": None})
    assert found.is_empty()


def test_words_are_cut_without_links_mentions_hashtags_and_stop_words() -> None:
    text = "The crew’s rocket-fuel is here: https://t.co/Xyz @nasa #Moon www.example.com/landing $TSLA 42"
    assert terms(counted({"text": text}), "word") == {"crew": 1, "rocket-fuel": 1, "tsla": 1}


def test_a_pair_is_two_words_side_by_side_with_neither_punctuation_nor_stop_word_between() -> None:
    text = "Terminal 2 closed. Flights of today delayed, baggage claim open\nagain delayed delayed"
    assert terms(counted({"text": text}), "pair") == {
        "terminal 2": 1,
        "2 closed": 1,
        "baggage claim": 1,
        "claim open": 1,
    }


def test_words_of_texts_that_are_not_scored_stand_apart() -> None:
    unscored = {"compound": None, "sentiment": None}
    found = counted({"text": "die rakete no", "lang": "de", **unscored}, {"text": "rakete landed"})
    by_text = found.filter(pl.col("term") == "rakete").sort("english").select("english", "posts").rows()
    assert by_text == [(False, 1), (True, 1)]
    assert "die" in terms(found, "word")  # no English stop words there
    assert terms(found, "posts") == {"all": 2, "english": 1, "other": 1}


def test_words_of_french_texts_stand_apart_from_english_ones_though_they_are_scored() -> None:
    found = counted(
        {"text": "rocket pain no", "lang": "fr", "scorer": "lexicon-fr"}, {"text": "rocket landed"}
    )
    by_text = found.filter(pl.col("term") == "rocket").sort("english").select("english", "posts", "scored")
    assert by_text.rows() == [(False, 1, 1), (True, 1, 1)]
    assert "no" in terms(found, "word")  # no English stop words there
    assert terms(found, "posts") == {"all": 2, "english": 1, "other": 1}


@pytest.mark.parametrize(
    "text", ["ロケットを打ち上げました #月", "火箭今天发射 NASA", "จรวดถูกปล่อยวันนี้", "ລາວ ພາສາ", "ခုံး ပျံ"]
)
def test_languages_without_spaces_are_not_cut_into_words(text: str) -> None:
    found = counted(
        {"text": text, "hashtags": ["月"], "urls": ["https://jaxa.jp/a"], "compound": None, "sentiment": None}
    )
    assert not terms(found, "word")
    assert not terms(found, "pair")
    assert (terms(found, "hashtag"), terms(found, "domain")) == ({"月": 1}, {"jaxa.jp": 1})
    assert terms(found, "posts") == {"all": 1, "uncut": 1}


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.NASA.gov/moon?x=1", "nasa.gov"),
        ("http://news.bbc.co.uk", "news.bbc.co.uk"),
        ("https://nasa.gov:8080/", "nasa.gov"),
        ("https://x.com@evil.example/", "evil.example"),
        ("https://evil.example\\@nasa.gov/", "evil.example"),
        ("https://t.co/abc", None),
        ("https://x.com/nasa/status/1990000000000000001/photo/1", None),
        ("https://twitter.com/i/web/status/1", None),
        ("javascript:alert(1)", None),
        ("https://localhost/", None),
        ("https://[::1]/", None),
        ("nasa.gov", None),
    ],
)
def test_a_link_counts_by_its_host_without_www(url: str, domain: str | None) -> None:
    assert terms(counted({"text": "x", "urls": [url]}), "domain") == ({domain: 1} if domain else {})


@pytest.mark.parametrize(
    ("media", "urls", "expected"),
    [
        (["photo"], [], "photo"),
        (["photo", "video"], ["https://nasa.gov"], "video"),
        (["animated_gif"], [], "gif"),
        ([], ["https://nasa.gov"], "link"),
        ([], ["https://x.com/nasa/status/1"], "text"),
        ([], [], "text"),
        (None, [], None),
    ],
)
def test_a_post_has_one_format_and_none_where_its_media_is_unknown(
    media: list[str] | None, urls: list[str], expected: str | None
) -> None:
    found = counted({"text": "x", "media": media, "urls": urls})
    assert terms(found, "format") == ({expected: 1} if expected else {})
    assert expected is None or expected in FORMATS


def test_what_an_account_has_too_much_of_is_left_out_and_leaves_a_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(topics, "MOST_TERMS", 2)
    rows = [{"text": "", "hashtags": tags} for tags in (["a", "b", "c"], ["a", "b", "c"], ["a", "b"], ["a"])]
    found = counted(*rows)
    assert terms(found, "hashtag") == {"a": 4, "b": 3}
    assert terms(found, "left_out") == {"hashtag": 2}


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8")), max_size=4))
def test_any_text_is_counted_the_same_in_any_order(texts: list[str]) -> None:
    rows = [{"text": text, "hashtags": [text], "urls": [f"https://{text}"]} for text in texts]
    made = [{"post_id": str(n), "media": [], "compound": 0.0} | row for n, row in enumerate(rows, 1)]
    one, other = (count_topics(stored_posts(*order), DAY) for order in (made, made[::-1]))
    assert one.schema == TOPICS
    assert to_parquet(one) == to_parquet(other)
    assert one.select("account", "kind", "term", "english").is_unique().all()


def test_stop_words_are_words_in_small_letters() -> None:
    assert {"the", "isn't", "today"} <= stop_words()
    assert all(word == word.lower().strip(",.#") for word in stop_words())
