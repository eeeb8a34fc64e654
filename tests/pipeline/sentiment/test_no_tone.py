"""Phrases without tone are found as whole words in any letter case, and left out of what is scored."""

import re
from functools import partial
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sentiment import Analyzer, score_posts
from pipeline.sentiment.cleaning import clean_text
from pipeline.sentiment.no_tone import NoTone, no_tone
from tests.pipeline.sentiment.steps import lines_executed

MAX_PHRASES, MAX_PHRASE = (
    500,
    60,
)  # accounts.yaml's; not imported, because these tests run with the scoring's packages only


def cleaned(text: str, *phrases: str) -> str:
    return clean_text(text, no_tone=NoTone(phrases))


@pytest.mark.parametrize(
    ("text", "phrases", "left"),
    [
        ("Great day at War Zone!", ["War Zone"], "Great day at !"),
        ("wAR zONE and WAR ZONE", ["War Zone"], "and"),
        ("War\n\n Zone", ["War Zone"], ""),
        ("warzone, War Zones, postwar zone", ["War Zone"], "warzone, War Zones, postwar zone"),
        ("War_Zone War Zone_2", ["War Zone"], "War_Zone War Zone_2"),
        ("the Killer Whale's fin", ["Killer Whale"], "the 's fin"),
        ("#sad but #sadcat", ["sad"], "but #sadcat"),
        ("Sad Cat Cafe, Sad Cat, sad", ["Sad", "Sad Cat", "Sad Cat Cafe"], ", ,"),
        ("Sad Cat Cat", ["Sad Cat Cafe", "Sad"], "Cat Cat"),
        ("Sad Sad Cat Cat", ["Sad Cat"], "Sad Cat"),
        ("🔥🔥 Fire", ["🔥"], "Fire"),
        ("I ❤\ufe0f it", ["❤\ufe0f"], "I it"),
        ("it’s Hell’s Kitchen", ["Hell's Kitchen"], "it's"),
        ("Cafe\u0301 and Café", ["Cafe\u0301"], "Cafe\u0301 and"),
        ("İstanbul War Zone İ", ["war zone", "İ"], "İstanbul"),
        ("a.b (x) [y]", ["a.b", "(x)", "[y]", "^", "\\", "-", "|"], ""),
        ("axb", ["a.b"], "axb"),
        ("1984 is long", ["1984"], "is long"),
        ("nothing of it", [], "nothing of it"),
        ("nothing of it", ["@nasa", "https://t.co/a"], "nothing of it"),
    ],
)
def test_a_phrase_is_taken_out_where_it_stands_as_whole_words(
    text: str, phrases: list[str], left: str
) -> None:
    assert cleaned(text, *phrases) == left


def test_what_was_taken_out_is_told_as_it_was_written() -> None:
    removed: list[str] = []
    clean_text("@bob WAR zone #Sad 👍🏽", removed, NoTone(["war zone", "sad"]))
    assert removed == ["@bob", "🏽", "WAR zone", "#Sad"]


def test_a_post_is_scored_as_if_the_phrase_were_not_there() -> None:
    [row] = score_posts(*columns("I love War Zone"), no_tone=NoTone(["War Zone"])).rows(named=True)
    scores = Analyzer().polarity_scores("I love")
    assert {name: row[name] for name in scores} == scores
    assert row["clean_text"] == "I love"


def test_a_post_of_nothing_but_a_phrase_is_not_scored() -> None:
    [row] = score_posts(*columns("War Zone https://t.co/a"), no_tone=NoTone(["War Zone"])).rows(named=True)
    assert (row["clean_text"], row["compound"], row["sentiment"]) == ("", None, None)


def columns(text: str) -> tuple[Any, Any]:
    return pl.Series([text]), pl.Series(["en"])


@pytest.mark.parametrize(
    ("text", "is_in"),
    [
        ("@bob War Zone", True),
        ("WAR &amp; zone", False),
        ("https://x.com/War Zone", False),
        ("https://x.com/a War Zone", True),
        ("", False),
    ],
)
def test_a_post_that_holds_a_phrase_is_known_by_its_text_as_written(text: str, is_in: bool) -> None:
    assert NoTone(["War Zone"]).is_in(text) is is_in


def test_a_list_is_made_ready_once() -> None:
    assert no_tone(("War Zone",)) is no_tone(("War Zone",))


@given(st.text(), st.lists(st.text(min_size=1, max_size=5), max_size=5))
def test_any_text_and_any_phrases_leave_words_of_the_text(text: str, phrases: list[str]) -> None:
    left = cleaned(text, *phrases)
    words = iter(clean_text(text).replace(" ", ""))
    assert all(character in words for character in left.replace(" ", ""))  # in this order
    assert left == " ".join(left.split())


@given(
    st.text("abAB ", max_size=12), st.lists(st.text("ab ", min_size=1, max_size=4), min_size=1, max_size=4)
)
def test_matches_are_those_of_a_regular_expression(text: str, phrases: list[str]) -> None:
    words = sorted({" ".join(phrase.split()) for phrase in phrases} - {""}, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)" if words else "(?!)", re.IGNORECASE)
    plain = " ".join(text.split())
    assert cleaned(text, *phrases) == " ".join(pattern.sub(" ", plain).split())
    assert NoTone(phrases).is_in(text) == bool(pattern.search(plain))


@pytest.mark.parametrize(
    ("phrases", "text"),
    [
        (["a" * length + "b" for length in range(1, MAX_PHRASE)], "a"),
        (["a " * length + "b" for length in range(1, MAX_PHRASE // 2)], "a "),
        (["🔥" * length + "x" for length in range(1, MAX_PHRASE)], "🔥"),
        (
            [chr(0x1F300 + place) + "x" for place in range(MAX_PHRASES)],
            "".join(map(chr, range(0x1F300, 0x1F4F4))),
        ),
        (["#" * length for length in range(1, MAX_PHRASE)], "#"),
    ],
    ids=["one word", "many words", "emoji", "many beginnings", "number signs"],
)
def test_the_worst_list_and_post_take_time_in_proportion_to_the_length_of_the_post(
    phrases: list[str], text: str
) -> None:
    """Measured in lines that are executed, not in seconds."""
    found = NoTone(phrases)
    short, long = (lines_executed(partial(found.remove, (text * length)[:length])) for length in (1000, 4000))
    assert long <= 4.1 * short
    assert long <= 4000 * 6 * MAX_PHRASE
