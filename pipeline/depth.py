"""How far back X lets a timeline be read, and whether a day lies beyond.

X shows an account's newest 3,200 posts, 800 when replies are excluded, and answers an empty success past that: a
day beyond looks like a day without posts. One page from before the day tells the two apart. It is bought only
where the account may have posted that much since.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from pipeline.raw import Page
from pipeline.timeline import Stretch, posts_in
from pipeline.x_api import PAGE_MIN

REACH: Final = 3200
REACH_WITHOUT_REPLIES: Final = 800
_CAUTION = 4  # an account may lately have posted this many times its average


def reach(stretch: Stretch) -> int:
    """Return how many of an account's posts X shows."""
    return REACH_WITHOUT_REPLIES if "replies" in stretch.exclude else REACH


def is_doubtful(
    stretch: Stretch,
    pages: Sequence[Page],
    published: int | None,
    created_at: datetime | None,
    now: datetime,
) -> bool:
    """Whether X may have stopped before the beginning of the stretch.

    `published` is the number of posts since the account was made at `created_at`. Where X did not tell, there is
    nothing to go by.
    """
    if published is None or created_at is None:
        return False
    if published < reach(stretch) or created_at >= stretch.start:
        return False
    day = timedelta(days=1)
    a_day = max(
        posts_in(pages) / ((stretch.end - stretch.start) / day),
        published / max((now - created_at) / day, 1),
    )
    return _CAUTION * a_day * ((now - stretch.start) / day) >= reach(stretch)


def probe(stretch: Stretch) -> dict[str, Any]:
    """Return the request for a few posts from before the stretch."""
    return {
        "end_time": stretch.start,
        "max_results": PAGE_MIN,
        "exclude": stretch.exclude,
        "expansions": [],
        "token": None,
    }


def is_reached(answer: Page) -> bool:
    """Whether X showed nothing from before the stretch."""
    return not answer.items and answer.next_token is None
