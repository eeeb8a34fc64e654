"""The alerts of each day of a period, as the day's own page finds them: those about figures, from the roll-ups alone.

The arrays are made once for all days; each day is then judged by the eight weeks before it, with the accounts that were
planned for it. Only accounts that are unusual go through the rules of the day's page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from pipeline.lake.periods import Period
from reports import thresholds
from reports.figures.accounts import accounts
from reports.figures.alerts import Finding, findings
from reports.figures.metrics import POST_KINDS, asked_for_mentions, equal_age, with_data
from reports.figures.posts import usual_post
from reports.figures.standouts import choose
from reports.figures.usual.compare import to_column, to_frame
from reports.figures.usual.daily import Daily, of_accounts
from reports.figures.usual.judge import judge
from reports.figures.usual.mentions import judge_mentions
from reports.figures.usual.robust import Array

DayFindings = tuple[date, Sequence[Finding]]
_BEFORE: Final = timedelta(days=thresholds.LONG_DAYS)
_LISTS: Final = ("post_ids", "post_hours", "post_kinds", "post_engagements")  # most of a roll-up's bytes


def alerts(rollups: pl.DataFrame, period: Period, reported: Sequence[date]) -> list[DayFindings]:
    """Return the findings about figures of the `reported` days that have any, at most one of an account, in order.

    `rollups` are those of the period and of the eight weeks before it (ROLLUP).
    """
    first = period.first - _BEFORE
    whole = rollups.filter(pl.col("day").is_between(first, period.last), pl.col("window_hours").is_null())
    if whole.is_empty():
        return []
    read = _read(whole, first, (period.last - first).days + 1)
    stored = set(whole["day"].unique())
    found = ((day, _of_day(read, day)) for day in sorted(reported) if day in stored)
    return [(day, of_day) for day, of_day in found if of_day]


@dataclass(frozen=True)
class _Read:
    """All roll-ups, and as arrays all accounts' values on all days, whatever their age and timezone."""

    accounts: list[str]
    first: date
    weekdays: Array
    daily: Daily
    mentions: Array
    posts: pl.DataFrame  # with the lists
    rows: pl.DataFrame  # without, but with the places of each in the arrays, `at` and `on`

    def on_days(self, rows: pl.DataFrame, name: str) -> Array:
        """Return a column of `rows` as an array; NaN where there is none."""
        found = np.full((len(self.accounts), len(self.weekdays)), np.nan)
        known = rows.select("at", "on", pl.col(name).cast(pl.Float64)).drop_nulls()
        found[known["at"].to_numpy(), known["on"].to_numpy()] = known[name].to_numpy()
        return found


def _read(rollups: pl.DataFrame, first: date, count: int) -> _Read:
    names = rollups["account"].unique().sort()
    of_any_age = rollups.with_columns(pl.lit(value=True).alias("equal_age"))
    rows = (
        rollups.drop(_LISTS, strict=False)
        .join(pl.DataFrame({"account": names}).with_row_index("at"), on="account")
        .with_columns((pl.col("day") - first).dt.total_days().alias("on"))
    )
    read = _Read(
        accounts=names.to_list(),
        first=first,
        weekdays=np.array([(first + timedelta(days=at)).weekday() for at in range(count)], float),
        daily=of_accounts(of_any_age, names.to_list(), first, count),
        mentions=np.empty(0),
        posts=rollups.select("account", "day", "status", *_LISTS),
        rows=rows,
    )
    return replace(read, mentions=read.on_days(rows, "mention_count"))


def _of_day(read: _Read, day: date) -> tuple[Finding, ...]:
    """Return the findings of a day, by its own eight weeks in its own timezone."""
    timezone = read.rows.filter(pl.col("day") == day)["timezone"][0]
    own = pl.col("day").is_between(day - _BEFORE, day) & (
        (pl.col("day") == day) | (pl.col("timezone") == timezone)
    )
    aged = equal_age(read.rows.filter(own), day)
    compared = _compared(aged, read, day)
    unusual = compared.filter("unusual")
    if unusual.is_empty():
        return ()
    of_unusual = aged.join(unusual, on="account", how="semi").with_columns(
        pl.lit(0, pl.Int64).alias("deletions_waiting")  # no figure, and it would stand before them
    )
    no_sparks = pl.DataFrame(
        schema={"account": pl.String, "day": pl.Date, "metric": pl.String, "value": pl.Float64}
    )
    rows = accounts(of_unusual, no_sparks, compared, day)
    found = findings(rows, _standouts(aged, read.posts, day))
    return tuple(finding for finding in found if finding.metric)


def _compared(aged: pl.DataFrame, read: _Read, day: date) -> pl.DataFrame:
    """Return `compare` and `compare_mentions` of the accounts of a day, of that day alone."""
    at = (day - read.first).days
    days = slice(max(at - thresholds.LONG_DAYS, 0), at + 1)
    today = aged.filter(pl.col("day") == day).sort("account")
    names, rows = today["account"].to_list(), today["at"].to_numpy().astype(np.intp)
    age = read.on_days(aged, "equal_age")
    daily = read.daily.narrowed(rows, np.isfinite(age), age == 1)
    judged = judge(daily.history(at, read.weekdays, np.ones(len(names), bool)))
    scored = np.maximum(daily.scored, 1)
    net = np.where(daily.scored > 0, 100 * (daily.positive - daily.negative) / scored, np.nan)
    columns = [
        to_column("engagement", daily.engagement, judged.engagement, at),
        to_column("posts", daily.posts, judged.posts, at),
        to_column("net", net, judged.net, at),
    ]
    found = [to_frame(columns, names, read.first)]
    asked = today.select(asked_for_mentions())["mention_count"].to_numpy()
    if asked.any():
        counts = np.where(np.isfinite(age), read.mentions, np.nan)[rows[asked]]
        mentions = judge_mentions(counts[:, days], read.weekdays[days], np.ones(len(counts), bool))
        column = to_column("mentions", counts, mentions.metric, at)
        found.append(to_frame([column], today.filter(asked_for_mentions())["account"].to_list(), read.first))
    return pl.concat(found)


def _standouts(aged: pl.DataFrame, posts: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return the `standouts` of a day, without their texts."""
    first = day - timedelta(days=thresholds.USUAL_DAYS)
    compares = aged.filter(pl.col("day") >= first).select("account", "day", "equal_age")
    known = posts.join(compares, on=["account", "day"])
    today = with_data(known.filter(pl.col("day") == day, pl.col("post_ids").is_not_null()))
    ranked = (
        today.select(
            "account",
            pl.col("post_ids").alias("post_id"),
            pl.col("post_engagements").alias("engagement"),
            POST_KINDS.alias("kind"),
        )
        .explode("post_id", "engagement", "kind")
        .drop_nulls("post_id")
        .join(usual_post(known, day), on=["account", "kind"], how="left")
        .with_columns((pl.col("engagement") / pl.col("usual_post")).alias("times"))
    )
    return choose(ranked, one=compares.filter(pl.col("day") == day).height == 1)
