"""What the figures are based on: what was read, when, at what price, and what is missing."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, Final

import polars as pl

from pipeline.lake.records import UsageDay
from pipeline.status import Status
from reports import thresholds
from reports.figures.metrics import WITH_POSTS, with_data

_OF_TODAY: Final = (
    "status",
    "collected_at",
    "fetched",
    "kept",
    "filtered",
    "duplicates",
    "quarantined",
    "forgotten",
    "posts",
    "retweets",
    "impressions_known",
    "scored",
    "no_tone_posts",
    "age_hours",
    "cost_usd",
    "schema_version",
)


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
    french: int  # of these, those scored by the French lexicon; the others are scored as English
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
    # In plain rows: a query costs more than an account's few of them, and each account's page asks.
    days = sorted(set(rollups["day"].to_list()) - {day})
    expected = [days[0] + timedelta(days=n) for n in range((day - days[0]).days)] if days else []
    today = list(rollups.filter(pl.col("day") == day).select(_OF_TODAY).iter_rows(named=True))
    read = [row for row in today if row["status"] in WITH_POSTS]
    counts = Counter(row["status"] for row in today)
    own = [
        (sentiment, lang, scorer)
        for kind, sentiment, lang, scorer in zip(
            posts["kind"], posts["sentiment"], posts["lang"], posts["scorer"], strict=True
        )
        if kind != "retweet"
    ]
    not_scored = Counter(lang for sentiment, lang, _ in own if sentiment is None)

    def total(name: str, rows: Sequence[Mapping[str, Any]] = today) -> int:
        return sum(row[name] or 0 for row in rows)

    ages = [row["age_hours"] for row in read if row["age_hours"] is not None]
    return DataFigures(
        accounts=len(today),
        by_status={str(status): counts[str(status)] for status in Status if str(status) in counts},
        collected_at=max((row["collected_at"] for row in today if row["collected_at"]), default=None),
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
        french=sum(scorer == "lexicon-fr" for _, _, scorer in own),
        no_tone_posts=total("no_tone_posts", read),
        not_scored=tuple(
            sorted(not_scored.items(), key=lambda item: (-item[1], item[0] is None, item[0] or ""))
        ),
        age_hours=median(ages) if ages else None,
        cost_usd=math.fsum(row["cost_usd"] or 0.0 for row in today),
        days_read=len(days),
        days_expected=len(expected),
        gaps=tuple(sorted(set(expected) - set(days))),
        other_age=_other_age(rollups, day),
        schema_versions=tuple(sorted({row["schema_version"] for row in today})),
    )


def _other_age(rollups: pl.DataFrame, day: date) -> tuple[date, ...]:
    """Return the earlier days of which most accounts' counts were read at another age."""
    if rollups["equal_age"].all():
        return ()
    read = with_data(rollups.filter(pl.col("day") < day)).group_by("day").agg(pl.col("equal_age").mean())
    return tuple(read.filter(pl.col("equal_age") < thresholds.PRESENT_SHARE)["day"].sort().to_list())


def differs(usage: UsageDay) -> bool:
    """Whether X's count of a day's posts and the ledger's differ by more than posts counted twice explain."""
    difference = abs(usage.posts - usage.ledger_posts)
    share = thresholds.USAGE_SHARE * max(usage.posts, usage.ledger_posts)
    return difference > thresholds.USAGE_POSTS and difference > share
