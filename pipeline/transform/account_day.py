"""An account's day, from raw pages to what is stored of it, and the one writer of that.

The stage `analyze`, `forget` and the refresh of earlier days all write through `write`, so that a new output format is
one change; whoever calls it stores the outcome last. It takes the lake as an argument; everything else is pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from pipeline.lake import keys
from pipeline.lake.counts import PostCount
from pipeline.lake.frames import to_parquet
from pipeline.lake.no_tone import NO_LISTS, find_no_tone
from pipeline.lake.records import Counts, DaySettings, MadeFrom, Manifest, Outcome, RefreshManifest
from pipeline.page import Page
from pipeline.schema import KIND_OF, POSTS
from pipeline.sentiment import score_post, score_posts
from pipeline.sentiment.no_tone import NoTone, no_tone
from pipeline.share import exceeds, percent
from pipeline.status import Status
from pipeline.transform import quarantine
from pipeline.transform.contract import Posts, keeps
from pipeline.transform.maker import maker
from pipeline.transform.normalize import Row, newest_versions, read_rows
from pipeline.transform.spreadsheet import to_csv
from pipeline.x_api.limits import DEPTH, DEPTH_WITHOUT_REPLIES
from pipeline.x_api.prices import Reads

if TYPE_CHECKING:
    from pipeline.lake.client import Lake
    from pipeline.lake.raw import RawDay


@dataclass(frozen=True)
class DerivedDay:
    """An account's day, sorted out: `posts` as POSTS, `rejected` as QUARANTINE."""

    posts: pl.DataFrame
    rejected: pl.DataFrame
    counts: Counts
    truncated: bool  # the day's earliest posts are left out because of max_posts


@dataclass(frozen=True)
class Counted:
    """What X was asked to count of an account's day; None where it was not."""

    mentions: PostCount | None = None
    posts: PostCount | None = None

    @property
    def billed(self) -> int:
        """How many requests X bills for it."""
        return sum(count.billed for count in (self.mentions, self.posts) if count)


def make(lake: "Lake", settings: DaySettings, raw_day: "RawDay") -> Outcome:
    """Write all that is derived from an account's raw pages; same pages, same bytes.

    Return its outcome, which the caller stores last. The phrases without tone are those stored for the day, whatever
    the settings say: a day of which something was made may have been scored again since the task was planned.
    """
    manifest = raw_day.manifest
    has_list = settings.no_tone or not raw_day.is_first
    lists = find_no_tone(lake, settings.day) if has_list else NO_LISTS
    settings = settings.model_copy(update={"no_tone": lists.hash_of(settings.account)})
    read_with = manifest.applied_to(settings)
    derived = derive(raw_day.pages, read_with, no_tone(lists.phrases_of(settings.account)))
    made = write(
        lake, settings.day, settings.account, derived.posts, derived.rejected, is_first=raw_day.is_first
    )
    refresh = raw_day.refresh if settings.refresh_days else None
    counted = _counted(lake, read_with, raw_day)
    made_from = MadeFrom(
        pages=raw_day.page_etags,
        settings=settings.fingerprint,
        maker=maker(),
    )
    outcome = conclude(derived, raw_day.pages, manifest, read_with, refresh, counted)
    return outcome.model_copy(update={"made_from": made_from, "made": made})


def _counted(lake: "Lake", settings: DaySettings, raw_day: "RawDay") -> Counted:
    """Return what X has counted, or why it has not; `settings` are those that the day was read with."""

    def find(key: str) -> PostCount:
        return (
            raw_day.counts.get(key)
            or lake.find_model(key, PostCount)
            or PostCount(
                day=settings.day,
                account=settings.account,
                query="",
                asked_at=raw_day.manifest.collected_at,
                not_counted_because="its count is not in the lake any more",
            )
        )

    return Counted(
        find(keys.mentions(settings.day, settings.account)) if settings.mentions else None,
        find(keys.completeness(settings.day, settings.account)) if raw_day.manifest.completeness else None,
    )


def write(
    lake: "Lake",
    day: date,
    account: str,
    posts: pl.DataFrame,
    rejected: pl.DataFrame,
    *,
    is_first: bool = False,
) -> dict[str, tuple[int, str]]:
    """Write an account's POSTS, spreadsheet and QUARANTINE (none when it is empty).

    Return size and ETag of each, by key. `is_first` says that there can be no older quarantine.
    """
    bodies = posts_by_key(day, account, posts)
    if not rejected.is_empty():
        bodies[keys.quarantine(day, account)] = to_parquet(rejected)
    elif not is_first:
        lake.delete(keys.quarantine(day, account))
    return {key: (len(body), lake.put(key, body)) for key, body in bodies.items()}


def posts_by_key(day: date, account: str, posts: pl.DataFrame) -> dict[str, bytes]:
    """Return an account's POSTS in each format that is stored, by key; the posts themselves come first."""
    return {
        keys.posts(day, account): to_parquet(posts),
        keys.account_csv(day, account): to_csv(posts),
    }


