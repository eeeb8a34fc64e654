"""The schedule of `aviary_daily`: a run for each local day, started at `collect_at` on the following morning.

No timetable of Airflow does this: `CronDataIntervalTimetable` starts a run when its interval ends, and
`CronTriggerTimetable` counts a fixed time back, which is wrong on days of 23 and 25 hours.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pendulum
from airflow.plugins_manager import AirflowPlugin
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable
from typing_extensions import override

from pipeline import clock
from pipeline.window import X_SETTLING, Window, last_full_day

_DAY = timedelta(days=1)


class LocalDayTimetable(Timetable):
    """Data intervals are local days, 23 to 25 hours long where clocks change; nothing waits between end and start.

    Without catch-up, only the newest day that is due is run. The bounds of a backfill, `start_date` and `end_date` mean
    local days when they are midnight UTC, as dates on Airflow's command line are; all other bounds are instants.
    """

    def __init__(self, timezone: str, collect_at: time) -> None:
        self._timezone = timezone
        self._collect_at = collect_at
        self.description = f"Each local day of {timezone}, run at {collect_at:%H:%M} on the following morning"

    @property
    def timezone(self) -> str:
        """The IANA name of the zone whose days these are."""
        return self._timezone

    @property
    @override
    def summary(self) -> str:
        return f"{self._collect_at:%H:%M} {self._timezone}"

    @override
    def serialize(self) -> dict[str, Any]:
        return {"timezone": self._timezone, "collect_at": self._collect_at.isoformat()}

    @classmethod
    @override
    def deserialize(cls, data: dict[str, Any]) -> "LocalDayTimetable":
        return cls(data["timezone"], time.fromisoformat(data["collect_at"]))

    @override
    def infer_manual_data_interval(self, *, run_after: datetime) -> DataInterval:
        """Return the last full day. A run that is triggered in the night starts at once."""
        return _interval(self._whole(last_full_day(run_after, self._timezone), -_DAY))

    @override
    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        days = []
        if last_automated_data_interval:
            days.append(self._day_of(last_automated_data_interval) + _DAY)
        if restriction.earliest:
            days.append(self._first_day_from(restriction.earliest))
        if not restriction.catchup:
            days.append(self._newest_due_day(clock.now()))
        if not days:
            return None
        window = self._whole(max(days), _DAY)
        if restriction.latest and self._is_after(window, restriction.latest):
            return None
        return DagRunInfo(run_after=pendulum.instance(self._due(window)), data_interval=_interval(window))

    @override
    def generate_run_id(
        self, *, run_type: Any, run_after: datetime, data_interval: DataInterval | None, **extra: Any
    ) -> str:
        """Return an id with the day; for a manual run with its time, because by the form its day may be another."""
        if data_interval and run_type == "scheduled":
            return str(run_type.generate_run_id(suffix=str(self._day_of(data_interval))))
        return super().generate_run_id(
            run_type=run_type, run_after=pendulum.instance(run_after), data_interval=data_interval, **extra
        )

    def _whole(self, day: date, step: timedelta) -> Window:
        """Return the window of `day`, or of the next one that exists: Samoa left out 2011-12-30."""
        window = Window(day, self._timezone)
        while not window.hours:
            window = Window(window.day + step, self._timezone)
        return window

    def _due(self, window: Window) -> datetime:
        """Return when the day's run starts, never before X answers for the day's end."""
        return max(window.collect_at(self._collect_at), window.end + X_SETTLING)

    def _newest_due_day(self, now: datetime) -> date:
        day = last_full_day(now, self._timezone)
        while self._due(Window(day, self._timezone)) > now:
            day -= _DAY
        return day

    def _day_of(self, interval: DataInterval) -> date:
        """Return the day of an earlier run, whose interval may be a day of another timezone, from UTC-11 to UTC+12.

        There, the middle of the day is on the same date in UTC.
        """
        day = interval.start.astimezone(ZoneInfo(self._timezone)).date()
        if Window(day, self._timezone).start == interval.start:
            return day
        return (interval.start + (interval.end - interval.start) / 2).astimezone(UTC).date()

    def _first_day_from(self, bound: datetime) -> date:
        if _is_date(bound):
            return bound.astimezone(UTC).date()
        day = bound.astimezone(ZoneInfo(self._timezone)).date()
        return day if Window(day, self._timezone).start >= bound else day + _DAY

    def _is_after(self, window: Window, bound: datetime) -> bool:
        return window.day > bound.astimezone(UTC).date() if _is_date(bound) else window.start > bound


def _interval(window: Window) -> DataInterval:
    return DataInterval(pendulum.instance(window.start), pendulum.instance(window.end))


def _is_date(bound: datetime) -> bool:
    return bound.astimezone(UTC).time() == time()


class AviaryTimetables(AirflowPlugin):
    """Registers the timetable, so that Airflow can store the schedule and read it again."""

    name = "aviary_timetables"
    timetables = [LocalDayTimetable]  # noqa: RUF012  # declared by Airflow without ClassVar
