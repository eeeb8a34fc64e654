"""Takes what must be forgotten out of an account's day: out of its raw pages, and so out of what is made of them."""

from io import BytesIO

import polars as pl

from pipeline import keys
from pipeline.analyze import analyze
from pipeline.forgotten import Place
from pipeline.lake import Lake
from pipeline.outcome import find_outcome, put_outcome
from pipeline.planned import AccountDay, find_plan
from pipeline.raw import find_manifest, pack, read_pages, unpack
from pipeline.schema import POSTS, QUARANTINE
from pipeline.spreadsheet import to_csv
from pipeline.tombstones import Subject, strip, strip_frame


def strip_object(lake: Lake, key: str, subject: Subject) -> None:
    """Take the subject out of what is not made from anything else: raw pages, and counts read later."""
    if key.startswith("raw/"):
        lake.put(key, pack(strip(unpack(lake.get(key)), subject)), "application/zstd")
    elif key.startswith("metrics/"):
        lake.put_parquet(key, strip_frame(pl.read_parquet(BytesIO(lake.get(key))), subject))


def make_again(lake: Lake, place: Place, subject: Subject) -> None:
    """Make an account's day again from its raw pages, or, where these have expired, from what was made of them."""
    day, account = place
    plan, before = find_plan(lake, day), find_outcome(lake, day, account)
    entry = next((entry for entry in plan.accounts if entry.account == account), None) if plan else None
    manifest = find_manifest(lake, day, account)
    whole = manifest is not None and len(read_pages(lake, day, account)) == manifest.pages
    if plan and entry and before and before.status.has_posts and whole:
        work = AccountDay(
            **entry.model_dump(),
            day=day,
            timezone=plan.timezone,
            run_id="forget",
            quarantined_posts=plan.quarantined_posts,
            usd_per_run=0,
            usd_per_month=0,
        )
        analyze(lake, work)
    else:
        _strip_made(lake, place, subject)


def _strip_made(lake: Lake, place: Place, subject: Subject) -> None:
    """Take the subject out of an account's posts, spreadsheet and quarantine, and move its counts.

    How the day ended stays as it was told when it was read.
    """
    day, account = place
    posts = lake.find_parquet(keys.posts(day, account), POSTS)
    if posts is None:
        return
    posts = strip_frame(posts, subject)
    lake.put_parquet(keys.posts(day, account), posts)
    lake.put(keys.account_csv(day, account), to_csv(posts), "text/csv; charset=utf-8")
    quarantined = lake.find_parquet(keys.quarantine(day, account), QUARANTINE)
    if quarantined is not None:
        quarantined = strip_frame(quarantined, subject)
        if quarantined.is_empty():
            lake.delete(keys.quarantine(day, account))
        else:
            lake.put_parquet(keys.quarantine(day, account), quarantined)
    before = find_outcome(lake, day, account)
    if before is None or not before.status.has_posts:
        return
    counts = before.counts.model_copy(
        update={"kept": posts.height, "quarantined": 0 if quarantined is None else quarantined.height}
    )
    gone = counts.fetched - counts.kept - counts.filtered - counts.duplicates - counts.quarantined
    put_outcome(
        lake,
        day,
        account,
        before.model_copy(
            update={
                "counts": counts.model_copy(update={"forgotten": gone}),
                "scored": posts["compound"].count(),
            }
        ),
    )
