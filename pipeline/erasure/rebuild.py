"""Takes what must be forgotten out of an account's day: out of its raw pages, and so out of what is made of them."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

import polars as pl

from pipeline.erasure.redact import ErasureTarget, redact, redact_frame
from pipeline.erasure.register import erased_among
from pipeline.lake import keys
from pipeline.lake.catalogue import find_kind
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome, find_plan, put_outcome
from pipeline.lake.frames import find_frame, put_frame
from pipeline.lake.kinds import Redaction
from pipeline.lake.raw import find_raw_day, page_names, parse_page
from pipeline.lake.records import AccountDay, Manifest, Outcome
from pipeline.page import Page, pack
from pipeline.schema import POSTS, QUARANTINE
from pipeline.transform import account_day


def redact_object(lake: Lake, key: str, target: ErasureTarget) -> None:
    """Take the target out of an object that is not made from any other; objects of other kinds stay as they are."""
    kind = find_kind(key)
    match kind.redaction if kind else None:
        case Redaction.PAGE:
            lake.put(key, pack(redact(parse_page(lake, key, lake.get(key)), target)))
        case Redaction.ROWS:
            put_frame(lake, key, redact_frame(pl.read_parquet(BytesIO(lake.get(key))), target))


def rebuild(lake: Lake, place: AccountDay, target: ErasureTarget) -> None:
    """Make an account's day again from its raw pages, or, where these have expired, from what was made of them."""
    day, account = place
    plan, before = find_plan(lake, day), find_outcome(lake, day, account)
    settings = plan.settings_of(account) if plan else None
    raw_day = find_raw_day(lake, day, account)
    if settings and before and before.status.has_posts and raw_day and raw_day.is_whole:
        put_outcome(lake, day, account, account_day.make(lake, settings, raw_day))
    else:
        _redact_derived(lake, place, target)


def forget_in_day(lake: Lake, day: date, account: str, manifest: Manifest, pages: Sequence[Page]) -> bool:
    """Take out of an account-day's stored pages what is forgotten by now; return whether the `pages` read are outdated.

    An erasure records what must go before it looks for it, so this sees each one that may have missed the pages.
    """
    target = erased_among(lake, pages)
    folder = keys.raw_folder(day, account)
    outdated = False
    for name, page in zip(page_names(day, account, manifest), pages, strict=False):
        clean = redact(page, target)
        if clean != page:
            lake.put(f"{folder}{name}", pack(clean))
            outdated = True
    return outdated


def _redact_derived(lake: Lake, place: AccountDay, target: ErasureTarget) -> None:
    """Take the target out of an account's posts, spreadsheet and quarantine, and adjust its counts.

    How the day ended stays as it was recorded when it was read.
    """
    day, account = place
    stored = find_frame(lake, keys.posts(day, account), POSTS)
    if stored is None:
        return
    posts = redact_frame(stored, target)
    quarantined = find_frame(lake, keys.quarantine(day, account), QUARANTINE)
    rejected = pl.DataFrame(schema=QUARANTINE) if quarantined is None else redact_frame(quarantined, target)
    before = find_outcome(lake, day, account)
    made = account_day.write(lake, day, account, posts, rejected)
    if before and before.status.has_posts:
        put_outcome(lake, day, account, _without(before, posts, rejected).model_copy(update={"made": made}))


def _without(before: Outcome, posts: pl.DataFrame, rejected: pl.DataFrame) -> Outcome:
    """Return an outcome whose counts are of what is left; the rest of what was fetched is forgotten."""
    left = before.counts.model_copy(update={"kept": posts.height, "quarantined": rejected.height})
    forgotten = left.fetched - left.kept - left.filtered - left.duplicates - left.quarantined
    counts = left.model_copy(update={"forgotten": forgotten})
    return before.model_copy(update={"counts": counts, "scored": posts["compound"].count()})
