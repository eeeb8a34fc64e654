"""Stage two: an account's posts of one day, from X into `raw/`, page by page.

Each page is stored before the next is asked for, so a retry continues where the last attempt ended.
"""

from functools import partial

from pydantic import BaseModel, ConfigDict

from pipeline import clock
from pipeline.errors import AccountUnavailable, OverBudget, XRefused
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome, outcome_on_failure, put_outcome
from pipeline.lake.raw import find_manifest, read_pages
from pipeline.lake.records import AccountTask, Manifest, Outcome
from pipeline.progress import OnPage, no_progress
from pipeline.read import depth
from pipeline.read.timeline import TimelineRange, TimelineReader, is_complete, posts_in
from pipeline.refresh.fetch import refresh
from pipeline.spend.ledger import Budget, Ledger
from pipeline.status import Status
from pipeline.x_api.client import XApi


class Collected(BaseModel):
    """What `collect` hands on: keys and counts, never posts."""

    model_config = ConfigDict(frozen=True)

    raw: str  # the folder of the pages
    pages: int = 0
    posts: int = 0
    truncated: bool = False
    skipped: str | None = None  # why there is nothing to analyze


def collect(lake: Lake, x: XApi, task: AccountTask, on_page: OnPage = no_progress) -> Collected:
    """Read what is still missing of the account's day; `on_page` follows the pages and posts stored so far.

    A finished day is not read again. An account X does not show, or the budget does not reach, gets its
    outcome here and is returned as skipped. Raises the errors of `x_api` and `lake`, with a `failed` outcome left.
    """
    folder = keys.raw_folder(task.day, task.account)
    before = find_outcome(lake, task.day, task.account)
    if before and before.status.finished:
        skipped = None if before.status.has_posts else before.reason
        return Collected(
            raw=folder,
            pages=before.pages,
            posts=before.counts.fetched,
            truncated=before.truncated,
            skipped=skipped,
        )
    with outcome_on_failure(lake, task.day, task.account):
        if task.stopped or task.user_id is None:
            raise XRefused(f"@{task.handle}: {task.stopped or 'X did not return its id; run again'}")
        manifest = find_manifest(lake, task.day, task.account)
        try:
            ledger = Ledger(lake, task.run_id, Budget(task.usd_per_run, task.usd_per_month))
            manifest = manifest or _read(lake, x, ledger, task, user_id=task.user_id, on_page=on_page)
            refresh(lake, x, ledger, task, user_id=task.user_id, on_page=on_page)
        except AccountUnavailable as unavailable:
            return _skipped(lake, task, Outcome(status=Status(unavailable.status), reason=unavailable.reason))
        except OverBudget as over:
            return _skipped(lake, task, Outcome(status=Status.OVER_BUDGET, reason=str(over)))
    return Collected(raw=folder, pages=manifest.pages, posts=manifest.posts, truncated=manifest.truncated)


def _read(
    lake: Lake, x: XApi, ledger: Ledger, task: AccountTask, *, user_id: str, on_page: OnPage
) -> Manifest:
    """Read on from the last stored page until the day or `max_posts` is reached, then say so."""
    window = task.window
    reader = TimelineReader(
        lake,
        x,
        ledger,
        TimelineRange(task.handle, user_id, window.start, window.end, task.include, task.max_posts),
        partial(keys.raw_page, task.day, task.account),
    )
    stored = read_pages(lake, task.day, task.account)
    probes = [page for page in stored if page.is_probe]
    pages = reader.read_remaining([page for page in stored if not page.is_probe], on_page)
    complete = is_complete(pages)
    doubtful = depth.is_doubtful(reader.posts_range, pages, task.post_count, task.created_at, clock.now())
    if complete and doubtful and not probes:
        probes = [reader.fetch_page(depth.probe(reader.posts_range), pages)]
    manifest = Manifest(
        pages=len(pages) + len(probes),
        posts=posts_in([*pages, *probes]),
        truncated=not complete,
        depth_reached=any(depth.is_reached(probe) for probe in probes),
        collected_at=pages[-1].collected_at,
    )
    lake.put_model(keys.raw_manifest(task.day, task.account), manifest)
    return manifest


def _skipped(lake: Lake, task: AccountTask, outcome: Outcome) -> Collected:
    put_outcome(lake, task.day, task.account, outcome)
    return Collected(raw=keys.raw_folder(task.day, task.account), skipped=outcome.reason)
