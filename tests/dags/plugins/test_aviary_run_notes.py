"""A run's note: its day and what the form asked for, whatever the day of its data interval is."""

from datetime import UTC, datetime, time
from types import SimpleNamespace
from typing import Any

import pytest
from aviary_run_notes import RunNotes
from aviary_timetable import LocalDayTimetable

TOKYO = LocalDayTimetable("Asia/Tokyo", time(6))
INTERVAL = datetime(2026, 11, 21, 15, tzinfo=UTC)  # the 22nd in Tokyo


def started(note: str | None = None, timetable: object = TOKYO, **conf: Any) -> Any:
    """Return a run's note after the scheduler has started the run."""
    run = SimpleNamespace(
        conf=conf,
        note=note,
        data_interval_start=INTERVAL,
        run_after=datetime(2026, 11, 22, 21, tzinfo=UTC),
        get_dag=lambda: SimpleNamespace(timetable=timetable),
    )
    RunNotes().on_dag_run_running(run)
    return run.note


@pytest.mark.parametrize(
    ("conf", "note"),
    [
        ({}, "2026-11-22"),
        ({"day": "2026-11-10"}, "2026-11-10"),
        ({"accounts": ["nasa", "@esa"]}, "2026-11-22, only @nasa, @esa"),
        ({"accounts": list("abcdefg")}, "2026-11-22, only @a, @b, @c, @d, @e and 2 more"),
        ({"day": "2026-11-10", "refetch": True}, "2026-11-10, read from X again"),
        ({"render_only": True}, "2026-11-22, only rendered"),
        ({"accounts": ["x\n" * 3000]}, "2026-11-22, only @x x x x x x x x x x"),
    ],
)
def test_the_note_says_the_day_and_what_was_asked_for(conf: dict[str, Any], note: str) -> None:
    assert started(**conf) == note


def test_what_a_person_wrote_stays_and_a_cleared_run_says_it_once() -> None:
    once = started("after the outage")
    assert once == "2026-11-22\n\nafter the outage"
    assert started(once) == once


def test_a_day_that_is_none_is_left_to_plan_to_tell() -> None:
    assert started(day="yesterday") is None


def test_other_dags_are_left_alone() -> None:
    assert started("theirs", timetable=object()) == "theirs"
