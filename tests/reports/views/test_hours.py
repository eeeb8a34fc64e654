"""What the report says about the best time to post."""

import re
from typing import Any

import pytest

from reports.views.hours import hours
from tests.reports.rows import figures, row

BLOCKS = [0, 3, 6, 9, 12, 15, 18]


def days(*engagements: int, count: int = 28) -> list[dict[str, Any]]:
    """Return days with a post in each block, which got so much, a little more on every other day."""
    return [
        row(back, post_engagements=[each + back % 2 for each in engagements], post_hours=BLOCKS)
        for back in range(count)
    ]


def test_a_clear_best_time_is_named_with_its_interval() -> None:
    view = hours(figures(*days(100, 100, 100, 100, 100, 100, 300)))
    said = re.fullmatch(
        r"Best time: 18:00–21:00, (\d\.\d\d)× a usual post \(95% interval (\d\.\d\d)–(\d\.\d\d)×\), "
        r"over 28 posts\. A pattern, not proof that the time is the cause\.",
        view.note,
    )
    assert said
    times, low, high = map(float, said.groups())
    assert 1 < low < times < high
    assert times == pytest.approx(3, abs=0.2)


def test_without_one_the_page_says_so_and_how_close_it_is() -> None:
    view = hours(figures(*days(100, 100, 100, 100, 100, 100, 101)))
    assert re.fullmatch(
        r"No clear best time: \d\d:00–\d\d:00 did best with 1\.\d\d× a usual post \(95% interval "
        r"\d\.\d\d–\d\.\d\d×\), over 28 posts, too close to 1× to be sure or to matter\.",
        view.note,
    )


def test_in_the_first_weeks_the_page_says_what_it_waits_for() -> None:
    view = hours(figures(*days(100, 100, 100, 100, 100, 100, 300, count=13)))
    assert view.blocks == ()
    assert view.note == (
        "A best time is looked for after 14 days with posts, in three-hour blocks that have 7 such days."
    )


def test_the_table_has_every_block_that_is_known() -> None:
    view = hours(figures(*days(100, 100, 100, 100, 100, 100, 300)))
    assert [block.hours for block in view.blocks] == [f"{hour:02d}:00–{hour + 3:02d}:00" for hour in BLOCKS]
    assert {block.posts for block in view.blocks} == {"28"}
    assert f"{view.blocks[-1].times} a usual post (95% interval {view.blocks[-1].interval})" in view.note
