"""Days are windows `[start, end)` that cover time once and without a hole, in every timezone."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConfigError
from pipeline.window import (
    Window,
    expected_report,
    last_full_day,
    parse_day,
    run_day_of,
    tiled,
)

ZONES = sorted(available_timezones() - {"localtime"})  # that one is whatever the machine says
zones = st.sampled_from(ZONES)
days = st.dates(date(2006, 3, 21), date(2037, 12, 31))  # X began in 2006
instants = st.datetimes(datetime(2006, 3, 22), datetime(2037, 12, 30), timezones=st.just(UTC))


def hours(day: date, zone: str) -> float:
    window = Window(day, zone)
    return (window.end - window.start) / timedelta(hours=1)


@given(days, zones)
def test_each_day_begins_where_the_one_before_ends(day: date, zone: str) -> None:
    assert Window(day, zone).end == Window(day + timedelta(days=1), zone).start


@given(instants, zones)
def test_every_instant_belongs_to_its_local_day_and_to_no_other(instant: datetime, zone: str) -> None:
    local = instant.astimezone(ZoneInfo(zone)).date()
    around = [local + timedelta(days=step) for step in (-2, -1, 0, 1, 2)]
    holding = [
        day for day in around if Window(day, zone).start <= instant.astimezone(UTC) < Window(day, zone).end
    ]
    assert holding == [local]


@given(days, zones)
def test_a_day_starts_and_ends_in_utc(day: date, zone: str) -> None:
    window = Window(day, zone)
    assert window.start.utcoffset() == window.end.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("UTC", "2026-11-22", 24),
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Africa/Cairo", "2026-04-24", 23),  # the clock jumps from midnight to one
        ("Asia/Beirut", "2026-03-29", 23),
        ("America/Asuncion", "2024-10-06", 23),
        ("Antarctica/Troll", "2026-03-29", 22),
        ("Pacific/Apia", "2011-12-30", 0),  # Samoa crossed the date line and left this day out
    ],
)
def test_a_day_is_as_long_as_its_clocks_say(zone: str, day: str, length: float) -> None:
    assert hours(date.fromisoformat(day), zone) == length


def test_where_midnight_is_skipped_the_day_begins_at_the_first_instant_there_is() -> None:
    start = Window(date(2026, 4, 24), "Africa/Cairo").start.astimezone(ZoneInfo("Africa/Cairo"))
    assert start.isoformat() == "2026-04-24T01:00:00+03:00"


@given(instants, zones)
def test_the_last_full_day_is_closed_and_the_next_is_not(now: datetime, zone: str) -> None:
    last = last_full_day(now, zone)
    Window(last, zone).require_closed(now)
    with pytest.raises(ConfigError, match=f"the last full day is {last}"):
        Window(last + timedelta(days=1), zone).require_closed(now)


def test_a_day_is_closed_ten_seconds_after_its_end_when_x_will_answer() -> None:
    window = Window(date(2026, 11, 22), "Europe/Berlin")
    ready = window.end + timedelta(seconds=10)  # X refuses an end that is nearer
    window.require_closed(ready)
    with pytest.raises(ConfigError, match="2026-11-22 is not over in Europe/Berlin"):
        window.require_closed(ready - timedelta(microseconds=1))


def test_collecting_waits_for_the_local_time_of_the_morning_after() -> None:
    wall_clock = Window(date(2026, 10, 24), "Europe/Berlin").collect_at(time(6))
    assert wall_clock == datetime(2026, 10, 25, 5, tzinfo=UTC)  # winter time by then


@given(days)
def test_a_day_reads_back_from_how_it_is_written(day: date) -> None:
    assert parse_day(str(day)) == day


@given(st.text() | st.from_regex(r"[0-9-]{8,10}", fullmatch=True) | st.dates().map(str))
def test_any_text_is_a_day_x_may_have_posts_of_or_one_clear_line(text: str) -> None:
    try:
        day = parse_day(text)
    except ConfigError as error:
        assert len(error.problems) == 1
        assert str(error).isprintable()
        assert "2026-11-22" in str(error)
    else:
        assert str(day) == text
        for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
            assert Window(day, zone).start < Window(day, zone).end


@pytest.mark.parametrize(
    "text", ["2026-W47-7", "20261122", "2026-1-2", "2026-02-30", "0001-01-01", "9999-12-31"]
)
def test_other_spellings_and_days_without_x_are_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_day(text)


def test_a_run_is_for_the_day_asked_else_its_intervals_else_the_last_full_one() -> None:
    now = datetime(2026, 11, 23, 6, tzinfo=UTC)
    interval = datetime(2026, 11, 19, 23, tzinfo=UTC)  # midnight in Berlin
    assert run_day_of("2026-11-01", interval, "Europe/Berlin", now) == date(2026, 11, 1)
    assert run_day_of(None, interval, "Europe/Berlin", now) == date(2026, 11, 20)
    assert run_day_of("", None, "Europe/Berlin", now) == date(2026, 11, 22)
    assert run_day_of(None, None, "Pacific/Honolulu", now) == date(2026, 11, 21)


# --- days beside each other when the timezone changes ----------------------------------------------


@given(days, st.lists(zones, min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_days_in_any_order_and_of_any_timezones_hold_no_instant_twice_and_leave_none_out(
    first: date, timezones: list[str], order: Random
) -> None:
    """As long as no day is refused because the others leave nothing of it."""
    stored: dict[date, Window] = {}
    wanted = [(first + timedelta(days=number), zone) for number, zone in enumerate(timezones)]
    order.shuffle(wanted)
    for day, zone in wanted:
        try:
            stored[day] = tiled(day, zone, list(stored.values()))
        except ConfigError:
            continue
    windows = [stored[day] for day in sorted(stored)]
    assert all(window.start < window.end for window in windows)
    for before, after in pairwise(windows):
        assert before.end <= after.start
        if after.day - before.day == timedelta(days=1):
            assert before.end == after.start


@given(days, zones)
def test_beside_days_of_its_own_timezone_a_day_is_the_local_day(day: date, zone: str) -> None:
    around = [Window(day + timedelta(days=step), zone) for step in (-2, -1, 1, 2)]
    nominal = Window(day, zone)
    if nominal.start < nominal.end:  # Samoa left a day out
        assert tiled(day, zone, around) == nominal
        assert tiled(day, zone, []).is_whole


def test_a_day_after_a_move_to_the_east_is_shorter_and_after_one_to_the_west_longer() -> None:
    day, eve = date(2026, 11, 22), date(2026, 11, 21)
    assert tiled(day, "Asia/Tokyo", [Window(eve, "America/New_York")]).hours == 10
    assert tiled(day, "America/New_York", [Window(eve, "Asia/Tokyo")]).hours == 38


def test_a_day_of_which_the_stored_days_leave_nothing_is_refused() -> None:
    day = date(2026, 11, 22)
    beside = [
        Window(day - timedelta(days=1), "Etc/GMT+12"),
        Window(day + timedelta(days=1), "Pacific/Kiritimati"),
    ]
    with pytest.raises(
        ConfigError, match=f"nothing is left of {day} in UTC: .*; run another day, or set the timezone"
    ):
        tiled(day, "UTC", beside)


def test_a_day_further_off_that_reaches_past_its_neighbour_is_not_entered() -> None:
    """Two days before, stored by a timezone far to the west of this one; the day in between is not stored."""
    day = date(2026, 11, 22)
    late = Window(day - timedelta(days=2), "UTC", ends=Window(day, "UTC").start + timedelta(hours=3))
    early = Window(day + timedelta(days=2), "UTC", starts=Window(day, "UTC").end - timedelta(hours=2))
    window = tiled(day, "UTC", [late, early])
    assert (window.start, window.end) == (late.end, early.start)


def test_a_day_of_no_length_is_refused_too() -> None:
    day = date(2026, 11, 22)
    edge = Window(day, "UTC").start + timedelta(hours=5)
    beside = [
        Window(day - timedelta(days=1), "UTC", ends=edge),
        Window(day + timedelta(days=1), "UTC", starts=edge),
    ]
    with pytest.raises(ConfigError, match="nothing is left"):
        tiled(day, "UTC", beside)


def test_a_refused_text_is_shown_up_to_forty_characters() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_day("x" * 100)
    assert str(caught.value).startswith(f"'{'x' * 40}' is not a day")


@given(instants, zones, st.times())
def test_the_report_that_is_expected_is_the_newest_that_is_due(
    instant: datetime, zone: str, collect_at: time
) -> None:
    found = expected_report(instant, zone, collect_at)
    assert found.hours
    assert found.collect_at(collect_at) + timedelta(hours=2) <= instant
    after = [Window(found.day + timedelta(days=step), zone) for step in (1, 2, 3)]
    assert all(day.collect_at(collect_at) + timedelta(hours=2) > instant or not day.hours for day in after)


@pytest.mark.parametrize(("now", "day"), [(time(7, 59, 59, 999_999), 21), (time(8), 22)])
def test_a_report_is_expected_two_hours_after_its_collect_at(now: time, day: int) -> None:
    instant = datetime.combine(date(2026, 11, 23), now, UTC)
    assert expected_report(instant, "UTC", time(6)).day == date(2026, 11, day)


def test_no_report_is_expected_of_a_day_that_does_not_exist() -> None:
    assert expected_report(datetime(2011, 12, 31, tzinfo=UTC), "Pacific/Apia", time(6)).day == date(
        2011, 12, 29
    )
