"""Stage two: an account's posts of one day, from X into `raw/`, page by page.

Each page is stored before the next is asked for, so a retry goes on where the last attempt ended.
"""

import logging
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict

from pipeline import clock, keys
from pipeline.errors import AccountUnavailable, OverBudget, XRefused, XUnheard
from pipeline.lake import Lake
from pipeline.ledger import Budget, Ledger, Reads
from pipeline.outcome import Outcome, Status, find_outcome, outcome_on_failure, put_outcome
from pipeline.planned import AccountDay
from pipeline.raw import Manifest, Page, find_manifest, pack, read_pages
from pipeline.x_api import PAGE_MAX, PAGE_MIN, RETWEET_ORIGINALS, XApi

log = logging.getLogger(__name__)


class Collected(BaseModel):
    """What `collect` hands on: keys and counts, never posts."""

    model_config = ConfigDict(frozen=True)

    raw: str  # the folder of the pages
    pages: int = 0
    posts: int = 0
    truncated: bool = False
    skipped: str | None = None  # why there is nothing to analyze


def _no_progress(pages: int, posts: int) -> None:
    pass


def collect(
    lake: Lake, x: XApi, work: AccountDay, on_page: Callable[[int, int], None] = _no_progress
) -> Collected:
    """Read what is still missing of the account's day; `on_page` hears of pages and posts stored so far.

    A finished day is not read again. An account X does not show, or the budget does not reach, gets its
    outcome here and is told as skipped. Raises the errors of `x_api` and `lake`, with a `failed` outcome left.
    """
    folder = keys.raw_folder(work.day, work.account)
    before = find_outcome(lake, work.day, work.account)
    if before and before.status.finished:
        skipped = None if before.status.has_posts else before.reason
        return Collected(
            raw=folder,
            pages=before.pages,
            posts=before.counts.fetched,
            truncated=before.truncated,
            skipped=skipped,
        )
    with outcome_on_failure(lake, work.day, work.account):
        if work.stopped or work.user_id is None:
            raise XRefused(f"@{work.handle}: {work.stopped or 'X did not tell its id; run again'}")
        manifest = find_manifest(lake, work.day, work.account)
        try:
            manifest = manifest or _read(lake, x, work, work.user_id, on_page)
        except AccountUnavailable as gone:
            return _skipped(lake, work, Outcome(status=Status(gone.status), reason=gone.reason))
        except OverBudget as over:
            return _skipped(lake, work, Outcome(status=Status.OVER_BUDGET, reason=str(over)))
    return Collected(raw=folder, pages=manifest.pages, posts=manifest.posts, truncated=manifest.truncated)


def _read(
    lake: Lake, x: XApi, work: AccountDay, user_id: str, on_page: Callable[[int, int], None]
) -> Manifest:
    """Read on from the last stored page until the day or `max_posts` is reached, then say so."""
    ledger = Ledger(lake, work.run_id, Budget(work.usd_per_run, work.usd_per_month))
    exclude = [kind for kind in ("replies", "retweets") if kind not in work.include]
    expansions = [RETWEET_ORIGINALS] if "retweets" in work.include else []
    pages = read_pages(lake, work.day, work.account)
    posts = sum(len(page.items) for page in pages)
    while not pages or (pages[-1].next_token and posts < work.max_posts):
        _require_counts(work.handle, pages)
        request: dict[str, Any] = {
            "max_results": min(max(work.max_posts - posts, PAGE_MIN), PAGE_MAX),
            "exclude": exclude,
            "expansions": expansions,
            "token": pages[-1].next_token if pages else None,
        }
        # Included originals are probably billed like posts.
        most = Reads(posts=request["max_results"] * (2 if expansions else 1))
        with ledger.buying(f"@{work.handle}", most) as purchase:
            body = x.timeline_page(work.handle, user_id, work.window, **request)
            page = Page(
                request=request
                | {
                    "user_id": user_id,
                    "start_time": work.window.start.isoformat(),
                    "end_time": work.window.end.isoformat(),
                },
                collected_at=clock.now(),
                body=body,
            )
            if page.next_token and page.next_token in {
                before.request.get("token") for before in [*pages, page]
            }:
                raise XUnheard(f"@{work.handle}: X's next page is one it gave before; run again later")
            lake.put(keys.raw_page(work.day, work.account, len(pages) + 1), pack(page), "application/zstd")
            purchase.settle(page_reads(page))
        pages.append(page)
        posts += len(page.items)
        log.info("@%s: page %d stored, %d posts so far", work.handle, len(pages), posts)
        on_page(len(pages), posts)
    _require_counts(work.handle, pages)
    manifest = Manifest(
        pages=len(pages),
        posts=posts,
        truncated=pages[-1].next_token is not None,
        collected_at=pages[-1].collected_at,
    )
    lake.put_model(keys.raw_manifest(work.day, work.account), manifest)
    return manifest


def page_reads(page: Page) -> Reads:
    """Return what X bills for a page: its posts and the originals it includes."""
    return Reads(posts=len(page.items) + len(page.included))


def _require_counts(handle: str, pages: list[Page]) -> None:
    """Stop when a page of posts has no counts at all: X has renamed them, and every figure would be wrong."""
    for page in pages:
        if page.items and not any(
            isinstance(item, dict) and item.get("public_metrics") for item in page.items
        ):
            raise XRefused(
                f"@{handle}: none of the {len(page.items)} posts of a page has public_metrics; X may have renamed "
                "its fields, so nothing more is read; see docs/runbook.md, 'X changed its names'"
            )


def _skipped(lake: Lake, work: AccountDay, outcome: Outcome) -> Collected:
    put_outcome(lake, work.day, work.account, outcome)
    return Collected(raw=keys.raw_folder(work.day, work.account), skipped=outcome.reason)
