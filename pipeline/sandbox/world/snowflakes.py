"""Snowflake ids for invented posts and accounts, and the days and times behind them."""

from datetime import UTC, date, datetime

from pipeline.x_api.snowflakes import EPOCH_MS, LOW_BITS

DAY_MS = 86_400_000


def at_ms(instant: datetime) -> int:
    """Return the Unix time of an aware instant in milliseconds."""
    return round(instant.timestamp() * 1000)


def first_id(ms: int) -> int:
    """Return the smallest id that a post of this Unix millisecond can have."""
    return max(ms - EPOCH_MS, 0) << LOW_BITS


def make_id(ms: int, low: int) -> int:
    """Return the id of Unix millisecond `ms` with the last 22 bits of `low`."""
    return first_id(ms) | low & ((1 << LOW_BITS) - 1)


def day_start_ms(day: date) -> int:
    """Return the Unix millisecond at which a UTC day begins."""
    return at_ms(datetime(day.year, day.month, day.day, tzinfo=UTC))


def day_of(ms: int) -> date:
    """Return the UTC day of a Unix millisecond."""
    return datetime.fromtimestamp(ms / 1000, UTC).date()


def iso(ms: int) -> str:
    """Return a Unix millisecond as X writes it, rounded down to the second: `2026-11-22T14:52:07.000Z`."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
