"""What the figures are based on: what was read, when, at what price, and what is missing."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from pipeline.lake.records import UsageDay
from pipeline.status import Status
from reports import thresholds
from reports.figures.metrics import with_data


@dataclass(frozen=True)
class DataFigures:
    """The data behind one report."""

    accounts: int  # planned
    by_status: dict[str, int]  # in the order of `Status`, those that occur
    collected_at: datetime | None  # the newest reading: when the report's data was made
    fetched: int  # = kept + filtered + duplicates + quarantined + forgotten, of all planned accounts
    kept: int
    filtered: int
    duplicates: int
    quarantined: int
    forgotten: int
    posts: int
    retweets: int
    impressions_known: int  # posts
    scored: int  # posts
    no_tone_posts: int  # posts that hold a phrase without tone (`no_tone`)
    not_scored: tuple[tuple[str | None, int], ...]  # language as X names it, posts; the most first
    age_hours: float | None  # median of the accounts' median ages
    cost_usd: float
    days_read: int  # days of the eight weeks before the report's that have a roll-up
    days_expected: int  # since the first of them
    gaps: tuple[date, ...]  # days in between without a roll-up
    other_age: tuple[date, ...]  # earlier days whose counts were read at another age
    schema_versions: tuple[int, ...]

    @property
    def with_data(self) -> int:
        """How many accounts the day's figures are of."""
        return sum(n for status, n in self.by_status.items() if Status(status).has_posts)


def data(rollups: pl.DataFrame, posts: pl.DataFrame, day: date) -> DataFigures:
    """Return what the report's figures are based on; takes the roll-ups of `equal_age` and the day's posts."""
    today = rollups.filter(pl.col("day") == day)
    read = with_data(today)
    counts = dict(today["status"].value_counts().iter_rows())
    earlier = rollups.filter(pl.col("day") < day)
    days = earlier["day"].unique().sort().to_list()
    expected = [days[0] + timedelta(days=n) for n in range((day - days[0]).days)] if days else []
    off = with_data(earlier).group_by("day").agg(pl.col("equal_age").mean().alias("share"))
    other_age = off.filter(pl.col("share") < thresholds.PRESENT_SHARE)["day"].sort().to_list()
    not_scored = (
        posts.filter(pl.col("kind") != "retweet", pl.col("sentiment").is_null())
        .group_by("lang")
        .len("posts")
        .sort("posts", "lang", descending=[True, False], nulls_last=True)
    )

    def total(name: str, frame: pl.DataFrame = today) -> int:
        return int(frame[name].sum() or 0)

    newest = today["collected_at"].max()
    age = read["age_hours"].median()
    return DataFigures(
        accounts=today.height,
        by_status={str(status): counts[str(status)] for status in Status if str(status) in counts},
        collected_at=newest if isinstance(newest, datetime) else None,
        fetched=total("fetched"),
        kept=total("kept"),
        filtered=total("filtered"),
        duplicates=total("duplicates"),
        quarantined=total("quarantined"),
        forgotten=total("forgotten"),
        posts=total("posts", read),
        retweets=total("retweets", read),
        impressions_known=total("impressions_known", read),
        scored=total("scored", read),
        no_tone_posts=total("no_tone_posts", read),
        not_scored=tuple(not_scored.iter_rows()),
        age_hours=float(age) if isinstance(age, float) else None,
        cost_usd=float(today["cost_usd"].sum() or 0.0),
        days_read=len(days),
        days_expected=len(expected),
        gaps=tuple(sorted(set(expected) - set(days))),
        other_age=tuple(other_age),
        schema_versions=tuple(today["schema_version"].unique().sort().to_list()),
    )


def differs(usage: UsageDay) -> bool:
    """Whether X's count of a day's posts and the ledger's differ by more than posts counted twice explain."""
    difference = abs(usage.posts - usage.ledger_posts)
    share = thresholds.USAGE_SHARE * max(usage.posts, usage.ledger_posts)
    return difference > thresholds.USAGE_POSTS and difference > share
