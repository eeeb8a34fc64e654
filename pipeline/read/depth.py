"""How far back X lets a timeline be read, and whether a day lies beyond.

X shows only an account's newest posts (`pipeline.x_api.limits.DEPTH`) and answers an empty success past that: a day
beyond looks like a day without posts. One page from before the day tells the two apart. It is bought only where the
account may have posted that much since.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pipeline.page import Page
from pipeline.read.timeline import TimelineRange, posts_in
from pipeline.x_api.limits import DEPTH, DEPTH_WITHOUT_REPLIES, PAGE_MIN

_CAUTION = 4  # an account may lately have posted this many times its average


def reach(posts_range: TimelineRange) -> int:
    """Return how many of an account's posts X shows."""
    return DEPTH_WITHOUT_REPLIES if "replies" in posts_range.exclude else DEPTH


def is_doubtful(
    posts_range: TimelineRange,
    pages: Sequence[Page],
    post_count: int | None,
    created_at: datetime | None,
    now: datetime,
) -> bool:
    """Whether X may have stopped before the beginning of the range.

    `post_count` is the number of posts since the account was made at `created_at`. Without it there is nothing to
    go by.
    """
    if post_count is None or created_at is None:
        return False
    if post_count < reach(posts_range) or created_at >= posts_range.start:
        return False
    day = timedelta(days=1)
    a_day = max(
        posts_in(pages) / ((posts_range.end - posts_range.start) / day),
        post_count / max((now - created_at) / day, 1),
    )
    return _CAUTION * a_day * ((now - posts_range.start) / day) >= reach(posts_range)


def probe(posts_range: TimelineRange) -> dict[str, Any]:
    """Return the request for a few posts from before the range."""
    return {
        "end_time": posts_range.start,
        "max_results": PAGE_MIN,
        "exclude": posts_range.exclude,
        "expansions": [],
        "token": None,
    }


def is_reached(answer: Page) -> bool:
    """Whether X showed nothing from before the range."""
    return not answer.items and answer.next_token is None
