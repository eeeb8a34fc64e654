"""X's counts of recent posts: what to ask for, and what its answer holds. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from pipeline.errors import XBadResponse
from pipeline.x_api.values import count, instant

REACH: Final = timedelta(days=7)  # X counts the posts of this long ago, and no earlier ones
_OPERATORS: Final = {"posts": None, "replies": "reply", "quotes": "quote", "retweets": "retweet"}
_WORDS: Final = ("tweet", "post")  # in X's old names and in its new ones


class PartCount(NamedTuple):
    """How many posts X counts in a part of a range: an hour, or what the range has of it."""

    start: datetime
    end: datetime
    posts: int


def mentions_query(handle: str) -> str:
    """Return what finds the posts of others that mention an account or answer it, retweets apart."""
    return f"(@{handle} OR to:{handle}) -from:{handle} -is:retweet"


def own_posts_query(handle: str, include: Sequence[str]) -> str:
    """Return what finds an account's own posts of some kinds, as accounts.yaml names them.

    X can leave out replies, quotes and retweets; posts of none of these kinds are always found.
    """
    left_out = (operator for kind, operator in _OPERATORS.items() if operator and kind not in include)
    return " ".join([f"from:{handle}", *(f"-is:{operator}" for operator in left_out)])


def parse_counts(
    subject: str, body: Mapping[str, Any], start: datetime, end: datetime
) -> tuple[PartCount, ...]:
    """Return the parts of `[start, end)` as X counts them, the earliest first.

    Raises `XBadResponse` where they are no parts of it, or do not add up to the total that X gives: a count of which
    hours are missing would be taken for a quiet day.
    """
    data, meta = body.get("data"), body.get("meta")
    parts = [_part(entry) for entry in (data if isinstance(data, list) else [])]
    found = sorted(part for part in parts if part)
    total = _number(meta if isinstance(meta, dict) else {}, "total_{}_count")
    if len(found) < len(parts) or total is None or not _tile(found, start, end):
        raise XBadResponse(f"{subject}: X's counts cannot be read as parts of the day")
    if sum(part.posts for part in found) != total:
        raise XBadResponse(f"{subject}: X's counts by hour do not add up to its total, {total:,}")
    return tuple(found)


def _tile(parts: Sequence[PartCount], start: datetime, end: datetime) -> bool:
    """Whether the parts lie in the range and do not overlap."""
    edges = [start, *(instant for part in parts for instant in (part.start, part.end)), end]
    return edges == sorted(edges)


def _part(entry: Any) -> PartCount | None:
    if not isinstance(entry, dict):
        return None
    start, end, posts = instant(entry.get("start")), instant(entry.get("end")), _number(entry, "{}_count")
    return None if start is None or end is None or posts is None else PartCount(start, end, posts)


def _number(entry: Mapping[str, Any], name: str) -> int | None:
    given = [entry[key] for key in map(name.format, _WORDS) if key in entry]
    return count(given[0]) if len(given) == 1 else None
