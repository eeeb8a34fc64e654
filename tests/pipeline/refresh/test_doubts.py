"""What answers of X prove: the table of cases, and that neither order nor repetition matters."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lake.doubts import Doubts, PostDoubt
from pipeline.refresh.doubts import by_day, decide, is_deleted, is_open, is_refused, is_waiting, merge

DAY = date(2026, 11, 21)
RUN = date(2026, 11, 23)
START = datetime(2026, 11, 23, 6, tzinfo=UTC)


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def doubt(absent: float = 0, *, not_found: tuple[float, ...] = (), **changes: Any) -> PostDoubt:
    """Return a doubt; instants in hours after START."""
    instants = {
        name: at(value) if isinstance(value, int | float) else value for name, value in changes.items()
    }
    return PostDoubt(day=DAY, absent_at=at(absent), not_found=tuple(map(at, not_found)), **instants)


def of(*doubts: PostDoubt) -> Doubts:
    return Doubts(posts={str(number): each for number, each in enumerate(doubts, 1)})


@pytest.mark.parametrize(
    ("found", "deleted"),
    [
        (doubt(), False),  # absence alone
        (doubt(not_found=(0,)), False),
        (doubt(not_found=(0, 24)), True),
        (doubt(not_found=(0, 20)), True),
        (doubt(not_found=(0, 19.99)), False),
        (doubt(not_found=(-5.9, 17.9)), False),  # nearly a day apart, on one UTC day
        (doubt(not_found=(-6, 18)), True),  # midnight is of the next one
        (doubt(not_found=(0, 10, 20)), True),  # none of them next to each other is far enough
        (doubt(not_found=(0, 24), living_at=-1), True),  # before the doubt
        (doubt(24, not_found=(0, 24), living_at=24), False),  # a sign of life ends the doubt
        (doubt(not_found=(0, 24), removed_by=RUN), False),  # it is removed already
        (doubt(not_found=(0, 24), removed_at=30), False),
    ],
)
def test_a_post_is_deleted_once_x_said_so_on_two_utc_days_twenty_hours_apart(
    found: PostDoubt, deleted: bool
) -> None:
    assert is_deleted(found) == deleted


def test_days_are_those_of_utc_whatever_offset_an_instant_is_written_with() -> None:
    written = ("2026-11-23T14:10:00+14:00", "2026-11-24T13:50:00+14:00")  # 00:10 and 23:50 UTC of one day
    found = doubt().model_copy(update={"not_found": tuple(map(datetime.fromisoformat, written))})
    assert not is_deleted(found)


def test_what_x_last_said_is_what_counts() -> None:
    assert is_refused(doubt(refused_at=5))
    assert is_refused(doubt(not_found=(4,), refused_at=5))
    assert not is_refused(doubt(not_found=(5,), refused_at=5))
    assert not is_refused(doubt(not_found=(4, 9), refused_at=5))
    assert not is_refused(doubt(9, living_at=6, refused_at=5))
    assert not is_refused(doubt(5, living_at=5, refused_at=6))  # there is no doubt
    assert not is_refused(doubt())


def test_a_doubt_is_open_until_the_post_is_seen_again_or_removed() -> None:
    assert is_open(doubt())
    assert is_open(doubt(0, living_at=-1))
    assert not is_open(doubt(0, living_at=0))
    assert not is_open(doubt(removed_by=RUN))
    assert not is_open(doubt(removed_at=1))


def test_what_waited_before_the_post_was_seen_again_waits_no_more() -> None:
    assert is_waiting(doubt(not_found=(0, 24), waiting_at=24))
    assert is_waiting(doubt(9, living_at=6, waiting_at=7))
    assert not is_waiting(doubt(9, living_at=6, waiting_at=6))
    assert not is_waiting(doubt(not_found=(0, 24)))
    assert not is_waiting(doubt(waiting_at=24, removed_at=30))


@pytest.mark.parametrize(
    ("deleted", "stored", "waits"),
    [
        (10, 10, False),  # not more than ten
        (11, 11, True),
        (11, 54, True),
        (11, 55, False),  # a fifth, and not more
        (200, 1000, False),
        (201, 1000, True),
    ],
)
def test_more_than_ten_and_more_than_a_fifth_wait(deleted: int, stored: int, waits: bool) -> None:
    found = decide(of(*[doubt(not_found=(0, 24))] * deleted), RUN, (), stored).posts.values()
    assert {is_waiting(each) for each in found} == {waits}
    assert {each.removed_by for each in found} == {None if waits else RUN}
    assert {each.waiting_at for each in found} == {at(24) if waits else None}


def test_only_what_is_proved_is_decided_about() -> None:
    before = of(
        doubt(), doubt(not_found=(0,)), doubt(30, living_at=30, not_found=()), doubt(not_found=(0, 24))
    )
    after = decide(before, RUN, (), 100)
    assert [each.removed_by for each in after.posts.values()] == [None, None, None, RUN]
    assert decide(before, RUN, {"4"}, 100) == before  # it was forgotten otherwise


def test_what_waits_goes_on_waiting_and_counts_with_what_is_found_later() -> None:
    waiting = [doubt(not_found=(0, 24), waiting_at=24)] * 10
    later = decide(of(*waiting, doubt(not_found=(24, 48))), RUN, (), 50)
    assert all(map(is_waiting, later.posts.values()))
    # Beside much that is still there, what is found later is not many; the others wait none the less.
    later = decide(of(*waiting, doubt(not_found=(24, 48))), RUN, (), 1000)
    assert [is_waiting(each) for each in later.posts.values()] == [True] * 10 + [False]
    assert later.posts["11"].removed_by == RUN


def test_a_decision_is_not_taken_twice() -> None:
    once = decide(of(*[doubt(not_found=(0, 24))] * 3), RUN, (), 100)
    assert decide(once, RUN + timedelta(days=1), (), 100) == once


def test_days_and_ids_come_in_order() -> None:
    other = doubt().model_copy(update={"day": DAY - timedelta(days=1)})
    found = by_day({"10": doubt(), "9": doubt(), "1": other})
    assert list(found.items()) == [(other.day, ("1",)), (DAY, ("9", "10"))]


INSTANTS = st.integers(0, 60).map(at)
DOUBTS = st.builds(
    PostDoubt,
    day=st.just(DAY),
    absent_at=INSTANTS,
    not_found=st.lists(INSTANTS, max_size=3, unique=True).map(lambda found: tuple(sorted(found))),
    living_at=st.none() | INSTANTS,
    refused_at=st.none() | INSTANTS,
    waiting_at=st.none() | INSTANTS,
    removed_by=st.none() | st.dates(RUN, RUN + timedelta(days=3)),
    removed_at=st.none() | INSTANTS,
)
RECORDS = st.dictionaries(st.sampled_from(["9", "10", "11"]), DOUBTS, max_size=3).map(
    lambda posts: merge(
        Doubts(posts=posts), Doubts(posts={})
    )  # as stored: nothing from before a sign of life
)


@given(st.lists(RECORDS, min_size=1, max_size=3))
def test_neither_the_order_of_what_is_learned_nor_a_repetition_matters(records: list[Doubts]) -> None:
    def merged(order: tuple[Doubts, ...]) -> Doubts:
        known = Doubts(posts={})
        for record in (*order, *order[:1]):
            known = merge(known, record)
        return known

    assert len({merged(order).model_dump_json() for order in permutations(records)}) == 1
    assert merge(records[0], records[0]) == records[0]
    assert merge(merged(tuple(records)), merged(tuple(records))) == merged(tuple(records))


@given(RECORDS)
def test_a_sign_of_life_undoes_every_earlier_answer(record: Doubts) -> None:
    alive = Doubts(
        posts={
            post_id: PostDoubt(day=DAY, absent_at=each.absent_at, living_at=at(61))
            for post_id, each in record.posts.items()
        }
    )
    after = merge(record, alive).posts.values()
    assert not any(
        is_open(each) or is_deleted(each) or is_waiting(each) or is_refused(each) for each in after
    )
    assert {each.not_found for each in after} <= {()}


def test_the_newest_instants_count_and_all_refusals_to_find_it_since_it_was_seen() -> None:
    one = of(doubt(1, not_found=(2, 9), living_at=3, refused_at=1, waiting_at=4, removed_by=RUN))
    other = of(doubt(7, not_found=(5, 3), refused_at=6, removed_by=RUN - timedelta(days=1), removed_at=8))
    assert merge(one, other) == of(
        doubt(
            7,
            not_found=(5, 9),
            living_at=3,
            refused_at=6,
            waiting_at=4,
            removed_by=RUN - timedelta(days=1),
            removed_at=8,
        )
    )
