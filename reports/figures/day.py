"""All figures of one day's report."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import polars as pl

from pipeline.lake.records import Plan, UsageDay
from pipeline.lake.topics import DayTopics
from pipeline.window import Window
from reports import thresholds
from reports.figures.accounts import accounts
from reports.figures.alerts import Finding, findings
from reports.figures.causes import Cause, causes
from reports.figures.comparable import ALL_COMPARED, NotCompared
from reports.figures.data import DataFigures, data, differs
from reports.figures.groups import groups
from reports.figures.hours import blocks, hours
from reports.figures.metrics import Metric, asked_for_mentions, daily_metrics, equal_age, recent, with_data
from reports.figures.movers import movers
from reports.figures.posts import usual_post
from reports.figures.standouts import largest, standouts
from reports.figures.stories import Story, stories
from reports.figures.tiles import followers, total_followers
from reports.figures.tone import by_day, extremes, net_interval, tone
from reports.figures.topics import Topics, topics
from reports.figures.trend import trend
from reports.figures.usual.compare import Compared, compare
from reports.figures.usual.mentions import compare_mentions


@dataclass(frozen=True)
class DayFigures:
    """What the sections of a report show; every frame is described by the function that makes it."""

    window: Window
    sample: bool
    accounts: pl.DataFrame
    alerts: tuple[Finding, ...]
    stories: tuple[Story, ...]  # of all accounts
    causes: Mapping[str, Cause]  # of the alerts, by account
    compared: pl.DataFrame  # of `compare`: accounts and total x metrics x 30 days
    trend: pl.DataFrame  # those of the total
    history_days: int  # earlier days of the eight weeks before that have data
    followers: pl.DataFrame
    movers: pl.DataFrame
    net_interval: tuple[float, float] | None  # 95 %, in points, where fewer than ten posts were scored
    tone: pl.DataFrame  # of accounts; of the last ten days when there is one account
    all_tone: pl.DataFrame
    hours: pl.DataFrame
    blocks: pl.DataFrame
    standouts: pl.DataFrame
    data: DataFigures
    previous: date | None  # the nearest earlier day with a roll-up
    groups: pl.DataFrame
    not_compared: NotCompared
    usage: UsageDay | None  # of the UTC day before, where X's count and the ledger's differ
    topic_counts: DayTopics | None = None
    topics: Topics | None = None  # where the day has counts and posts
    group: str | None = None  # whose page it is, where the figures are of one group's accounts
    is_account: bool = False  # whether it is an account's own page

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
        return 0 < self.data.scored < thresholds.FEW_SCORED

    @property
    def mentions_asked(self) -> pl.DataFrame:
        """The accounts whose mentions X was asked to count."""
        return self.accounts.filter(asked_for_mentions())

    def total(self, metric: Metric) -> Compared | None:
        """Return the day's total of a metric; None when there is no such figure."""
        return self.totals(metric).get(self.day)

    def totals(self, metric: Metric) -> Mapping[date, Compared]:
        """Return the totals of a metric by day, of those days of the trend that have one."""
        return self._totals.get(metric, {})

    @cached_property
    def _totals(self) -> dict[str, dict[date, Compared]]:
        """The totals by metric and day, read once: sections ask for them often, and on hundreds of pages."""
        found: dict[str, dict[date, Compared]] = {}
        columns = self.trend.select("metric", "day", *(field.name for field in dataclasses.fields(Compared)))
        for metric, day, *values in columns.iter_rows():
            found.setdefault(metric, {})[day] = Compared(*values)
        return found


def day_figures(
    plan: Plan,
    rollups: pl.DataFrame,
    posts: pl.DataFrame,
    not_compared: NotCompared = ALL_COMPARED,
    usage: UsageDay | None = None,
    topic_counts: DayTopics | None = None,
) -> DayFigures:
    """Return the figures of the plan's day.

    `rollups` are those of the day and the 85 days before (columns of ROLLUP) in the plan's timezone, `posts` the
    day's posts (at least `figures.posts.COLUMNS`). `not_compared` says what was left out of the roll-ups, `usage` what
    X says was read on the UTC day before, `topic_counts` what the posts are about.
    """
    day = plan.day
    comparisons = [compare(equal_age(rollups, day), day), compare_mentions(rollups, day)]
    compared = pl.concat(comparisons).sort("account", "metric", "day")
    aged = recent(rollups, day)
    rows = accounts(aged, daily_metrics(aged), compared, day)
    stood_out = standouts(posts, aged, day)
    if stood_out.is_empty() and usual_post(aged, day).is_empty():
        stood_out = largest(posts)
    earlier = aged.filter(pl.col("day") < day)["day"]
    found = findings(rows, stood_out)
    return DayFigures(
        window=plan.window,
        sample=plan.sample,
        accounts=rows,
        alerts=found,
        stories=stories(compared, aged, day),
        causes=causes(found, posts, topic_counts, aged, day),
        compared=compared,
        trend=trend(compared),
        history_days=with_data(aged.filter(pl.col("day") < day))["day"].n_unique(),
        followers=total_followers(followers(aged, day)),
        movers=movers(rows),
        net_interval=net_interval(rows),
        tone=by_day(aged.join(rows, on="account", how="semi")) if rows.height == 1 else extremes(rows),
        all_tone=tone(rows),
        hours=hours(aged, day),
        blocks=blocks(aged, day),
        standouts=stood_out,
        data=data(aged, posts, day),
        previous=max(earlier.to_list(), default=None),
        groups=groups(rows, compared, day),
        not_compared=not_compared,
        usage=usage if usage and differs(usage) else None,
        topic_counts=topic_counts,
        topics=topics(topic_counts, aged, posts, day, rows.select("account", pl.lit("").alias("scope"))).get(
            ""
        ),
    )
