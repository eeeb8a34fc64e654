"""One page of a timeline, the way X cuts it.

X takes `max_results` posts of the timeline and only then leaves out what is excluded or deleted, so short
and even empty pages with a `next_token` are normal. The timeline ends 3,200 posts back, 800 with
`exclude=replies`; whatever lies behind is an empty success.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.sandbox.world.posts import Post
from pipeline.sandbox.world.timelines import World
from pipeline.sandbox.x.requests import Cursor, TimelineRequest

DEPTH = 3_200
DEPTH_WITHOUT_REPLIES = 800
_EXCLUDED_AS = {"reply": "replies", "thread": "replies", "retweet": "retweets"}


@dataclass(frozen=True)
class Page:
    """The posts served, newest first, and the tokens to go on with."""

    posts: list[Post]
    next_token: str | None
    previous_token: str | None


def page_of(
    world: World, handle: str, request: TimelineRequest, now_ms: int, depth: int | None = None
) -> Page:
    """Return the page of a timeline that a request asks for; `depth` replaces X's own."""
    window = _window(world, handle, request, now_ms, depth)
    turn = request.turn
    if turn is not None and turn.way == "newer":
        return _newer_page(window, request, turn, now_ms)
    newer = False
    positions: list[Post] = []
    more = False
    for post in window:
        if post is None:
            more = bool(positions)
        elif turn is not None and post.id >= turn.post_id:
            newer = True
        elif len(positions) < request.max_results:
            positions.append(post)
        else:
            more = True
            break
    previous = Cursor("newer", positions[0].id if positions else turn.post_id - 1) if newer and turn else None
    return _page(positions, request, now_ms, more=more, previous=previous)


def _newer_page(window: Iterator[Post | None], request: TimelineRequest, turn: Cursor, now_ms: int) -> Page:
    """Return the `max_results` posts just newer than the turn."""
    nearest: deque[Post] = deque(maxlen=request.max_results)
    seen = 0
    more = False
    for post in window:
        if post is None or post.id <= turn.post_id:
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
    posts = [post for post in positions if not _excluded(post, request) and not post.deleted(now_ms)]
    following = Cursor("older", positions[-1].id).token() if more and positions else None
    return Page(posts, following, previous.token() if previous else None)


def delivered_before(world: World, handle: str, request: TimelineRequest, now_ms: int) -> Post | None:
    """Return the last post that the pages before an `older` turn have brought, if any."""
    last = None
    if request.turn is not None and request.turn.way == "older":
        for post in _window(world, handle, request, now_ms):
            if post is None or post.id < request.turn.post_id:
                break
            if not _excluded(post, request) and not post.deleted(now_ms):
                last = post
    return last


def _window(
    world: World, handle: str, request: TimelineRequest, now_ms: int, depth: int | None = None
) -> Iterator[Post | None]:
    """Yield the posts between the request's ids; None where X's reach ends before the window does."""
    if depth is None:
        depth = DEPTH_WITHOUT_REPLIES if "replies" in request.exclude else DEPTH
    for post in world.newest_first(handle, now_ms):
        if post.id <= request.above_id:
            return
        if not depth:
            yield None
            return
        if not _excluded(post, request):
            depth -= 1
        if post.id < request.below_id:
            yield post


def _excluded(post: Post, request: TimelineRequest) -> bool:
    return _EXCLUDED_AS.get(post.kind) in request.exclude
