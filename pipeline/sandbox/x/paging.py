"""One page of a timeline, as X cuts it.

X takes `max_results` posts of the timeline and only then leaves out what is excluded or deleted, so short
and even empty pages with a `next_token` are normal. Older posts than the timeline's depth (X's limits) are
out of reach: a request for them is an empty success.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.sandbox.world.posts import Post
from pipeline.sandbox.world.timelines import World
from pipeline.sandbox.x.cursor import Cursor
from pipeline.sandbox.x.requests import TimelineRequest
from pipeline.x_api.limits import DEPTH, DEPTH_WITHOUT_REPLIES

_EXCLUDED_AS = {"reply": "replies", "thread": "replies", "retweet": "retweets"}


@dataclass(frozen=True)
class Page:
    """The posts served, newest first, and the tokens of the pages before and after."""

    posts: list[Post]
    next_token: str | None
    previous_token: str | None


def page_of(
    world: World, handle: str, request: TimelineRequest, now_ms: int, depth: int | None = None
) -> Page:
    """Return the page of a timeline for a request; `depth` (posts) replaces X's own."""
    window = _window(world, handle, request, now_ms, depth)
    cursor = request.cursor
    if cursor is not None and cursor.direction == "newer":
        return _newer_page(window, request, cursor, now_ms)
    newer = False
    positions: list[Post] = []
    more = False
    for post in window:
        if post is None:
            more = bool(positions)
        elif cursor is not None and post.id >= cursor.post_id:
            newer = True
        elif len(positions) < request.max_results:
            positions.append(post)
        else:
            more = True
            break
    previous = None
    if newer and cursor:
        previous = Cursor("newer", positions[0].id if positions else cursor.post_id - 1)
    return _page(positions, request, now_ms, more=more, previous=previous)


def _newer_page(window: Iterator[Post | None], request: TimelineRequest, cursor: Cursor, now_ms: int) -> Page:
    """Return the `max_results` posts that are next newer than the cursor."""
    nearest: deque[Post] = deque(maxlen=request.max_results)
    seen = 0
    more = False
    for post in window:
        if post is None or post.id <= cursor.post_id:
            more = True
            break
        nearest.append(post)
        seen += 1
    positions = list(nearest)
    previous = Cursor("newer", positions[0].id) if seen > len(positions) else None
    return _page(positions, request, now_ms, more=more, previous=previous)


def _page(
    positions: list[Post], request: TimelineRequest, now_ms: int, *, more: bool, previous: Cursor | None
) -> Page:
    posts = [post for post in positions if _is_served(post, request, now_ms)]
    following = Cursor("older", positions[-1].id).token() if more and positions else None
    return Page(posts, following, previous.token() if previous else None)


def last_post_before(world: World, handle: str, request: TimelineRequest, now_ms: int) -> Post | None:
    """Return the last post of the pages before the request's `older` cursor, if any."""
    last = None
    if request.cursor is not None and request.cursor.direction == "older":
        for post in _window(world, handle, request, now_ms):
            if post is None or post.id < request.cursor.post_id:
                break
            if _is_served(post, request, now_ms):
                last = post
    return last


def _window(
    world: World, handle: str, request: TimelineRequest, now_ms: int, depth: int | None = None
) -> Iterator[Post | None]:
    """Yield the posts between the request's ids; None if the timeline's depth ends before they do."""
    if depth is None:
        depth = DEPTH_WITHOUT_REPLIES if "replies" in request.exclude else DEPTH
    for post in world.newest_first(handle, now_ms):
        if post.id <= request.above_id:
            return
        if not depth:
            yield None
            return
        if not _is_excluded(post, request):
            depth -= 1
        if post.id < request.below_id:
            yield post


def _is_served(post: Post, request: TimelineRequest, now_ms: int) -> bool:
    return not _is_excluded(post, request) and not post.deleted(now_ms)


def _is_excluded(post: Post, request: TimelineRequest) -> bool:
    return _EXCLUDED_AS.get(post.kind) in request.exclude
