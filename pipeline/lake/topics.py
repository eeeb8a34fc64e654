"""What posts are about, as counted: those of a day, and how often the days before had the same."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.lake import catalogue, keys
from pipeline.lake.frames import READERS, find_frame
from pipeline.schema import TOPICS

if TYPE_CHECKING:
    from pipeline.lake.client import Lake

# What is read of earlier days: without the ids of their posts, which are most of the bytes.
EARLIER: Final = pl.Schema(
    {name: TOPICS[name] for name in ("day", "account", "kind", "term", "english", "posts")}
)
TERM: Final = ("kind", "term", "english")
_MOST_USED: Final = 2  # posts of all accounts, from which on a term is looked for in earlier days
_ALWAYS: Final = ("posts", "left_out")


@dataclass(frozen=True)
class DayTopics:
    """A day's TOPICS, and EARLIER of the terms that it has more than once; of `days` there are counts."""

    day: pl.DataFrame
    earlier: pl.DataFrame
    days: Collection[date]


def find_topics(lake: "Lake", day: date, days_before: int) -> DayTopics | None:
    """Return the topics of a day and of so many days before; None where the day has no counts.

    One list and one request a day. Days that nobody has counted are not among `days`: they are unknown, not zero.
    Raises `LakeDamaged`.
    """
    today = find_frame(lake, keys.topics(day), TOPICS)
    if today is None:
        return None
    first = day - timedelta(days=days_before)
    wanted = {keys.topics(first + timedelta(days=n)): first + timedelta(days=n) for n in range(days_before)}
    listed = lake.keys(
        catalogue.TOPICS.prefix(), after=keys.topics(first - timedelta(days=1)), last=keys.topics(day)
    )
    stored = [key for key in listed if key in wanted]
    terms = today.group_by(TERM).agg(pl.col("posts").sum())
    terms = terms.filter(pl.col("posts") >= _MOST_USED, ~pl.col("kind").is_in(_ALWAYS))

    def read(key: str) -> pl.DataFrame | None:
        found = find_frame(lake, key, EARLIER)
        if found is None:  # removed meanwhile
            return None
        same = found.join(terms, on=TERM, how="semi")
        return pl.concat([same, found.filter(pl.col("kind").is_in(_ALWAYS))])

    with ThreadPoolExecutor(READERS) as pool:
        frames = {
            wanted[key]: frame
            for key, frame in zip(stored, pool.map(read, stored), strict=True)
            if frame is not None
        }
    earlier = pl.concat(frames.values()) if frames else pl.DataFrame(schema=EARLIER)
    return DayTopics(today, earlier, frozenset(frames))
