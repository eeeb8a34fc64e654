"""Ids tell when they were made, and the first id of an instant comes before all others of it."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from pipeline.x_api.snowflakes import first_id_at, written_at


@given(st.integers(30_000_000_000, 2**63 - 1))
def test_the_first_id_of_an_instant_is_the_smallest_of_its_millisecond(post_id: int) -> None:
    instant = written_at(str(post_id))
    assert instant is not None
    first = first_id_at(instant)
    assert first <= post_id < first + 2**22
    assert first == 1 or written_at(str(max(first, 30_000_000_000))) == instant


def test_before_ids_told_the_time_there_is_no_smaller_one() -> None:
    assert first_id_at(datetime(2006, 3, 21, 20, 50, 14, tzinfo=UTC)) == 1
