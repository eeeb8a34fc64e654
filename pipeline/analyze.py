"""Stage three: an account's raw pages to its posts of the day, scored and accounted for."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import polars as pl
from pydantic import BaseModel, ConfigDict

from pipeline import keys
from pipeline.accounts.model import percent
from pipeline.contract import Posts
from pipeline.errors import AnalyzeError
from pipeline.lake import Lake
from pipeline.ledger import Reads
from pipeline.outcome import Counts, Outcome, Status, find_outcome, outcome_on_failure, put_outcome
from pipeline.planned import AccountDay
from pipeline.posts import newest_versions, read_posts, rejected
from pipeline.raw import (
    Manifest,
    Page,
    SecondReading,
    find_manifest,
    find_second_reading,
    is_tombstone,
    read_pages,
)
from pipeline.schema import KIND_OF, POSTS
from pipeline.sentiment import judge
from pipeline.spreadsheet import to_csv

log = logging.getLogger(__name__)


class Analyzed(BaseModel):
    """What `analyze` hands on: a key and counts."""

    model_config = ConfigDict(frozen=True)

    posts: str  # the key of the posts
    status: Status
    counts: Counts


@dataclass(frozen=True)
class Day:
    """An account's day, sorted out: `posts` as POSTS, `rejected` as QUARANTINE."""

    posts: pl.DataFrame
    rejected: pl.DataFrame
    counts: Counts
    cut: bool  # the day's earliest posts are left out because of max_posts


def analyze(lake: Lake, work: AccountDay) -> Analyzed:
    """Write the account's posts, CSV, quarantine and, last, its outcome.

    Reads only `raw/`, so it can be repeated at will; a day whose pages have expired keeps what it has.
    Raises `AnalyzeError` when the day was not read to its end.
    """
    before = find_outcome(lake, work.day, work.account)
    manifest = find_manifest(lake, work.day, work.account)
    if manifest is None:
        return _kept(before, work)
    with outcome_on_failure(lake, work.day, work.account):
        pages = read_pages(lake, work.day, work.account)
        if len(pages) < manifest.pages and before and before.status.has_posts:
            return _kept(before, work)  # pages expire one by one
        day = sort_out(pages, work)
        lake.put_parquet(keys.posts(work.day, work.account), day.posts)
        lake.put(keys.account_csv(work.day, work.account), to_csv(day.posts), "text/csv; charset=utf-8")
        if day.rejected.is_empty():
            lake.delete(keys.quarantine(work.day, work.account))
        else:
            lake.put_parquet(keys.quarantine(work.day, work.account), day.rejected)
        again = find_second_reading(lake, work.day, work.account) if work.refresh_days else None
        outcome = conclude(day, pages, manifest, work, again)
        put_outcome(lake, work.day, work.account, outcome)
        log.info("@%s: %s; %s, %d scored", work.handle, outcome.status, outcome.counts, outcome.scored)
    return Analyzed(posts=keys.posts(work.day, work.account), status=outcome.status, counts=outcome.counts)


def sort_out(pages: list[Page], work: AccountDay) -> Day:
    """Return the account's day: each fetched item ends in exactly one of the counts."""
    read = read_posts(pages, work.account)
    forgotten = sum(is_tombstone(item) for page in pages for item in page.items)
    unreadable = read.filter(pl.col("problems").list.len() > 0)
    sound = read.filter(pl.col("problems").list.len() == 0)

    newest = newest_versions(sound)
    of_day = newest.filter(
        pl.col("kind").is_in([KIND_OF[kind] for kind in work.include]),
        pl.col("created_at").is_between(work.window.start, work.window.end, closed="left"),
    )
    wanted = (
        of_day.sort("created_at", "position", descending=[True, False])
        .head(work.max_posts)
        .sort("created_at", "post_id")
    )
    scored = pl.concat([wanted, judge(wanted["text"], wanted["lang"])], how="horizontal")
    posts, failure = Posts.filter(scored.select(POSTS.names()))
    broken = _broken(wanted, failure.details())
    quarantined = pl.concat([_unreadable(unreadable), broken])
    return Day(
        posts=pl.DataFrame(posts),
        rejected=quarantined,
        counts=Counts(
            fetched=read.height + forgotten,
            kept=posts.height,
            filtered=newest.height - wanted.height,
            duplicates=sound.height - newest.height,
            quarantined=quarantined.height,
            forgotten=forgotten,
        ),
        cut=of_day.height > wanted.height,
    )


def _unreadable(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows that could not be read whole as QUARANTINE: with what was amiss, and what of the rest breaks a rule.

    Rules over several columns would only tell again of the missing ones.
    """
    unscored = rows.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in POSTS.items() if name not in rows.columns
    )
    # None has a `clean_text`, so each breaks the contract, and the details come in the rows' order.
    details = Posts.filter(unscored.select(POSTS.names())).failure.details()
    rules = [rule for rule in details.columns if "|" in rule and not rule.endswith("|nullability")]
    also = details.select(_names_of_broken(rules).alias("also"))
    return rejected(pl.concat([rows, also], how="horizontal"), pl.col("problems").list.concat("also"))


def _names_of_broken(rules: Iterable[str]) -> pl.Expr:
    return pl.concat_list(
        pl.when(pl.col(rule) == "invalid").then(pl.lit(rule)) for rule in rules
    ).list.drop_nulls()


def _broken(rows: pl.DataFrame, details: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that break the contract as QUARANTINE; a reason is `column|rule`."""
    rules = [name for name in details.columns if name not in POSTS]
    reasons = details.select(
        "post_id",
        _names_of_broken(rules).alias("broken"),
    )
    return rejected(rows.join(reasons, on="post_id", maintain_order="left"), pl.col("broken"))


def conclude(
    day: Day, pages: list[Page], manifest: Manifest, work: AccountDay, again: SecondReading | None = None
) -> Outcome:
    """Return the account's outcome."""
    counts = day.counts
    defects = []
    if lost := manifest.pages - len(pages):
        defects.append(
            f"{lost} of {manifest.pages} raw pages {'is' if lost == 1 else 'are'} lost; "
            "run the day again with --refetch"
        )
    if manifest.depth_reached:
        defects.append(
            "X shows no posts from before these: the day lies at the end of what it shows of a timeline (3,200 "
            "posts, 800 without replies), so earlier posts of the day may be missing"
        )
    # repr, because a binary 0.29 of 100 is less than 29.
    if counts.quarantined > Decimal(repr(work.quarantined_posts)) * counts.fetched:
        defects.append(
            f"{counts.quarantined} of {counts.fetched} posts are quarantined, more than the "
            f"{percent(work.quarantined_posts)} tolerated; see {keys.quarantine(work.day, work.account)}"
        )
    return Outcome(
        status=Status.PARTIAL if defects else Status.OK,
        reason="; ".join(defects) or None,
        counts=counts,
        truncated=manifest.truncated or day.cut,
        cost_usd=Reads(posts=sum(page.billed for page in pages) + (again.billed if again else 0)).usd,
        pages=len(pages),
        scored=day.posts["compound"].count(),
        collected_at=manifest.collected_at,
        refreshed=again.days if again else (),
        refresh_short=again.short if again else None,
        gone=again.gone if again else 0,
    )


def _kept(before: Outcome | None, work: AccountDay) -> Analyzed:
    if before is None or before.status == Status.FAILED:
        raise AnalyzeError(
            f"@{work.handle}: {work.day} was not read to its end, so there is nothing to analyze; "
            "run the day again"
        )
    return Analyzed(posts=keys.posts(work.day, work.account), status=before.status, counts=before.counts)
