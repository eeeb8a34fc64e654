"""Applies what reading earlier days again has brought: newer counts into `metrics/`, deleted posts forgotten."""

from datetime import timedelta
from typing import Final

import polars as pl

from pipeline.erasure.posts import forget_posts
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import put_frame
from pipeline.lake.raw import find_refresh_manifest, read_pages
from pipeline.lake.records import AccountTask, DeletedPosts
from pipeline.transform.metrics import newer_counts

DELETED_AT_X: Final = "gone from X when its day was read again"  # the reason in the erasure's record


def apply_refresh(lake: Lake, task: AccountTask) -> None:
    """Write the account's newer counts, and forget what X no longer has; a repetition changes nothing.

    The pages of the days concerned are made again by the stage `report`.
    """
    manifest = find_refresh_manifest(lake, task.day, task.account) if task.refresh_days else None
    if manifest is None:
        return
    pages = read_pages(lake, task.day, task.account, keys.refresh_page)
    if len(pages) < manifest.pages:  # expired
        return
    counts = newer_counts(pages, task.account, task.timezone).filter(pl.col("day").is_in(manifest.days))
    put_frame(lake, keys.metrics(task.day + timedelta(days=1), task.account), counts)
    if manifest.deleted and (
        deleted := lake.find_model(keys.deleted_posts(task.day, task.account), DeletedPosts)
    ):
        forget_posts(lake, task.account, deleted.post_ids, deleted.days.keys(), DELETED_AT_X)
