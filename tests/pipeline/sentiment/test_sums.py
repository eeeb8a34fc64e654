"""Scores as either kind of interpreter gives them, on any; `make test-pythons` holds both against the real ones."""

import sys

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.sentiment import Analyzer, score_posts
from pipeline.sentiment.sums import ADDERS, OWN_SUMS, Sums, add_compensated, add_plain
from tests.pipeline.sentiment.texts import LABELLED, labelled_tweets

OWN = {"plain": add_plain, "compensated": add_compensated}[OWN_SUMS]
BOTH: list[Sums] = ["plain", "compensated"]
EXAMPLE = "horrible nice awful excellent!"
FLOATS = st.lists(st.floats() | st.sampled_from([1e308, 1e16, 1.0, 0.1, -0.1, 1e-300, 0.0, -0.0]))


def test_this_interpreter_is_known() -> None:
    assert ("plain" if sys.version_info < (3, 12) else "compensated") == OWN_SUMS


@given(FLOATS)
@example([1e308, 1e308, -1e308])
@example([float("inf"), -1.0])
@example([-0.0])
@example([1.0, 1e100, 1.0, -1e100])
@example([1e16, 1.0, 1e-16])  # `math.fsum` gives another number
def test_python_adds_like_the_function_named_for_it(values: list[float]) -> None:
    assert repr(float(sum(values))) == repr(OWN(values))
    assert ADDERS[None] is ADDERS[OWN_SUMS] is sum


@pytest.mark.parametrize(
    ("values", "plain", "compensated"),
    [
        ([0.1] * 10, "0.9999999999999999", "1.0"),
        ([1.0, 1e100, 1.0, -1e100], "0.0", "2.0"),
        ([1e308, 1e308, -1e308], "inf", "inf"),
        ([1e16, 1.0, 1e-16], "1e+16", "1e+16"),
        ([2.7, -2.5, 1.8, -2.0], "0.0", "2.220446049250313e-16"),
        ([-0.0], "0.0", "0.0"),
        ([], "0.0", "0.0"),
    ],
)
def test_sums_that_python_3_11_and_3_12_gave(values: list[float], plain: str, compensated: str) -> None:
    assert (repr(add_plain(values)), repr(add_compensated(values))) == (plain, compensated)


def test_the_text_that_the_documentation_names() -> None:
    scores = [Analyzer(sums=sums).polarity_scores(EXAMPLE)["compound"] for sums in BOTH]
    assert scores == [0.0, 0.0752]
    text, lang = pl.Series([EXAMPLE]), pl.Series(["en"])
    assert [score_posts(text, lang, sums)["compound"].item() for sums in BOTH] == scores
    assert [score_posts(text, lang, sums)["sentiment"].item() for sums in BOTH] == ["neutral", "positive"]
    assert score_posts(text, lang).equals(score_posts(text, lang, OWN_SUMS))


@pytest.mark.skipif(not LABELLED.exists(), reason="the labelled tweets in ../shared are not here")
def test_without_a_kind_scores_are_this_interpreters() -> None:
    own, named = Analyzer(), Analyzer(sums=OWN_SUMS)
    [other] = [Analyzer(sums=sums) for sums in BOTH if sums != OWN_SUMS]
    differ = 0
    for tweet in labelled_tweets():
        scores = own.polarity_scores(tweet.text)
        assert scores == named.polarity_scores(tweet.text)
        differ += scores != other.polarity_scores(tweet.text)
    assert differ < 5
