"""What is scored of a post, rule by rule."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sentiment import Analyzer
from pipeline.sentiment.cleaning import clean_text


def compound(text: str) -> float:
    return Analyzer().polarity_scores(text)["compound"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("R&amp;D", "R&D"), ("&lt;3", "<3"), ("5 &gt; 4", "5 > 4"), ("it&#39;s", "it's"), ("&#x2764;", "❤")],
)
def test_html_entities_are_unescaped(written: Any, meant: Any) -> None:
    assert clean_text(written) == meant


def test_entities_are_unescaped_once() -> None:
    assert clean_text("&amp;lt;b&amp;gt;") == "&lt;b&gt;"


def test_only_whole_entities_of_sane_length_are_unescaped() -> None:
    assert clean_text("this &copy that") == "this &copy that"
    absurd = "&#" + "9" * 5000 + ";"
    assert clean_text(absurd) == absurd


@pytest.mark.parametrize(
    "link", ["https://t.co/aB3", "http://nasa.gov/a?b=c#d", "www.nasa.gov/x", "HTTPS://T.CO/a1"]
)
def test_links_are_dropped(link: Any) -> None:
    assert clean_text(f"look {link} here") == "look here"
    assert clean_text(link) == ""


def test_punctuation_after_one_of_xs_links_stays() -> None:
    assert clean_text("Great https://t.co/aB3!") == "Great !"
    assert clean_text("Greathttps://t.co/aB3") == "Great"


def test_mentions_are_dropped_since_they_are_names_and_not_opinions() -> None:
    assert compound("@united lost my bag") != compound("lost my bag")
    assert clean_text("@united lost my bag") == "lost my bag"
    assert clean_text(".@united @a_1, ＠b") == ". ,"


@pytest.mark.parametrize("text", ["mail me@nasa.gov", "@", "@ home", "@abcdefghijklmnopqrstuvwxyz", "a@b"])
def test_what_is_no_mention_stays(text: Any) -> None:
    assert clean_text(text) == text


def test_curly_quotes_become_straight_so_that_negations_are_seen() -> None:
    assert clean_text("I don’t ‘like’ “it”") == "I don't 'like' \"it\""
    assert compound("I don’t like it") > 0 > compound(clean_text("I don’t like it"))


def test_presentation_of_emoji_is_dropped_so_that_vader_knows_them() -> None:
    assert clean_text("❤\ufe0f 👍🏽 👩\u200d🚀") == "❤ 👍 👩🚀"
    assert compound("❤\ufe0f") == 0 < compound(clean_text("❤\ufe0f"))


def test_hashtags_stay_as_they_are() -> None:
    assert clean_text("#MondayMotivation #love") == "#MondayMotivation #love"


def test_words_are_separated_by_single_spaces() -> None:
    assert clean_text("  one\n\ntwo\tthree ") == "one two three"


def test_nothing_is_left_of_links_and_mentions_alone() -> None:
    assert clean_text("@nasa https://t.co/a1 ") == ""


@settings(deadline=None)
@given(st.text(st.characters(categories=None, codec=None)))
def test_any_string_at_all_is_cleaned(text: Any) -> None:
    cleaned = clean_text(text)
    assert cleaned == " ".join(cleaned.split())
    assert "\ufe0f" not in cleaned


@settings(deadline=None)
@given(st.text(st.sampled_from("@&;#x3lt.:/hwps-_ a’\ufe0f")))
def test_texts_full_of_triggers_are_cleaned(text: Any) -> None:
    assert not clean_text(text).startswith(" ")


def test_what_is_removed_can_be_listed() -> None:
    removed: list[str] = []
    cleaned = clean_text("@bob look at www.nasa.gov/x &amp; https://t.co/a1! 👍🏽 ❤\ufe0f", removed)
    assert cleaned == "look at & ! 👍 ❤"
    assert removed == ["www.nasa.gov/x", "https://t.co/a1", "@bob", "🏽", "\ufe0f"]


@given(st.text(st.sampled_from("a@_.:/&;#x1w ❤\ufe0f\u200d🏽’") | st.characters()))
def test_listing_what_is_removed_changes_nothing(text: str) -> None:
    removed: list[str] = []
    assert clean_text(text, removed) == clean_text(text)
