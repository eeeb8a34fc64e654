"""Stage two: an account's posts of one day, from X into `raw/`, page by page.

Each page is stored before the next is asked for, so a retry continues where the last attempt ended. The manifest, which
names the pages, makes them the account's day: one write, so that a day that is read again replaces the old one whole or
not at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from pipeline import clock
from pipeline.errors import AccountUnavailable, LakeDamaged, OverBudget, RefetchRefused, XRefused
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome, outcome_on_failure, put_outcome
from pipeline.lake.frames import find_frame
from pipeline.lake.raw import RawDay, name_of, newest_reading, read_listed, read_raw_day, with_stored_refresh
from pipeline.lake.records import AccountTask, Manifest, Outcome
from pipeline.page import Page
from pipeline.progress import OnPage, no_progress
from pipeline.read import depth
from pipeline.read.counts import count_posts
from pipeline.read.timeline import TimelineRange, TimelineReader, is_complete, posts_in
from pipeline.refresh.fetch import refresh
from pipeline.schema import POSTS
from pipeline.spend.ledger import Budget, Ledger
from pipeline.status import Status
from pipeline.transform.metrics import seen_ids
from pipeline.x_api.client import XApi


@dataclass(frozen=True)
class Collected:
    """How reading an account's day ended."""

    pages: int = 0
    posts: int = 0
    truncated: bool = False
    skipped: str | None = None  # why there is nothing to analyze
    raw_day: RawDay | None = field(
        default=None, repr=False
    )  # what was read just now, so that nobody reads it back


def collect(lake: Lake, x: XApi, task: AccountTask, on_page: OnPage = no_progress) -> Collected:
    """Read what is still missing of the account's day; `on_page` follows the pages and posts stored so far.

    A finished day is not read again, unless the task says `refetch`. An account X does not show, or the budget does not
    reach, gets its outcome here and is returned as skipped. Raises the errors of `x_api` and `lake`, with a `failed`
    outcome left; and `RefetchRefused` where a finished day stays as it was.
    """
    before = _outcome_before(lake, task)
    finished = before is not None and before.status.finished
    if before and finished and not task.refetch:
        return Collected(
            pages=before.pages,
            posts=before.counts.fetched,
            truncated=before.truncated,
            skipped=None if before.status.has_posts else before.reason,
        )
    stored = lake.etags(keys.raw_folder(task.day, task.account))
    key = keys.raw_manifest(task.day, task.account)
    manifest = lake.find_model(key, Manifest) if key in stored else None
    if task.refetch and (finished or manifest):
        return _read_again(lake, x, task, before, manifest, stored, on_page)
    with outcome_on_failure(lake, task.day, task.account):
        user_id = _require_user(task)
        try:
            raw_day = read_raw_day(lake, task.day, task.account, stored) if manifest else None
            if raw_day is None:
                page_key = partial(keys.raw_page, task.day, task.account)
                raw_day = _read(lake, x, task, user_id, page_key, stored, on_page)
                lake.put_model(key, raw_day.manifest)
                raw_day = with_stored_refresh(lake, raw_day, task.day, task.account, stored)
                raw_day = replace(raw_day, is_first=before is None)
            raw_day = refresh(lake, x, _ledger(lake, task), task, raw_day, user_id=user_id, on_page=on_page)
            raw_day = _counted(lake, x, task, raw_day)
        except AccountUnavailable as unavailable:
            return _skipped(lake, task, Outcome(status=Status(unavailable.status), reason=unavailable.reason))
        except OverBudget as over:
            return _skipped(lake, task, Outcome(status=Status.OVER_BUDGET, reason=str(over)))
    return _collected(raw_day)


def _outcome_before(lake: Lake, task: AccountTask) -> Outcome | None:
    """Return how the day ended before; None also for a damaged outcome that can be made again from `raw/`."""
    try:
        return find_outcome(lake, task.day, task.account)
    except LakeDamaged:
        if lake.exists(keys.raw_manifest(task.day, task.account)):
            return None
        raise


def _read(
    lake: Lake,
    x: XApi,
    task: AccountTask,
    user_id: str,
    page_key: Callable[[int], str],
    stored: Mapping[str, str],
    on_page: OnPage,
) -> RawDay:
    """Read on from the last of the `stored` pages until the day or `max_posts` is reached.

    `stored` are the ETags of the account-day's folder by their keys. The manifest is not stored yet.
    """
    posts_range = _range(task, user_id)
    reader = TimelineReader(lake, x, _ledger(lake, task), posts_range, page_key)
    found = read_listed(lake, stored, page_key)
    probes = [page for page in found if page.is_probe]
    pages = reader.read_remaining([page for page in found if not page.is_probe], on_page)
    complete = is_complete(pages)
    doubtful = depth.is_doubtful(posts_range, pages, task.post_count, task.created_at, clock.now())
    if complete and doubtful and not probes:
        probes = [reader.fetch_page(depth.probe(posts_range), pages)]
    page_keys = [page_key(number) for number in range(1, len(pages) + len(probes) + 1)]
    manifest = Manifest(
        pages=len(page_keys),
        names=tuple(map(name_of, page_keys)),
        posts=posts_in([*pages, *probes]),
        include=task.include,
        max_posts=task.max_posts,
        mentions=task.mentions,
        completeness=task.completeness and (not complete or bool(probes)),
        start=task.start,
        end=task.end,
        refetch_id=task.refetch_id,
        truncated=not complete,
        depth_reached=any(depth.is_reached(probe) for probe in probes),
        collected_at=pages[-1].collected_at,
    )
    etags = {**stored, **reader.etags}
    return RawDay(manifest, [*pages, *probes], tuple(etags[key] for key in page_keys))


