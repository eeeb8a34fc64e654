"""What the posts are about, on the page."""

from dataclasses import replace

import pytest

from reports.figures.day import DayFigures
from reports.views.topics import topics, topics_of_account
from tests.reports.rendered import figures_of
from tests.reports.world import world


@pytest.fixture(scope="module")
def figures() -> DayFigures:
    """Return a day with more topics than a page has room for."""
    found = figures_of(world())
    assert found.topics is not None
    assert found.topics.terms.height > 7
    return found


def test_a_day_shows_seven_topics_an_account_five_and_both_all_formats(figures: DayFigures) -> None:
    assert figures.topics is not None
    formats = figures.topics.formats.height
    of_one = replace(figures, accounts=figures.accounts.head(1))
    shown = [view.rows for view in (topics(figures), topics(of_one), topics_of_account(figures)) if view]
    assert [len(rows) - formats for rows in shown] == [7, 5, 5]
