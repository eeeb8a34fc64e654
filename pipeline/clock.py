"""The one clock that everything reads.

`AVIARY_NOW` freezes it, so that a run can be repeated byte for byte and history can be filled as if day by day.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from pipeline.errors import ConfigError

VARIABLE = "AVIARY_NOW"


def parse_instant(text: str) -> datetime:
    """Return an ISO 8601 instant in UTC, timezone-aware; without an offset it is UTC. Raises `ConfigError`."""
    try:
        instant = datetime.fromisoformat(text)
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # OverflowError: the year in UTC is out of range
        raise ConfigError(
            f"{VARIABLE}={text!r} is not an instant; write it like 2026-11-23T06:00:00Z"
        ) from None


def frozen_at() -> datetime | None:
    """Return the instant at which the clock is frozen, or None when it runs."""
    text = os.environ.get(VARIABLE)
    return parse_instant(text) if text else None


def now() -> datetime:
    """Return the current instant, in UTC and timezone-aware."""
    return frozen_at() or datetime.now(UTC)


def machine_now() -> datetime:
    """Return the instant by the machine's own clock, frozen or not: for what other processes wait for."""
    return datetime.now(UTC)


@contextmanager
def frozen(instant: datetime) -> Iterator[None]:
    """Freeze the clock at `instant` for this process and every process it starts."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before
