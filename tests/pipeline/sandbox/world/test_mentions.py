"""How often others mention an invented account: the same whenever it is asked for, and more on its bad day."""

import statistics
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.sandbox.world.mentions import HOUR_MS, mentions_between
from pipeline.sandbox.world.snowflakes import DAY_MS, day_start_ms
from pipeline.sandbox.world.timelines import World
from tests.examples import examples

STORY_DAY = date(2026, 11, 22)
WORLD = World(story_day=STORY_DAY)
START = day_start_ms(STORY_DAY)


def of_day(handle: str, day: date) -> int:
    return mentions_between(WORLD, handle, day_start_ms(day), day_start_ms(day) + DAY_MS)


@examples(60)
@given(st.from_regex(r"[a-z0-9_]{1,15}", fullmatch=True), st.lists(st.integers(0, DAY_MS), max_size=5))
def test_the_parts_of_a_day_add_up_to_the_day(handle: str, cuts: list[int]) -> None:
    edges = [START, *(START + cut for cut in sorted(cuts)), START + DAY_MS]
    parts = [mentions_between(WORLD, handle, *part) for part in pairwise(edges)]
    assert all(part >= 0 for part in parts)
    assert sum(parts) == of_day(handle, STORY_DAY)


def test_nobody_mentions_an_account_before_it_joined() -> None:
    joined = WORLD.persona("northwindair").joined
    assert of_day("northwindair", joined - timedelta(days=1)) == 0
    assert of_day("northwindair", joined) > 0


def test_an_account_s_bad_day_is_talked_about_from_its_first_moment_on() -> None:
    usual = statistics.median(
        of_day("northwindair", STORY_DAY - timedelta(days=back)) for back in range(1, 14)
    )
    assert 3 < of_day("northwindair", STORY_DAY) / usual < 6
    seven = START + 7 * HOUR_MS  # the story begins at 07:18
    before = mentions_between(WORLD, "northwindair", seven - HOUR_MS, seven)
    assert mentions_between(WORLD, "northwindair", seven, seven + HOUR_MS) > 3 * before


def test_a_day_without_a_story_is_like_the_others() -> None:
    days = [of_day("fernandpine", STORY_DAY - timedelta(days=back)) for back in range(28)]
    assert max(days) < 2.5 * statistics.median(days)
