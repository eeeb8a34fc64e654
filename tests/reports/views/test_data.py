"""What the figures are based on, in words."""

from dataclasses import replace

import pytest

from reports.figures.day import DayFigures
from reports.views.data import data, not_compared
from tests.reports.rendered import figures_of
from tests.reports.world import world


@pytest.fixture(scope="module")
def figures() -> DayFigures:
    return figures_of(world())


def said(figures: DayFigures, name: str) -> str:
    [text] = [fact.text for fact in data(figures).facts if fact.name == name]
    return text


def test_where_french_posts_are_scored_it_says_what_scored_which(figures: DayFigures) -> None:
    based_on = replace(figures.data, posts=1500, scored=1234, french=34, not_scored=(("de", 266),))
    assert said(replace(figures, data=based_on), "Sentiment") == (
        "1,234 of 1,500 posts scored: 1,200 English by VADER, 34 French by a lexicon; not scored: 266 German"
    )


def test_without_french_posts_it_says_how_many_are_scored(figures: DayFigures) -> None:
    based_on = replace(figures.data, posts=1500, scored=1234, french=0, not_scored=(("fr", 266),))
    assert (
        said(replace(figures, data=based_on), "Sentiment")
        == "1,234 of 1,500 posts scored; not scored: 266 French"
    )


@pytest.mark.parametrize(
    ("retweets", "words"),
    [
        (1, "; 1 of the kept posts is a retweet, which the figures do not count"),
        (1_200, "; 1,200 of the kept posts are retweets, which the figures do not count"),
        (0, "forgotten"),
    ],
)
def test_retweets_that_are_stored_and_not_counted_are_named(
    figures: DayFigures, retweets: int, words: str
) -> None:
    assert said(replace(figures, data=replace(figures.data, retweets=retweets)), "Posts").endswith(words)


def test_posts_with_a_phrase_without_tone_are_counted(figures: DayFigures) -> None:
    based_on = replace(figures.data, no_tone_posts=1)
    assert said(replace(figures, data=based_on), "Sentiment").endswith("; 1 post held a phrase without tone")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, "1 day is not a whole local day and is not compared"),
        (3, "3 days are not whole local days and are not compared"),
    ],
)
def test_days_that_are_no_whole_local_days_are_named(figures: DayFigures, days: int, words: str) -> None:
    assert (
        not_compared(replace(figures, not_compared=replace(figures.not_compared, partial_days=days))) == words
    )
