"""A run for each local day, in order and without a gap, in every timezone, started when the day is due."""

import json
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pendulum
import pytest
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction
from airflow.utils.types import DagRunType
from aviary_timetable import LocalDayTimetable
from hypothesis import given
from hypothesis import strategies as st

from pipeline import clock
from pipeline.window import Window, last_full_day, run_day_of

SIX = time(6)
ZONES = [
    "UTC",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Pacific/Apia",
]
zones = st.sampled_from(ZONES)
days = st.dates(date(2007, 1, 1), date(2037, 11, 30))
times = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def midnight(day: date) -> pendulum.DateTime:
    """Return a date as Airflow's command line reads it."""
    return pendulum.datetime(day.year, day.month, day.day)


def runs_between(timetable: LocalDayTimetable, first: date, last: date) -> list[DagRunInfo]:
    """Return the runs that a backfill from `first` to `last` creates, as Airflow iterates over them."""
    bounds = TimeRestriction(midnight(first), midnight(last), catchup=True)
    found: list[DagRunInfo] = []
    while info := timetable.next_dagrun_info_v2(
        last_dagrun_info=found[-1] if found else None, restriction=bounds
    ):
        found.append(info)
    return found


def interval_of(info: DagRunInfo | None) -> DataInterval:
    assert info is not None
    assert info.data_interval is not None
    return info.data_interval


def next_without_catchup(
    timetable: LocalDayTimetable, last: date | None, zone: str, earliest: date = date(2026, 1, 1)
) -> DagRunInfo:
    before = None
    if last:
        window = Window(last, zone)
        before = DataInterval(pendulum.instance(window.start), pendulum.instance(window.end))
    info = timetable.next_dagrun_info(
        last_automated_data_interval=before,
        restriction=TimeRestriction(midnight(earliest), None, catchup=False),
    )
    assert info is not None
    return info


@given(days, st.integers(0, 40), zones, times)
def test_a_backfill_runs_each_of_its_days_once_with_the_days_own_window(
    first: date, more: int, zone: str, collect_at: time
) -> None:
    last = first + timedelta(days=more)
    infos = runs_between(LocalDayTimetable(zone, collect_at), first, last)

    windows = [Window(first + timedelta(days=step), zone) for step in range(more + 1)]
    expected = [(window.start, window.end) for window in windows if window.hours]
    assert [tuple(interval_of(info)) for info in infos] == expected
    for one, other in pairwise(infos):
        assert interval_of(one).end == interval_of(other).start
        assert one.run_after < other.run_after


@given(days, zones, times)
def test_a_run_starts_at_collect_at_on_the_following_morning_and_never_before_its_day_can_be_read(
    day: date, zone: str, collect_at: time
) -> None:
    for info in runs_between(LocalDayTimetable(zone, collect_at), day, day):
        window = Window(day, zone)
        window.require_closed(info.run_after)
        wanted = window.collect_at(collect_at)
        assert info.run_after == max(wanted, window.end + timedelta(seconds=10))
        assert run_day_of(None, interval_of(info).start, zone, info.run_after) == day


@pytest.mark.parametrize(
    ("zone", "day", "hours", "starts"),
    [
        ("America/New_York", "2026-03-08", 23, "2026-03-09T06:00:00-04:00"),
        ("America/New_York", "2026-11-01", 25, "2026-11-02T06:00:00-05:00"),
        ("Europe/Berlin", "2026-03-29", 23, "2026-03-30T06:00:00+02:00"),
        ("Europe/Berlin", "2026-10-25", 25, "2026-10-26T06:00:00+01:00"),
        (
            "America/Sao_Paulo",
            "2018-11-04",
            23,
            "2018-11-05T06:00:00-02:00",
        ),  # this day begins at one o'clock
        ("America/Sao_Paulo", "2019-02-16", 25, "2019-02-17T06:00:00-03:00"),
        ("Asia/Tokyo", "2026-11-22", 24, "2026-11-23T06:00:00+09:00"),
    ],
)
def test_days_on_which_clocks_change_are_as_long_as_they_are(
    zone: str, day: str, hours: int, starts: str
) -> None:
    (info,) = runs_between(LocalDayTimetable(zone, SIX), date.fromisoformat(day), date.fromisoformat(day))
    interval = interval_of(info)
    assert interval.end - interval.start == timedelta(hours=hours)
    assert info.run_after == datetime.fromisoformat(starts)


@given(st.datetimes(datetime(2007, 1, 1), datetime(2037, 11, 30), timezones=st.just(UTC)), zones)
def test_a_manual_run_is_for_the_last_full_day_at_any_hour(now: datetime, zone: str) -> None:
    start, end = LocalDayTimetable(zone, SIX).infer_manual_data_interval(run_after=pendulum.instance(now))

    assert start < end <= now
    if Window(last_full_day(now, zone), zone).hours:
        assert run_day_of(None, start, zone, now) == last_full_day(now, zone)


@given(st.datetimes(datetime(2026, 2, 1), datetime(2037, 11, 30), timezones=st.just(UTC)), zones, times)
def test_without_catchup_the_first_run_is_the_newest_that_is_due(
    now: datetime, zone: str, collect_at: time
) -> None:
    timetable = LocalDayTimetable(zone, collect_at)
    with clock.frozen(now):
        info = next_without_catchup(timetable, None, zone)
    after = run_day_of(None, interval_of(info).start, zone, now) + timedelta(days=1)
    (following,) = runs_between(timetable, after, after)
    assert info.run_after <= now < following.run_after


