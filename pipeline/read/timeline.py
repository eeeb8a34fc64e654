"""A range of an account's timeline, read from X page by page into `raw/`.

Each page is stored before the next is asked for, and what to ask for next is a function of the pages stored. So
whatever interrupts the reading, the next attempt continues from its last page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipeline import clock
from pipeline.erasure.post_ids import NO_POST
from pipeline.erasure.register import without_forgotten
from pipeline.errors import PageTokenExpired, XBadResponse, XRefused, XUnavailable
from pipeline.ids import is_id
from pipeline.lake.client import Lake
from pipeline.lake.raw import parse_page
from pipeline.page import Page, is_tombstone, pack
from pipeline.progress import OnPage
from pipeline.spend.ledger import Ledger
from pipeline.x_api.client import XApi
from pipeline.x_api.limits import PAGE_MAX, PAGE_MIN
from pipeline.x_api.prices import Reads, page_at_most
from pipeline.x_api.snowflakes import first_id_at
from pipeline.x_api.vocabulary import RETWEET_ORIGINALS

_EMPTY_IN_A_ROW = 20  # an empty page with a next one is normal with X; no end of them is not


@dataclass(frozen=True)
class TimelineRange:
    """What is to be read: the posts of one account in `[start, end)`, the newest `max_posts` of them."""

    handle: str
    user_id: str
    start: datetime
    end: datetime
    include: Sequence[str]  # kinds of posts, as in accounts.yaml
    max_posts: int

    @property
    def exclude(self) -> list[str]:
        """The kinds that X leaves out on request, and does not bill."""
        return [kind for kind in ("replies", "retweets") if kind not in self.include]

    def is_of(self, page: Page) -> bool:
        """Whether a page was asked for as part of this range, whatever `max_posts` was."""
        asked: dict[str, object] = {
            "start_time": self.start.isoformat(),
            "end_time": self.end.isoformat(),
            "exclude": self.exclude,
            "expansions": self.expansions,
        }
        return all(page.request.get(name) == value for name, value in asked.items())

    @property
    def expansions(self) -> list[str]:
        """What X is asked to include; it probably bills included posts like others."""
        return [RETWEET_ORIGINALS] if "retweets" in self.include else []


@dataclass(frozen=True)
class TimelineReader:
    """Reads a range: from X, by the ledger, into the lake at `page_key(number)`, counted from 1."""

    lake: Lake
    x: XApi
    ledger: Ledger
    posts_range: TimelineRange
    page_key: Callable[[int], str]
    etags: dict[str, str] = field(default_factory=dict)  # of the pages it has stored, by their keys

    def read_remaining(self, stored: Sequence[Page], on_page: OnPage) -> list[Page]:
        """Return `stored` and all pages that follow, each bought and stored.

        Raises the errors of `x_api`, `ledger` and `lake`; what was stored by then stays.
        """
        pages = list(stored)
        token_expired = False
        empty = 0
        _require_counts(self.posts_range.handle, pages)
        while (request := next_request(self.posts_range, pages, token_expired=token_expired)) is not None:
            try:
                page = self.fetch_page(request, pages)
            except PageTokenExpired:
                if token_expired:
                    raise
                token_expired = True
                continue
            token_expired = False
            pages.append(page)
            empty = 0 if page.items else empty + 1
            if empty > _EMPTY_IN_A_ROW and page.next_token:
                raise XUnavailable(
                    f"@{self.posts_range.handle}: X sent {empty} empty pages in a row, each with a token for the next; "
                    "it usually passes: run again later"
                )
            on_page(len(pages), posts_in(pages))
            _require_counts(self.posts_range.handle, pages[-1:])
        return pages

    def fetch_page(self, request: dict[str, Any], before: Sequence[Page]) -> Page:
        """Reserve the price of the page after `before`, ask for it, store it, and book what it really cost."""
        subject = f"@{self.posts_range.handle}"
        max_reads = page_at_most(request["max_results"], with_originals=bool(request["expansions"]))
        with self.ledger.reserve(subject, Reads(posts=max_reads)) as reservation:
            body = self.x.timeline_page(self.posts_range.handle, self.posts_range.user_id, **request)
            asked = {
                name: value.isoformat() if isinstance(value, datetime) else value
                for name, value in request.items()
            }
            page = Page(
                request=asked | {"user_id": self.posts_range.user_id}, collected_at=clock.now(), body=body
            )
            if page.next_token and page.next_token in {seen.request.get("token") for seen in [*before, page]}:
                raise XBadResponse(f"{subject}: X's next page is one that it gave before; run again later")
            stored = self._store(self.page_key(len(before) + 1), without_forgotten(self.lake, page))
            reservation.settle(Reads(posts=page.billed))
        return stored

    def _store(self, key: str, page: Page) -> Page:
        """Store a page and return it; or, where another run has stored its answer to the same request, return that.

        Each page leads to the next, so two runs at once continue from the same ones. A page of another request that
        was stored behind a gap is replaced.
        """
        if written := self.lake.put_if(key, pack(page), None):
            self.etags[key] = written
            return page
        found = self.lake.find(key)
        if found and (other := parse_page(self.lake, key, found.body)).request == page.request:
            self.etags[key] = found.etag
            return other
        self.etags[key] = self.lake.put(key, pack(page))
        return page


def next_request(
    posts_range: TimelineRange, pages: Sequence[Page], *, token_expired: bool
) -> dict[str, Any] | None:
    """Return what to ask for after `pages`, or None when they are all that is wanted.

    X's own token leads from page to page, and is sent with what it was given for. Once it has expired, the oldest post
    so far does: nothing between the two is skipped and nothing is bought twice.
    """
    posts = posts_in(pages)
    if is_complete(pages) or (pages and posts >= posts_range.max_posts):
        return None
    request: dict[str, Any] = {
        "start_time": posts_range.start,
        "end_time": posts_range.end,
        "max_results": min(max(posts_range.max_posts - posts, PAGE_MIN), PAGE_MAX),
        "exclude": posts_range.exclude,
        "expansions": posts_range.expansions,
        "token": pages[-1].next_token if pages and not token_expired else None,
    }
    return request | (
        _older_than(posts_range, pages) if token_expired else _bounds_of_token(posts_range, pages)
    )


def is_complete(pages: Sequence[Page]) -> bool:
    """Whether the pages lead to the end of what X shows of the posts_range."""
    return bool(pages) and pages[-1].next_token is None


def posts_in(pages: Sequence[Page]) -> int:
    """Return how many posts the pages hold, included originals apart."""
    return sum(len(page.items) for page in pages)


def _older_than(posts_range: TimelineRange, pages: Sequence[Page]) -> dict[str, Any]:
    """Return what asks for the posts before the last page that has any: what came before it may be out of order."""
    for page in reversed(pages):
        if page.oldest_at:
            return _before(posts_range, page.oldest_at)
        ids = [item["id"] for item in page.items if isinstance(item, dict) and is_id(item.get("id"))]
        if ids:
            return {"until_id": str(min(ids, key=int))}
    return {}


def _before(posts_range: TimelineRange, instant: datetime) -> dict[str, Any]:
    """Return what asks for the posts before an instant: X takes whole seconds, and an id for what is finer."""
    if instant.microsecond or instant <= posts_range.start:
        return {"until_id": str(first_id_at(instant))}
    return {"end_time": min(instant, posts_range.end)}


def _bounds_of_token(posts_range: TimelineRange, pages: Sequence[Page]) -> dict[str, Any]:
    """Return the bounds that the last page was asked for with, where they were not those of the range."""
    if not pages:
        return {}
    bounds: dict[str, Any] = {}
    until_id, end = pages[-1].request.get("until_id"), pages[-1].request.get("end_time")
    if until_id and until_id != NO_POST:  # forgotten since then
        bounds["until_id"] = until_id
    if end and (end_time := datetime.fromisoformat(end)) < posts_range.end:
        bounds["end_time"] = end_time
    return bounds


def _require_counts(handle: str, pages: Sequence[Page]) -> None:
    """Stop when a page of posts has no counts at all: X has renamed them, and every figure would be wrong."""
    for page in pages:
        posts = [item for item in page.items if not is_tombstone(item)]
        if posts and not any(isinstance(item, dict) and item.get("public_metrics") for item in posts):
            raise XRefused(
                f"@{handle}: none of the {len(posts)} posts of a page has public_metrics; X may have renamed "
                "its fields, so nothing more is read; see docs/runbook.md, 'X changed its names'"
            )
