"""How many posts match a query, by minute, hour or day, as `GET /2/tweets/counts/recent` tells it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from pipeline.sandbox.faults.active import Matched
from pipeline.sandbox.faults.rules import Fault
from pipeline.sandbox.world.mentions import mentions_between
from pipeline.sandbox.world.snowflakes import day_of, iso
from pipeline.sandbox.world.timelines import World, posts_of_day
from pipeline.sandbox.x.count_query import CountQuery
from pipeline.sandbox.x.requests import CountsRequest

_KINDS = {"thread": "reply"}  # X calls a reply to oneself a reply too


def counts_body(world: World, request: CountsRequest, now_ms: int, matched: Matched) -> dict[str, Any]:
    """Return the body. Parts at the edges of the range are as long as they are; the others begin on the clock."""
    handle = request.query.handle
    counted = [
        (start, end, _count(world, request.query, start, end, now_ms)) for start, end in _parts(request)
    ]
    total = sum(count for _, _, count in counted)
    word = "post" if matched.rules(Fault.NEW_WORDS, handle) else "tweet"
    if matched.rules(Fault.LOST_HOURS, handle):
        counted = counted[: len(counted) // 2]
    return {
        "data": [
            {"end": iso(end), "start": iso(start), f"{word}_count": count} for start, end, count in counted
        ],
        "meta": {f"total_{word}_count": total},
    }


def _parts(request: CountsRequest) -> Iterator[tuple[int, int]]:
    start = request.start_ms
    while start < request.end_ms:
        end = min((start // request.step_ms + 1) * request.step_ms, request.end_ms)
        yield start, end
        start = end


def _count(world: World, query: CountQuery, start_ms: int, end_ms: int, now_ms: int) -> int:
    if not query.own:
        return mentions_between(world, query.handle, start_ms, min(end_ms, now_ms))
    day, last, total = day_of(start_ms), day_of(end_ms - 1), 0
    while day <= last:
        total += sum(
            start_ms <= post.at_ms < end_ms
            and post.visible(now_ms)
            and not post.deleted(now_ms)
            and _KINDS.get(post.kind, post.kind) not in query.without
            for post in posts_of_day(world, query.handle, day)
        )
        day += timedelta(days=1)
    return total
