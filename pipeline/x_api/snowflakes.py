"""X's ids contain the time they were made: milliseconds since 4 November 2010, above 22 bits that distinguish. Pure."""

from datetime import UTC, datetime, timedelta

EPOCH_MS = 1_288_834_974_657
LOW_BITS = 22
_COUNTED_UP_TO = 30_000_000_000  # until then posts were numbered one by one: those ids contain no time


def ms_of(snowflake: int) -> int:
    """Return the Unix millisecond an id was made in."""
    return (snowflake >> LOW_BITS) + EPOCH_MS


def written_at(post_id: str) -> datetime | None:
    """Return when (UTC) the post with this id was written; None for an id from before November 2010."""
    number = int(post_id)
    return None if number < _COUNTED_UP_TO else datetime.fromtimestamp(ms_of(number) / 1000, UTC)


def first_id_at(instant: datetime) -> int:
    """Return the smallest id that could be made in the millisecond of `instant`; 1 before 4 November 2010."""
    ms = (instant - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)
    return max((ms - EPOCH_MS) << LOW_BITS, 1)
