"""What X counts of an account's day, as stored. Pure."""

from datetime import date

from pydantic import AwareDatetime

from pipeline.lake.records import Record


class HourCount(Record):
    """How many posts X counts in an hour, or in what the day has of it."""

    start: AwareDatetime
    end: AwareDatetime
    posts: int


class PostCount(Record):
    """One answer of X's about an account's day, or why there is none. It is asked for once, with the day's posts."""

    day: date
    account: str  # the lower-case handle
    query: str
    asked_at: AwareDatetime
    posts: int | None = None  # null where X did not count
    hours: tuple[HourCount, ...] = ()
    not_counted_because: str | None = None

    @property
    def billed(self) -> int:
        """How many requests X bills for it."""
        return int(self.posts is not None)
