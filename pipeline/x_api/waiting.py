"""How long to wait when X answers 429: from all its headers, with a floor that grows and a ceiling.

`RequestGate` keeps the requests of one process to that; Airflow's retry policy asks `wait_after` for its tasks, which
are processes of their own.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import Final

from pipeline import clock
from pipeline.errors import RateLimited

RATE_WINDOW: Final = timedelta(minutes=15)  # X's own, and the wait where no header tells one
FLOOR: Final = timedelta(seconds=5)  # doubled with each 429 in a row, up to RATE_WINDOW
CEILING: Final = timedelta(hours=24)  # beyond it nobody waits
_MARGIN = timedelta(seconds=2)  # X counts in whole seconds, and its servers' clocks differ
_ENDLESS = timedelta(days=1000)  # as long as any wait that is told
_DAY_LIMITS = ("x-app-limit-24hour", "x-user-limit-24hour")


def told_wait(headers: Mapping[str, str]) -> timedelta:
    """Return how long the headers of a 429 ask to wait; never less than nothing.

    Instants are measured against the answer's own `Date`, so a clock that is wrong here does no harm. Of several waits
    the longest counts; without any it is X's usual window.
    """
    heard_at = _http_date(headers.get("date")) or clock.now()
    resets = [headers.get("x-rate-limit-reset")]
    resets += [headers.get(f"{limit}-reset") for limit in _DAY_LIMITS if _is_used_up(headers, limit)]
    waits = [instant - heard_at for instant in map(_unix_time, resets) if instant]
    retry_after = headers.get("retry-after")
    if (seconds := _number(retry_after)) is not None:
        waits.append(timedelta(seconds=min(max(seconds, 0), _ENDLESS.total_seconds())))
    elif instant := _http_date(retry_after):
        waits.append(instant - heard_at)
    return min(max([timedelta(), *waits]), _ENDLESS) if waits else RATE_WINDOW


def wait_after(limited: RateLimited, repeated: int) -> timedelta:
    """Return how long to wait from now after a 429 that came `repeated` times in a row before."""
    floor = min(FLOOR * (1 << min(repeated, 10)), RATE_WINDOW)
    return max(limited.reset_at - clock.now(), floor) + _MARGIN


def rate_limited(subject: str, reset_at: datetime) -> RateLimited:
    """Return the error that says until when to wait (UTC)."""
    day = "" if reset_at.date() == clock.now().date() else f"{reset_at:%Y-%m-%d} "
    return RateLimited(
        f"{subject}: X's request window is used up until {day}{reset_at:%H:%M:%S} UTC", reset_at
    )


@dataclass
class _Closed:
    until: datetime
    repeated: int = 0  # 429s in a row, each after a wait


class RequestGate:
    """Holds requests back while X's window for their endpoint is used up. Safe to share between threads.

    When the wait is over one request goes first; the others follow once it was answered. A frozen clock never reaches
    the end of a wait, so with one nothing is held back.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._closed: dict[str, _Closed] = {}

    @contextmanager
    def passing(self, endpoint: str, subject: str) -> Iterator[None]:
        """Let one request through. Raises `RateLimited`, with the instant from which another may go."""
        goes_first = self._enter(endpoint, subject)
        try:
            yield
        except RateLimited as limited:
            raise self._close(endpoint, subject, limited, goes_first) from None
        if goes_first:
            with self._lock:
                self._closed.pop(endpoint, None)

    def _enter(self, endpoint: str, subject: str) -> bool:
        """Return whether this request is the first after a wait."""
        with self._lock:
            closed = self._closed.get(endpoint)
            if closed is None:
                return False
            if clock.now() < closed.until and not clock.frozen_at():
                raise rate_limited(subject, closed.until - _MARGIN)
            closed.until = clock.now() + FLOOR + _MARGIN  # for those behind this one
            return True

    def _close(self, endpoint: str, subject: str, limited: RateLimited, goes_first: bool) -> RateLimited:
        with self._lock:
            closed = self._closed.setdefault(endpoint, _Closed(clock.now()))
            closed.repeated += goes_first  # those under way together are refused once, not each
            closed.until = max(closed.until, clock.now() + wait_after(limited, closed.repeated))
            return rate_limited(subject, closed.until - _MARGIN)


def _is_used_up(headers: Mapping[str, str], limit: str) -> bool:
    remaining = _number(headers.get(f"{limit}-remaining"))
    return remaining is not None and remaining <= 0


def _number(text: str | None) -> int | None:
    try:
        return None if text is None else int(text)
    except ValueError:
        return None


def _unix_time(text: str | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(text or ""), UTC)
    except (ValueError, OverflowError, OSError):  # missing, or no instant
        return None


def _http_date(text: str | None) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text or "")
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # missing, or no instant
        return None
