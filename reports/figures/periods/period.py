"""All figures of a week's or a month's page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

import polars as pl

from pipeline.lake.periods import Period
from reports.figures.periods.accounts import accounts, dropped
from reports.figures.periods.alerts import alerts
from reports.figures.periods.compare import Versus, compare
from reports.figures.periods.days import DayOfPeriod, days_of
from reports.figures.periods.posts import top_posts
from reports.figures.periods.rows import BACK, EARLIER, period_rows
from reports.figures.periods.stories import Story, told_once

Metrics = Mapping[str, Versus]


@dataclass(frozen=True)
class GroupOfPeriod:
    """A group, or the accounts without one; each day counts in its group of then."""

    group: str | None
    accounts: int
    days: tuple[date, ...]  # on which any account was in it
    scored: int  # posts
    metrics: Metrics  # empty where nothing was read


@dataclass(frozen=True)
class PeriodFigures:
    """What the sections of a period's page show; every frame is described by the function that makes it."""

    period: Period
    days: tuple[DayOfPeriod, ...]
    total: Metrics  # empty where nothing was read
    accounts: pl.DataFrame
    by_account: Mapping[str | None, Metrics]
    groups: tuple[GroupOfPeriod, ...]  # empty where no account has one
    dropped: pl.DataFrame
    top: pl.DataFrame
    stories: tuple[Story, ...]
    timezones: tuple[str, ...]
    sample: bool
    few_scored: bool  # fewer than ten scored posts
    days_before: Mapping[int, int]  # days with data of the earlier periods, by how many periods ago
    other_age: int  # days of the earlier periods whose counts are of another age
    collected_at: datetime | None  # the newest reading
    schema: int | None

    @property
    def reported(self) -> tuple[date, ...]:
        """The days that have a page of their own."""
        return tuple(day.day for day in self.days if day.planned is not None)

    @cached_property  # each row of the table of accounts asks
    def mentions_asked(self) -> pl.DataFrame:
        """The accounts whose mentions X was asked to count on any of the days."""
        return self.accounts.filter("mentions_asked")

    @property
    def read(self) -> tuple[DayOfPeriod, ...]:
        """The days with data."""
        return tuple(day for day in self.days if day.read)

    @property
    def unread(self) -> tuple[date, ...]:
        """The days without any data."""
        return tuple(day.day for day in self.days if not day.read)


def period_figures(rollups: pl.DataFrame, period: Period, reported: Sequence[date]) -> PeriodFigures:
    """Return the figures of a period.

    `rollups` are those of its days, of the four periods and of the eight weeks before (ROLLUP); `reported` are the days
    that have a page.
    """
    rows = period_rows(rollups, period, reported)
    own, earlier = rows.filter(pl.col(BACK) == 0), rows.filter(pl.col(BACK) > 0, pl.col("has_data"))
    other_age = earlier.group_by("day").agg(pl.col("equal_age").any().alias("any")).filter(~pl.col("any"))
    return PeriodFigures(
        period=period,
        days=days_of(rows, period),
        total=compare(rows).get(None, {}),
        accounts=accounts(rows),
        by_account=compare(rows, "account"),
        groups=_groups(rows),
        dropped=dropped(rows),
        top=top_posts(rows, period),
        stories=told_once(alerts(rollups, period, reported)),
        timezones=tuple(own["timezone"].unique().sort()),
        sample=bool(own["sample"].any()),
        few_scored=0 < int(own["scored"].sum()) < 10,
        days_before={back: earlier.filter(pl.col(BACK) == back)["day"].n_unique() for back in EARLIER},
        other_age=other_age.height,
        collected_at=own["collected_at"].max(),  # type: ignore[arg-type]  # of a column of instants
        schema=own["schema_version"].max(),  # type: ignore[arg-type]  # of a column of numbers
    )


def _groups(rows: pl.DataFrame) -> tuple[GroupOfPeriod, ...]:
    """Return the groups of the period's days by engagement per day, and last the accounts without one."""
    own = rows.filter(pl.col(BACK) == 0)
    if own["group"].null_count() == own.height:
        return ()
    found = compare(rows, "group")
    counted = own.group_by("group").agg(
        pl.col("account").n_unique(), pl.col("day").unique().sort(), pl.col("scored").sum()
    )
    groups = [
        GroupOfPeriod(group, accounts, tuple(days), scored, found.get(group, {}))
        for group, accounts, days, scored in counted.iter_rows()
    ]

    def order(one: GroupOfPeriod) -> tuple[bool, float, str]:
        engagement = one.metrics.get("engagement")
        return one.group is None, -engagement.value if engagement else 1.0, one.group or ""

    return tuple(sorted(groups, key=order))
