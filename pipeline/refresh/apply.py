"""Applies what reading earlier days again has brought: newer counts into `metrics/`, deleted posts forgotten."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from pipeline.erasure.posts import forget_posts
from pipeline.erasure.redact import redact
from pipeline.erasure.register import erased_among
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import put_frame
from pipeline.lake.raw import find_refresh_manifest, read_pages
from pipeline.lake.records import AccountTask, RefreshManifest
from pipeline.page import Page, pack
from pipeline.refresh.deletions import DELETED_AT_X, removed_by
from pipeline.refresh.earlier_days import find_day
from pipeline.transform.metrics import newer_counts

PageKey = Callable[[date, str, int], str]


def apply_refresh(lake: Lake, task: AccountTask) -> None:
    """Write the account's newer counts, and forget what X no longer has; a repetition changes nothing.

    The pages of the days concerned are made again by the stage `report`.
    """
    manifest = find_refresh_manifest(lake, task.day, task.account) if task.refresh_days else None
    if manifest is None:
        return
    while True:
        pages, lookups = (
            read_pages(lake, task.day, task.account, page_key)
            for page_key in (keys.refresh_page, keys.lookup_page)
        )
        if manifest.days and len(pages) >= manifest.pages:  # else nothing was read, or it has expired
            _write_counts(lake, task, manifest, pages)
        # What was forgotten while this ran may have been written back, so `forgotten/` is looked at again.
        forgotten = [
            _forget_in(lake, task, keys.refresh_page, pages),
            _forget_in(lake, task, keys.lookup_page, lookups),
        ]
        if not any(forgotten):
            break
    deleted = removed_by(lake, task.day, task.account) if manifest.deleted else None
    if deleted and deleted.days:
        forget_posts(lake, task.account, deleted.post_ids, deleted.days.keys(), DELETED_AT_X)


def _write_counts(lake: Lake, task: AccountTask, manifest: RefreshManifest, pages: Sequence[Page]) -> None:
    days = [day for each in manifest.days if (day := find_day(lake, each, task.account))]
    counts = newer_counts(pages, task.account, [day.window for day in days])
    put_frame(lake, keys.metrics(task.day + timedelta(days=1), task.account), counts)


def _forget_in(lake: Lake, task: AccountTask, page_key: PageKey, pages: Sequence[Page]) -> bool:
    """Take out of stored pages what is forgotten by now; return whether there was anything."""
    target = erased_among(lake, pages)
    changed = {
        number: clean for number, page in enumerate(pages, 1) if (clean := redact(page, target)) != page
    }
    for number, clean in changed.items():
        lake.put(page_key(task.day, task.account, number), pack(clean))
    return bool(changed)
