"""All figures of one day's report."""

import dataclasses
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from pipeline.lake.records import Plan
from pipeline.window import Window
from reports import thresholds
from reports.figures import accounts, hours, standouts, tone, totals
from reports.figures.freshness import Freshness, freshness
from reports.figures.measures import equal_age, measure
from reports.figures.usual import weekday_factors


@dataclass(frozen=True)
class Compared:
    """A figure of the day beside what is usual for its weekday; without seven days of history there is no usual."""

    value: float
    usual: float | None
    low: float | None
    high: float | None
    z: float | None
    unusual: bool
    days: int


@dataclass(frozen=True)
class DayFigures:
    """What the sections of a report show; every frame is described by the function that makes it."""

    window: Window
    sample: bool
    accounts: pl.DataFrame
    trend: pl.DataFrame  # `totals.compared`: five metrics x 30 days
    followers: pl.DataFrame
    movers: pl.DataFrame
    net_interval: tuple[float, float] | None  # 95 %, in points, where fewer than ten posts were scored
    tone: pl.DataFrame  # of accounts; of the last ten days when there is one account
    all_tone: pl.DataFrame
    hours: pl.DataFrame
    standouts: pl.DataFrame
    freshness: Freshness
    previous: date | None  # the nearest earlier day with a roll-up
    elsewhere: tuple[str, ...]  # timezones of earlier days, which are not compared

    @property
    def day(self) -> date:
        """The report's day."""
        return self.window.day

    @property
    def single(self) -> bool:
        """Whether the report is of one account: comparisons between accounts are left out."""
        return self.accounts.height == 1

    @property
    def few_scored(self) -> bool:
        """Whether the day's tone is an anecdote: fewer than ten scored posts."""
        return 0 < self.freshness.scored < thresholds.FEW_SCORED

    def total(self, metric: str) -> Compared | None:
        """Return the day's total of a metric; None when there is no such figure."""
        return self._totals.get(metric)

    @cached_property
    def _totals(self) -> dict[str, Compared]:
        """The totals by metric, looked up once: sections ask for them often, and of 500 accounts' pages."""
        fields = [field.name for field in dataclasses.fields(Compared)]
        found = self.trend.filter(pl.col("day") == self.day)
        return dict(
            zip(
                found["metric"],
                (Compared(**row) for row in found.select(fields).iter_rows(named=True)),
                strict=True,
            )
        )


def day_figures(
    plan: Plan, rollups: pl.DataFrame, posts: pl.DataFrame, elsewhere: tuple[str, ...] = ()
) -> DayFigures:
    """Return the figures of the plan's day.

    `rollups` are those of the day and the 56 days before (columns of ROLLUP) in the plan's timezone, `posts` the
    day's posts (columns of `pipeline.schema.POSTS`, at least those that the report shows). `elsewhere` names the
    timezones of days that are left out.
    """
    day = plan.day
    aged = equal_age(rollups, day)
    measures = measure(aged)
    factors = weekday_factors(measures, day)
    rows = accounts.accounts(aged, measures, factors, day)
    stood_out = standouts.standouts(posts, aged, day)
    if stood_out.is_empty() and standouts.usual_post(aged, day).is_empty():
        stood_out = standouts.largest(posts)
    series = totals.totals(aged, measures, factors, day)
    earlier = aged.filter(pl.col("day") < day)["day"]
    single = rows.height == 1
    return DayFigures(
        window=plan.window,
        sample=plan.sample,
        accounts=rows,
        trend=totals.compared(aged, series, totals.week(aged, measures, series, factors, day), day),
        followers=totals.followers(aged, day),
        movers=accounts.contributions(rows),
        net_interval=tone.net_interval(rows),
        tone=_last_days(aged, rows) if single else tone.extremes(rows),
        all_tone=tone.tone(rows),
        hours=hours.hours(aged, day),
        standouts=stood_out,
        freshness=freshness(aged, posts, day),
        elsewhere=elsewhere,
        previous=max(earlier.to_list(), default=None),
    )


def _last_days(rollups: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    only = rollups.filter(pl.col("account") == rows["account"][0])
    return tone.tone(only).sort("day", descending=True).head(10)
