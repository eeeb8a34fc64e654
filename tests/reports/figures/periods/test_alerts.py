"""The alerts of a period's days are those of the days' own pages."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.lake.periods import JUDGED_BY, Unit, period_of
from reports import thresholds
from reports.figures.alerts import Finding, Kind
from reports.figures.comparable import comparable
from reports.figures.day import day_figures
from reports.figures.periods.alerts import alerts
from reports.views.alerts import told as worded
from tests.reports.mentioned import mentioned
from tests.reports.world import DAY, TWELVE, World, world

WEEK = period_of(DAY, Unit.WEEK)
Told = set[tuple[date, str, Kind, str, str]]


def as_pages(made: World, days: tuple[date, ...]) -> Told:
    """Return the alerts about figures of each day's page in its words, from its own plan and its own roll-ups."""
    found: Told = set()
    for day in days:
        listed = made.rollups.filter(pl.col("day") == day)["account"].to_list()
        if not listed:
            continue
        first = day - timedelta(days=thresholds.READ_DAYS)
        of_day = made.rollups.filter(pl.col("day").is_between(first, day)).drop("post_ids")
        planned = tuple(one for one in made.plan.accounts if one.account in listed)
        plan = made.plan.model_copy(update={"day": day, "accounts": planned})
        own = made.posts.filter(pl.col("created_at").dt.date() == day)
        compared, not_compared = comparable(plan, of_day)
        found |= told(day, day_figures(plan, compared, own, not_compared).alerts)
    return found


def told(day: date, findings: tuple[Finding, ...]) -> Told:
    return {(day, one.account, one.kind, *worded(one, day)) for one in findings if one.metric}


def as_period(made: World, days: tuple[date, ...]) -> Told:
    period = period_of(days[0], Unit.WEEK)
    return {each for day, found in alerts(made.rollups, period, days) for each in told(day, tuple(found))}


def times(made: World, factors: Mapping[tuple[str, date], float]) -> World:
    """Return the world in which posts of some account-days got so many times their engagement."""
    rows = []
    for (account, day), factor in factors.items():
        here = (pl.col("account") == account) & (pl.col("day") == day)
        rows.append((here, factor))
    rollups = made.rollups
    for here, factor in rows:
        grown = (pl.col("post_engagements") * factor).cast(pl.List(pl.Int64))
        rollups = rollups.with_columns(
            pl.when(here).then(grown).otherwise("post_engagements").alias("post_engagements"),
            pl.when(here).then(grown.list.sum()).otherwise("engagement").alias("engagement"),
        )
    posts = made.posts
    for (account, day), factor in factors.items():
        here = (pl.col("account") == account) & (pl.col("created_at").dt.date() == day)
        posts = posts.with_columns(
            pl.when(here)
            .then((pl.col("engagement") * factor).cast(pl.Int64))
            .otherwise("engagement")
            .alias("engagement")
        )
    return replace(made, rollups=rollups, posts=posts)


def day(back: int) -> date:
    return DAY - timedelta(days=back)


@pytest.mark.heavy
def test_they_are_those_of_the_days_pages() -> None:
    """With stories of every kind, a new account, one that failed, mentions, and a day that was not read."""
    accounts = [
        *TWELVE[:5],
        replace(TWELVE[5], since=day(3)),
        replace(TWELVE[6], status={day(2): ("failed", "X did not answer")}),
        *TWELVE[7:10],
        replace(TWELVE[10], silent={DAY, day(9)}),
        TWELVE[11],
    ]
    made = world(accounts, days=66, every_post=True, gaps=(day(4), day(20)))
    made = times(
        made, {("cobaltmotors", day(1)): 4, ("cobaltmotors", day(2)): 4, ("harborbank", day(5)): 0.1}
    )
    made = mentioned(made, ("northwindair", "brightleaf", "orchardtv"))
    found = as_period(made, WEEK.days)
    assert found == as_pages(made, WEEK.days)
    assert {kind for _, _, kind, *_ in found} >= {
        Kind.ENGAGEMENT,
        Kind.VIRAL_POST,
        Kind.TURNED_NEGATIVE,
        Kind.WENT_QUIET,
    }
    assert {when for when, account, *_ in found if account == "cobaltmotors"} == {day(1), day(2)}


@pytest.mark.heavy
def test_days_of_another_age_or_timezone_are_left_out_as_on_the_pages() -> None:
    made = times(world(TWELVE[:4], days=64, every_post=True), {("cobaltmotors", day(1)): 4})
    late = pl.col("day").is_between(day(40), day(30))
    moved = pl.col("day") < day(50)
    rollups = made.rollups.with_columns(
        pl.when(late)
        .then(pl.col("collected_at") + timedelta(days=9))
        .otherwise("collected_at")
        .alias("collected_at"),
        pl.when(moved).then(pl.lit("Europe/Paris")).otherwise("timezone").alias("timezone"),
    )
    changed = replace(made, rollups=rollups)
    assert as_period(changed, WEEK.days) == as_pages(changed, WEEK.days) != set()


def test_a_period_reads_as_far_back_as_its_first_day_is_judged_by() -> None:
    assert timedelta(weeks=JUDGED_BY).days == thresholds.LONG_DAYS
    month = period_of(DAY, Unit.MONTH)
    assert (month.first - month.earlier[-1].first).days >= thresholds.LONG_DAYS


@pytest.mark.parametrize("days", [(), WEEK.days])
def test_without_roll_ups_or_reports_there_are_none(days: tuple[date, ...]) -> None:
    assert alerts(world(TWELVE[:2], days=3).rollups.clear(), WEEK, days) == []
