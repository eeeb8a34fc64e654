"""What the figures are based on, in words."""

from dataclasses import replace

import pytest

from reports.figures.day import DayFigures
from reports.views.data import data
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
