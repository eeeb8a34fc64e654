"""Stage two: an account's posts of one day, from X into `raw/`, page by page.

Each page is stored before the next is asked for, so a retry goes on where the last attempt ended.
"""

from functools import partial

from pydantic import BaseModel, ConfigDict

from pipeline import clock, depth, keys
from pipeline.errors import AccountUnavailable, OverBudget, XRefused
from pipeline.lake import Lake
from pipeline.ledger import Budget, Ledger
from pipeline.outcome import Outcome, Status, find_outcome, outcome_on_failure, put_outcome
from pipeline.planned import AccountDay
from pipeline.raw import Manifest, find_manifest, read_pages
from pipeline.refresh import read_again
from pipeline.timeline import OnPage, Reading, Stretch, is_complete, posts_in
from pipeline.x_api import XApi


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


def collect(lake: Lake, x: XApi, work: AccountDay, on_page: OnPage = _no_progress) -> Collected:
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
            ledger = Ledger(lake, work.run_id, Budget(work.usd_per_run, work.usd_per_month))
            manifest = manifest or _read(lake, x, ledger, work, user_id=work.user_id, on_page=on_page)
            read_again(lake, x, ledger, work, user_id=work.user_id, on_page=on_page)
        except AccountUnavailable as gone:
            return _skipped(lake, work, Outcome(status=Status(gone.status), reason=gone.reason))
        except OverBudget as over:
            return _skipped(lake, work, Outcome(status=Status.OVER_BUDGET, reason=str(over)))
    return Collected(raw=folder, pages=manifest.pages, posts=manifest.posts, truncated=manifest.truncated)


def _read(
    lake: Lake, x: XApi, ledger: Ledger, work: AccountDay, *, user_id: str, on_page: OnPage
) -> Manifest:
    """Read on from the last stored page until the day or `max_posts` is reached, then say so."""
    window = work.window
    reading = Reading(
        lake,
        x,
        ledger,
        Stretch(work.handle, user_id, window.start, window.end, work.include, work.max_posts),
        partial(keys.raw_page, work.day, work.account),
    )
    stored = read_pages(lake, work.day, work.account)
    probes = [page for page in stored if page.is_probe]
    pages = reading.go_on([page for page in stored if not page.is_probe], on_page)
    complete = is_complete(pages)
    doubtful = depth.is_doubtful(reading.stretch, pages, work.published, work.created_at, clock.now())
    if complete and doubtful and not probes:
        probes = [reading.buy(depth.probe(reading.stretch), pages)]
    manifest = Manifest(
        pages=len(pages) + len(probes),
        posts=posts_in([*pages, *probes]),
        truncated=not complete,
        depth_reached=any(depth.is_reached(probe) for probe in probes),
        collected_at=pages[-1].collected_at,
    )
    lake.put_model(keys.raw_manifest(work.day, work.account), manifest)
    return manifest


def _skipped(lake: Lake, work: AccountDay, outcome: Outcome) -> Collected:
    put_outcome(lake, work.day, work.account, outcome)
    return Collected(raw=keys.raw_folder(work.day, work.account), skipped=outcome.reason)
