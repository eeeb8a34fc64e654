"""A local day as an exact window of time `[start, end)`, in any IANA timezone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pipeline.errors import ConfigError

# X refuses an end_time less than ten seconds in the past.
X_SETTLING = timedelta(seconds=10)
_X_BEGAN = 2006


@dataclass(frozen=True)
class Window:
    """One local day: usually 24 hours, 23 or 25 when clocks change."""

    day: date
    timezone: str

    @property
    def start(self) -> datetime:
        """The first instant of the day (UTC)."""
        return _midnight(self.day, self.timezone)

    @property
    def end(self) -> datetime:
        """The first instant after the day (UTC)."""
        return _midnight(self.day + timedelta(days=1), self.timezone)

    def collect_at(self, at: time) -> datetime:
        """Return the instant (UTC) of the local time `at` on the following day."""
        local = datetime.combine(self.day + timedelta(days=1), at, ZoneInfo(self.timezone))
        return local.astimezone(UTC)

    def require_closed(self, now: datetime) -> None:
        """Raise `ConfigError` while the day is not over, or while X would still refuse a request for it."""
        ready = self.end + X_SETTLING
        if now < ready:
            raise ConfigError(
                f"{self.day} is not over in {self.timezone}: it can be read from "
                f"{ready:%Y-%m-%d %H:%M:%S} UTC on, and it is now {now:%Y-%m-%d %H:%M:%S} UTC; "
                f"the last full day is {last_full_day(now, self.timezone)}"
            )


def _midnight(day: date, timezone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC)


def last_full_day(now: datetime, timezone: str) -> date:
    """Return the newest local day whose window has closed at `now`."""
    return (now - X_SETTLING).astimezone(ZoneInfo(timezone)).date() - timedelta(days=1)


def parse_day(text: str) -> date:
    """Return the day that is written like 2026-11-22. Raises `ConfigError`."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    # fromisoformat also accepts 20261122 and 2026-W47-7; at the calendar's end, the next midnight is out of range.
    if day is None or str(day) != text or not _X_BEGAN <= day.year < date.max.year:
        raise ConfigError(
            f"{text[:40]!r} is not a day on which X can have posts; write it like 2026-11-22 ({_X_BEGAN} or later)"
        )
    return day


def run_day_of(asked: str | None, interval_start: datetime | None, timezone: str, now: datetime) -> date:
    """Return the local day a scheduled or triggered run is for.

    The day asked for; else the day on which its data interval begins; else, for a manual run without one, the last
    full day.
    """
    if asked:
        return parse_day(asked)
    if interval_start:
        return interval_start.astimezone(ZoneInfo(timezone)).date()
    return last_full_day(now, timezone)
