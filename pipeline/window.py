"""A local day as an exact window of time `[start, end)`, in any IANA timezone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pipeline.errors import ConfigError

# X refuses an end_time less than ten seconds in the past.
X_SETTLING = timedelta(seconds=10)
# How long after `collect_at` a day's report is there at the latest, waits for X's windows included.
REPORT_WITHIN = timedelta(hours=2)
_X_BEGAN = 2006


@dataclass(frozen=True)
class Window:
    """One local day: 23, 24 or 25 hours long, unless a neighbouring day was stored by another timezone."""

    day: date
    timezone: str
    starts: datetime | None = None  # where it is not local midnight (UTC)
    ends: datetime | None = None

    @property
    def start(self) -> datetime:
        """The first instant of the day (UTC)."""
        return self.starts or _midnight(self.day, self.timezone)

    @property
    def end(self) -> datetime:
        """The first instant after the day (UTC)."""
        return self.ends or _midnight(self.day + timedelta(days=1), self.timezone)

    @property
    def is_whole(self) -> bool:
        """Whether it is the local day from midnight to midnight, so that it can be compared with others."""
        return (self.start, self.end) == (
            _midnight(self.day, self.timezone),
            _midnight(self.day + timedelta(days=1), self.timezone),
        )

    @property
    def hours(self) -> float:
        """How long the day is."""
        return (self.end - self.start) / timedelta(hours=1)

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


def tiled(day: date, timezone: str, stored: Sequence[Window]) -> Window:
    """Return the window of a new day between the `stored` ones: no instant belongs to two days, or to none.

    It begins where the stored day before it ends, and ends where the next one begins; where these days are not stored,
    at local midnight, or at the edge of a day further off that reaches past it. Raises `ConfigError` when that leaves
    nothing of the day.
    """
    nominal = Window(day, timezone)
    start, end = nominal.start, nominal.end
    for other in stored:
        if other.day == day - timedelta(days=1):
            start = other.end
        elif other.day < day:
            start = max(start, other.end)
    for other in stored:
        if other.day == day + timedelta(days=1):
            end = other.start
        elif other.day > day:
            end = min(end, other.start)
    if start >= end:
        raise ConfigError(
            f"nothing is left of {day} in {timezone}: the stored days beside it were read by another timezone and "
            "cover all of it; run another day, or set the timezone back"
        )
    window = Window(day, timezone, start, end)
    return nominal if window.is_whole else window


def _midnight(day: date, timezone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC)


def last_full_day(now: datetime, timezone: str) -> date:
    """Return the newest local day whose window has closed at `now`."""
    return (now - X_SETTLING).astimezone(ZoneInfo(timezone)).date() - timedelta(days=1)


def expected_report(now: datetime, timezone: str, collect_at: time) -> Window:
    """Return the newest local day whose report should be there at `now`: `REPORT_WITHIN` after its `collect_at`."""
    window = Window(last_full_day(now, timezone), timezone)
    # A day of no hours does not exist: Samoa left out 2011-12-30.
    while not window.hours or window.collect_at(collect_at) + REPORT_WITHIN > now:
        window = Window(window.day - timedelta(days=1), timezone)
    return window


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
