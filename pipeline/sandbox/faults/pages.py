"""Pages that were ordered to be odd. None of them loses a post that is still there: X's own oddities do not either."""

from dataclasses import replace
from typing import Any

from pipeline.sandbox.faults.active import Matched
from pipeline.sandbox.faults.rules import Fault
from pipeline.sandbox.world.posts import Post
from pipeline.sandbox.world.timelines import World
from pipeline.sandbox.x.answers import includes, post_body
from pipeline.sandbox.x.paging import Page, delivered_before
from pipeline.sandbox.x.parameters import Wanted
from pipeline.sandbox.x.requests import Cursor, TimelineRequest


def odd_page(
    world: World, handle: str, page: Page, request: TimelineRequest, now_ms: int, *, matched: Matched
) -> Page:
    """Return the page that was ordered in place of the right one."""
    if matched.of(Fault.EMPTY_PAGE, handle):
        here = request.turn or Cursor("older", request.below_id)
        return replace(page, posts=[], next_token=replace(here, empties=here.empties + 1).token())
    if matched.of(Fault.REPEATED_POST, handle):
        page = _repeating(world, handle, page, request, now_ms)
    for active in matched.of(Fault.GONE, handle):
        if page.posts:
            newest = page.posts[: active.rule.posts or 1]
            active.gone.setdefault(handle, frozenset(post.id for post in newest))
        gone = active.gone.get(handle, frozenset())
        page = replace(page, posts=[post for post in page.posts if post.id not in gone])
    if matched.of(Fault.OUT_OF_ORDER, handle):
        page = replace(page, posts=page.posts[1::2] + page.posts[::2])
    return page


def _repeating(world: World, handle: str, page: Page, request: TimelineRequest, now_ms: int) -> Page:
    """Return the page with the last post before it in front; one too many waits for the next page."""
    last = delivered_before(world, handle, request, now_ms)
    if last is None:
        return page
    posts = [last, *page.posts]
    if len(posts) <= request.max_results:
        return replace(page, posts=posts)
    following = Cursor("older", posts[-1].id + 1).token()
    return replace(page, posts=posts[:-1], next_token=following)


def worded(
    world: World, handle: str, posts: list[Post], wanted: Wanted, now_ms: int, *, matched: Matched
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return a page's data and includes, in the words and with the fields that were ordered."""
    if matched.of(Fault.WITHOUT_METRICS, handle):
        wanted = replace(wanted, post_fields=wanted.post_fields - {"public_metrics"})
    if matched.of(Fault.NEW_WORDS, handle):
        wanted = replace(wanted, new_spelling=True)
    if not matched.of(Fault.MIXED_WORDS, handle):
        data = [post_body(world, post, wanted, now_ms) for post in posts]
        return data, includes(world, posts, wanted, now_ms)
    words = [replace(wanted, new_spelling=new) for new in (False, True)]
    data = [post_body(world, post, words[place % 2], now_ms) for place, post in enumerate(posts)]
    old, new = (includes(world, posts[place::2], words[place], now_ms) for place in (0, 1))
    return data, {name: _each_once(old.get(name, []) + new.get(name, [])) for name in old | new}


def _each_once(included: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({item.get("id", item.get("media_key")): item for item in included}.values())