def score_stored(posts: pl.DataFrame, settings: DaySettings, phrases: NoTone) -> pl.DataFrame:
    """Return stored POSTS, scored again without the `phrases`."""
    scores = score_posts(posts["text"], posts["lang"], settings.sums, phrases, settings.scorers)
    return posts.with_columns(scores.get_columns())


def derive(pages: list[Page], settings: DaySettings, phrases: NoTone | None = None) -> DerivedDay:
    """Return the account's day, scored without the `phrases`: each fetched item ends in exactly one of the counts."""
    read = read_rows(pages, settings.account)
    fetched = sum(len(page.items) for page in pages)
    unreadable = [row for row in read if row["problems"]]
    sound = [row for row in read if not row["problems"]]

    newest = newest_versions(sound)
    kinds = {KIND_OF[kind] for kind in settings.include}
    start, end = settings.window.start, settings.window.end
    of_day = [row for row in newest if row["kind"] in kinds and start <= row["created_at"] < end]
    # The newest ones; of the same instant, those that X showed first.
    wanted = sorted(of_day, key=lambda row: row["created_at"], reverse=True)[: settings.max_posts]
    wanted.sort(key=lambda row: (row["created_at"], row["post_id"]))
    posts, broken = _checked(wanted, settings, phrases)
    rejected = pl.concat([quarantine.unreadable(unreadable), broken])
    return DerivedDay(
        posts=posts,
        rejected=rejected,
        counts=Counts(
            fetched=fetched,
            kept=posts.height,
            filtered=len(newest) - len(wanted),
            duplicates=len(sound) - len(newest),
            quarantined=rejected.height,
            forgotten=fetched - len(read),
        ),
        truncated=len(of_day) > len(wanted),
    )


def _checked(
    wanted: Sequence[Row], settings: DaySettings, phrases: NoTone | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Score the posts; return those that keep the contract, as POSTS, and the others, as QUARANTINE."""
    for row in wanted:
        row.update(score_post(row["text"], row["lang"], settings.sums, phrases, settings.scorers))
    posts = pl.DataFrame(wanted, schema=POSTS)
    if keeps(posts):
        return posts, quarantine.NONE
    kept, failure = Posts.filter(posts)
    return pl.DataFrame(kept), quarantine.broken(wanted, failure.details())


def conclude(
    derived: DerivedDay,
    pages: list[Page],
    manifest: Manifest,
    settings: DaySettings,
    refresh: RefreshManifest | None = None,
    counted: Counted = Counted(),
) -> Outcome:
    """Return the account's outcome.

    `refresh` is of the earlier days that were read again with this one. That X does not count is no defect.
    """
    counts = derived.counts
    defects = []
    if lost := manifest.pages - len(pages):
        defects.append(
            f"{lost} of {manifest.pages} raw pages {'is' if lost == 1 else 'are'} lost; "
            "run the day again with --refetch"
        )
    if manifest.depth_reached:
        defects.append(
            "X shows no posts from before these: the day lies at the end of what it shows of a timeline "
            f"({DEPTH:,} posts, {DEPTH_WITHOUT_REPLIES} without replies), so earlier posts of the day may be missing"
        )
    if exceeds(counts.quarantined, counts.fetched, settings.quarantined_posts):
        defects.append(
            f"{counts.quarantined} of {counts.fetched} posts are quarantined, more than the "
            f"{percent(settings.quarantined_posts)} tolerated; see "
            f"{keys.quarantine(settings.day, settings.account)}"
        )
    return Outcome(
        status=Status.PARTIAL if defects else Status.OK,
        reason="; ".join(defects) or None,
        counts=counts,
        truncated=manifest.truncated or derived.truncated,
        cost_usd=Reads(
            posts=sum(page.billed for page in pages) + (refresh.billed if refresh else 0),
            count_requests=counted.billed,
        ).usd,
        pages=len(pages),
        scored=derived.posts["compound"].count(),
        collected_at=manifest.collected_at,
        refreshed=refresh.days if refresh else (),
        refresh_stopped_because=refresh.stopped_because if refresh else None,
        deleted=refresh.deleted if refresh else 0,
        doubted=(refresh.doubted or 0) if refresh else 0,
        doubted_days=refresh.doubted_days if refresh else (),
        posts_refused=refresh.posts_refused if refresh else 0,
        deletions_waiting=refresh.deletions_waiting if refresh else 0,
        mention_count=counted.mentions.posts if counted.mentions else None,
        mentions_not_counted_because=counted.mentions.not_counted_because if counted.mentions else None,
        x_post_count=counted.posts.posts if counted.posts else None,
        posts_not_counted_because=counted.posts.not_counted_because if counted.posts else None,
        start=settings.start,
        end=settings.end,
    )
