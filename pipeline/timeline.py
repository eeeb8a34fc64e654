"""A stretch of an account's timeline, read from X page by page into `raw/`.

Each page is stored before the next is asked for, and what to ask for next is a function of the pages stored. So
whatever ends a reading, the next attempt goes on from its last page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline import clock
from pipeline.errors import PageTokenExpired, XRefused, XUnavailable, XUnheard
from pipeline.forgotten import without_forgotten
from pipeline.lake import Lake
from pipeline.ledger import Ledger, Reads
from pipeline.raw import Page, is_tombstone, pack, unpack
from pipeline.x_api import PAGE_MAX, PAGE_MIN, RETWEET_ORIGINALS, XApi

_EMPTY_IN_A_ROW = 20  # an empty page with a way on is normal with X; no end of them is not
OnPage = Callable[[int, int], None]  # hears of pages and posts stored so far


@dataclass(frozen=True)
class Stretch:
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

    @property
    def expansions(self) -> list[str]:
        """What X is asked to include; it probably bills included posts like others."""
        return [RETWEET_ORIGINALS] if "retweets" in self.include else []


@dataclass(frozen=True)
class Reading:
    """A stretch being read: from X, by the ledger, into the lake at `page_key(number)`, counted from 1."""

    lake: Lake
    x: XApi
    ledger: Ledger
    stretch: Stretch
    page_key: Callable[[int], str]

    def go_on(self, stored: Sequence[Page], on_page: OnPage) -> list[Page]:
        """Return `stored` and all pages that follow, which are bought and stored.

        Raises the errors of `x_api`, `ledger` and `lake`; what was stored by then stays.
        """
        pages = list(stored)
        token_expired = False
        empty = 0
        _require_counts(self.stretch.handle, pages)
        while (request := next_request(self.stretch, pages, token_expired=token_expired)) is not None:
            try:
                page = self.buy(request, pages)
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
                    f"@{self.stretch.handle}: X sent {empty} empty pages in a row, each with a way to the next; "
                    "it usually passes: run again later"
                )
            on_page(len(pages), posts_in(pages))
            _require_counts(self.stretch.handle, pages[-1:])
        return pages

    def buy(self, request: dict[str, Any], before: Sequence[Page]) -> Page:
        """Reserve the price of the page after `before`, ask for it, store it, and settle what it really cost."""
        subject = f"@{self.stretch.handle}"
        # Included originals are probably billed like posts.
        most = Reads(posts=request["max_results"] * (2 if request["expansions"] else 1))
        with self.ledger.buying(subject, most) as purchase:
            body = self.x.timeline_page(self.stretch.handle, self.stretch.user_id, **request)
            asked = {
                name: value.isoformat() if isinstance(value, datetime) else value
                for name, value in request.items()
            }
            page = Page(
                request=asked | {"user_id": self.stretch.user_id}, collected_at=clock.now(), body=body
            )
            if page.next_token and page.next_token in {seen.request.get("token") for seen in [*before, page]}:
                raise XUnheard(f"{subject}: X's next page is one it gave before; run again later")
            stored = self._store(self.page_key(len(before) + 1), without_forgotten(self.lake, page))
            purchase.settle(Reads(posts=page.billed))
        return stored

    def _store(self, key: str, page: Page) -> Page:
        """Store a page and return it; or, where another run has stored its answer to the same request, return that.

        Pages are one reading, each the way to the next: of two runs at once, both go on from the same ones. What
        lies there from another request, behind a gap, is replaced.
        """
        if self.lake.put_if(key, pack(page), None, "application/zstd"):
            return page
        found = self.lake.find(key)
        other = unpack(found) if found else None
        if other and other.request == page.request:
            return other
        self.lake.put(key, pack(page), "application/zstd")
        return page


def next_request(
    stretch: Stretch, pages: Sequence[Page], *, token_expired: bool = False
) -> dict[str, Any] | None:
    """Return what to ask for after `pages`, or None when they are all that is wanted.

    X's own token leads from page to page. Once it has expired, the oldest post so far does: nothing between the
    two is skipped and nothing is bought twice.
    """
    posts = posts_in(pages)
    if is_complete(pages) or (pages and posts >= stretch.max_posts):
        return None
    request: dict[str, Any] = {
        "start_time": stretch.start,
        "end_time": stretch.end,
        "max_results": min(max(stretch.max_posts - posts, PAGE_MIN), PAGE_MAX),
        "exclude": stretch.exclude,
        "expansions": stretch.expansions,
        "token": pages[-1].next_token if pages and not token_expired else None,
    }
    oldest = _oldest_id(pages) if token_expired else None
    return request | ({"until_id": oldest} if oldest else {})


def is_complete(pages: Sequence[Page]) -> bool:
    """Whether the pages lead to the end of what X shows of the stretch."""
    return bool(pages) and pages[-1].next_token is None


def posts_in(pages: Sequence[Page]) -> int:
    """Return how many posts the pages hold, included originals apart."""
    return sum(len(page.items) for page in pages)


def _oldest_id(pages: Sequence[Page]) -> str | None:
    """Return the smallest post id on the last page that has any: what came before it may be out of order."""
    for page in reversed(pages):
        ids = [item["id"] for item in page.items if isinstance(item, dict) and _is_id(item.get("id"))]
        if ids:
            return str(min(ids, key=int))
    return None


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit()


def _require_counts(handle: str, pages: Sequence[Page]) -> None:
    """Stop when a page of posts has no counts at all: X has renamed them, and every figure would be wrong."""
    for page in pages:
        posts = [item for item in page.items if not is_tombstone(item)]
        if posts and not any(isinstance(item, dict) and item.get("public_metrics") for item in posts):
            raise XRefused(
                f"@{handle}: none of the {len(posts)} posts of a page has public_metrics; X may have renamed "
                "its fields, so nothing more is read; see docs/runbook.md, 'X changed its names'"
            )