def _read_again(
    lake: Lake,
    x: XApi,
    task: AccountTask,
    outcome: Outcome | None,
    before: Manifest | None,
    stored: Mapping[str, str],
    on_page: OnPage,
) -> Collected:
    """Read a finished day again beside its pages, and make the new ones the day; until then nothing of it changes.

    A run that is repeated finds it done. An account that X did not show, and still does not, is skipped again. Raises
    `RefetchRefused` when the day stays as it was for any other reason.
    """
    if before and task.refetch_id and before.refetch_id == task.refetch_id:
        count_posts(lake, x, _ledger(lake, task), task, before)
        return Collected(before.pages, before.posts, before.truncated)
    key = keys.raw_manifest(task.day, task.account)
    try:
        page_key = partial(keys.refetched_page, task.day, task.account, _reading(task, before, lake, stored))
        raw_day = _read(lake, x, task, _require_user(task), page_key, stored, on_page)
    except (AccountUnavailable, OverBudget, XRefused) as refused:
        is_not_shown = task.stopped or isinstance(refused, AccountUnavailable)
        if is_not_shown and outcome and not outcome.status.has_posts:
            return Collected(skipped=str(refused))
        raise RefetchRefused(f"{refused}; {task.day} stays as it was") from None
    _require_no_surprise(lake, task, raw_day.pages)
    if before and before.mentions and not task.mentions:  # what was counted stays
        raw_day = replace(raw_day, manifest=raw_day.manifest.model_copy(update={"mentions": True}))
    if not lake.put_model_if(key, raw_day.manifest, stored.get(key)):
        raise RefetchRefused(
            f"@{task.handle}: another run has read {task.day} again meanwhile; this one's pages are not used"
        )
    return _collected(_counted(lake, x, task, raw_day))


def _reading(task: AccountTask, before: Manifest | None, lake: Lake, stored: Mapping[str, str]) -> int:
    """Return the number of the reading to continue, or of a new one.

    What an interrupted run has bought is continued. What was complete, and surprising, is used only when confirmed.
    """
    newest = newest_reading(stored)
    page_key = partial(keys.refetched_page, task.day, task.account, newest)
    if newest == 0 or (before and name_of(page_key(1)) in before.names):
        return newest + 1
    pages = read_listed(lake, stored, page_key)
    posts_range = _range(task, user_id="")
    continues = bool(pages) and posts_range.is_of(pages[0])
    unfinished = not is_complete(pages) and posts_in(pages) < task.max_posts
    return newest if continues and (unfinished or task.confirmed) else newest + 1


def _require_no_surprise(lake: Lake, task: AccountTask, pages: Sequence[Page]) -> None:
    """Stop before a reading replaces a day of which it shows little: one answer of X proves no deletion."""
    stored = find_frame(lake, keys.posts(task.day, task.account), POSTS)
    known = set(stored["post_id"]) if stored is not None else set()
    shown = known & seen_ids(pages)
    if known and 2 * len(shown) < len(known) and not task.confirmed:
        raise RefetchRefused(
            f"@{task.handle}: X now shows {len(shown)} of the {len(known)} stored posts of {task.day}, so the day "
            "stays as it was; if that is right, the pages just read are used by: ./aviary run "
            f"--day {task.day} --account {task.handle} --refetch --yes"
        )


def _require_user(task: AccountTask) -> str:
    if task.stopped or task.user_id is None:
        raise XRefused(f"@{task.handle}: {task.stopped or 'X did not return its id; run again'}")
    return task.user_id


def _range(task: AccountTask, user_id: str) -> TimelineRange:
    window = task.window
    return TimelineRange(task.handle, user_id, window.start, window.end, task.include, task.max_posts)


def _ledger(lake: Lake, task: AccountTask) -> Ledger:
    return Ledger(lake, task.run_id, Budget(task.usd_per_run, task.usd_per_month), task.day)


def _counted(lake: Lake, x: XApi, task: AccountTask, raw_day: RawDay) -> RawDay:
    """Return the day with what X counts of it, where that is wanted, so that nobody reads it back."""
    return replace(raw_day, counts=count_posts(lake, x, _ledger(lake, task), task, raw_day.manifest))


def _collected(raw_day: RawDay) -> Collected:
    manifest = raw_day.manifest
    return Collected(manifest.pages, manifest.posts, manifest.truncated, raw_day=raw_day)


def _skipped(lake: Lake, task: AccountTask, outcome: Outcome) -> Collected:
    put_outcome(lake, task.day, task.account, outcome)
    return Collected(skipped=outcome.reason)