def test_without_catchup_days_that_were_missed_are_left_out_but_none_is_run_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    zone = "America/New_York"
    timetable = LocalDayTimetable(zone, SIX)
    monkeypatch.setenv("AVIARY_NOW", "2026-11-23T08:00:00Z")  # three in the morning: the 22nd is not due

    def run_after(last: str) -> str:
        info = next_without_catchup(timetable, date.fromisoformat(last), zone)
        return interval_of(info).start.isoformat()

    assert run_after("2026-11-02") == "2026-11-21T05:00:00+00:00"
    assert run_after("2026-11-21") == "2026-11-22T05:00:00+00:00"
    assert run_after("2026-11-22") == "2026-11-23T05:00:00+00:00"
    later = next_without_catchup(timetable, date(2026, 11, 1), zone, earliest=date(2026, 12, 24))
    assert interval_of(later).start.isoformat() == "2026-12-24T05:00:00+00:00"


def test_bounds_with_a_time_are_instants() -> None:
    timetable = LocalDayTimetable("America/New_York", SIX)
    first, last = (pendulum.datetime(2026, 11, day, tz="America/New_York") for day in (10, 11))
    infos: list[DagRunInfo] = []
    while info := timetable.next_dagrun_info(
        last_automated_data_interval=infos[-1].data_interval if infos else None,
        restriction=TimeRestriction(first, last, catchup=True),
    ):
        infos.append(info)
    assert [interval_of(info).start for info in infos] == [first, last]

    a_second_later = TimeRestriction(first.add(seconds=1), None, catchup=True)
    info = timetable.next_dagrun_info(last_automated_data_interval=None, restriction=a_second_later)
    assert interval_of(info).start == last


def test_without_a_beginning_nothing_is_scheduled() -> None:
    unbounded = TimeRestriction(None, None, catchup=True)
    timetable = LocalDayTimetable("UTC", SIX)
    assert timetable.next_dagrun_info(last_automated_data_interval=None, restriction=unbounded) is None


@given(days, st.sampled_from([zone for zone in ZONES if zone != "Pacific/Apia"]), zones)
def test_after_a_change_of_the_timezone_the_next_run_is_of_the_next_day(
    day: date, before: str, after: str
) -> None:
    """Their windows then meet (`pipeline.window.tiled`). Only an interval from UTC+13 is taken for the day before."""
    old, new = Window(day, before), Window(day + timedelta(days=1), after)
    info = LocalDayTimetable(after, SIX).next_dagrun_info(
        last_automated_data_interval=DataInterval(pendulum.instance(old.start), pendulum.instance(old.end)),
        restriction=TimeRestriction(None, None, catchup=True),
    )
    assert not new.hours or tuple(interval_of(info)) == (new.start, new.end)


@given(zones, times, days)
def test_a_schedule_that_airflow_stored_is_the_same_schedule(zone: str, collect_at: time, day: date) -> None:
    from airflow.serialization.decoders import decode_timetable
    from airflow.serialization.encoders import encode_timetable

    timetable = LocalDayTimetable(zone, collect_at)
    stored = json.loads(json.dumps(encode_timetable(timetable)))
    read = decode_timetable(stored)

    assert read.serialize() == timetable.serialize()
    assert read.summary == f"{collect_at:%H:%M} {zone}"
    bounds = TimeRestriction(midnight(day), None, catchup=True)
    assert read.next_dagrun_info(
        last_automated_data_interval=None, restriction=bounds
    ) == timetable.next_dagrun_info(last_automated_data_interval=None, restriction=bounds)


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_airflows_backfill_runs_the_first_and_the_last_of_thirty_days(zone: str) -> None:
    """By the schedule as Airflow has stored it; New York sets its clocks back on 1 November."""
    from airflow.sdk import DAG
    from airflow.serialization.serialized_objects import DagSerialization

    first, last = date(2026, 10, 15), date(2026, 11, 13)
    dag = DAG("daily", schedule=LocalDayTimetable(zone, SIX), start_date=midnight(date(2026, 1, 1)))
    stored = DagSerialization.from_dict(DagSerialization.to_dict(dag))

    infos = list(stored.iter_dagrun_infos_between(midnight(first), midnight(last)))

    windows = [Window(first + timedelta(days=step), zone) for step in range(30)]
    assert windows[-1].day == last
    assert [info.logical_date for info in infos] == [window.start for window in windows]
    assert [info.run_after for info in infos] == [window.collect_at(SIX) for window in windows]


def test_a_scheduled_run_is_named_for_its_day_and_a_manual_run_for_its_time() -> None:
    timetable = LocalDayTimetable("Asia/Tokyo", SIX)
    (info,) = runs_between(timetable, date(2026, 11, 22), date(2026, 11, 22))

    def run_id(kind: DagRunType) -> str:
        return timetable.generate_run_id(
            run_type=kind, run_after=info.run_after, data_interval=info.data_interval
        )

    assert run_id(DagRunType.SCHEDULED) == "scheduled__2026-11-22"
    assert run_id(DagRunType.MANUAL) == "manual__2026-11-22T21:00:00+00:00"
    assert info.run_after.astimezone(ZoneInfo("Asia/Tokyo")).isoformat() == "2026-11-23T06:00:00+09:00"
