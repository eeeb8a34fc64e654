"""Timeline pages that a rule alters. None of them loses a post that still exists: nor do X's own oddities."""

from dataclasses import replace
from typing import Any

from pipeline.sandbox.faults.active import Matched
from pipeline.sandbox.faults.rules import Fault
from pipeline.sandbox.world.posts import Post
from pipeline.sandbox.world.timelines import World
from pipeline.sandbox.x.cursor import Cursor
from pipeline.sandbox.x.objects import includes, post_body
from pipeline.sandbox.x.paging import Page, last_post_before
from pipeline.sandbox.x.parameters import FieldSelection
from pipeline.sandbox.x.requests import TimelineRequest


def altered_page(
    world: World, handle: str, page: Page, request: TimelineRequest, now_ms: int, *, matched: Matched
) -> Page:
    """Return the page as the rules alter it."""
    if matched.rules(Fault.EMPTY_PAGE, handle):
        here = request.cursor or Cursor("older", request.below_id)
        return replace(page, posts=[], next_token=replace(here, empty_pages=here.empty_pages + 1).token())
    if matched.rules(Fault.REPEATED_POST, handle):
        page = _with_repeated_post(world, handle, page, request, now_ms)
    for active in matched.rules(Fault.GONE, handle):
        if page.posts:
            newest = page.posts[: active.rule.posts or 1]
            active.gone.setdefault(handle, frozenset(post.id for post in newest))
        gone = active.gone.get(handle, frozenset())
        page = replace(page, posts=[post for post in page.posts if post.id not in gone])
    if matched.rules(Fault.OUT_OF_ORDER, handle):
        page = replace(page, posts=page.posts[1::2] + page.posts[::2])
    return page


def _with_repeated_post(world: World, handle: str, page: Page, request: TimelineRequest, now_ms: int) -> Page:
    """Return the page with the last post before it in front; a post too many moves to the next page."""
    last = last_post_before(world, handle, request, now_ms)
    if last is None:
        return page
    posts = [last, *page.posts]
    if len(posts) <= request.max_results:
        return replace(page, posts=posts)
    following = Cursor("older", posts[-1].id + 1).token()
    return replace(page, posts=posts[:-1], next_token=following)


def page_objects(
    world: World, handle: str, posts: list[Post], selection: FieldSelection, now_ms: int, *, matched: Matched
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return a page's data and includes, in the spelling and with the fields that the rules choose."""
    if matched.rules(Fault.WITHOUT_METRICS, handle):
        selection = replace(selection, post_fields=selection.post_fields - {"public_metrics"})
    if matched.rules(Fault.NEW_WORDS, handle):
        selection = replace(selection, new_spelling=True)
    if not matched.rules(Fault.MIXED_WORDS, handle):
        data = [post_body(world, post, selection, now_ms) for post in posts]
        return data, includes(world, posts, selection, now_ms)
    spellings = [replace(selection, new_spelling=new) for new in (False, True)]
    data = [post_body(world, post, spellings[place % 2], now_ms) for place, post in enumerate(posts)]
    old, new = (includes(world, posts[place::2], spellings[place], now_ms) for place in (0, 1))
    return data, {name: _unique(old.get(name, []) + new.get(name, [])) for name in old | new}


def _unique(included: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({item.get("id", item.get("media_key")): item for item in included}.values())
