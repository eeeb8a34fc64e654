"""Alerts as stories: for how many days an account has been unusual, and which of them have just ended.

No alert is stored. Each of the last 14 days is judged as of that day, by the values that the trend draws; so a day that
was run late or again is told right by the next rendering.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import takewhile
from typing import Final

import polars as pl

from reports import thresholds
from reports.figures.accounts import COMPARED
from reports.figures.metrics import WITH_POSTS, Metric

NORMAL: Final = ""


@dataclass(frozen=True)
class Story:
    """Days of an account that were unusual in the same way, with no ordinary day in between."""

    account: str
    metric: Metric | None  # None where the account could not be read
    sign: str  # above or below the usual, or the status with which it was not read
    first: date
    last: date
    days: int  # judged days; those without data say nothing
    normal_since: date | None  # None while it goes on


def stories(compared: pl.DataFrame, rollups: pl.DataFrame, day: date) -> tuple[Story, ...]:
    """Return what goes on on `day`, and what ended shortly before it after two days or more; sorted.

    Takes `compare` and the roll-ups of `day` and of at least the 13 days before.
    """
    first = day - timedelta(days=thresholds.STORY_DAYS - 1)
    today = rollups.filter(pl.col("day") == day).select("account")
    judged = compared.filter(pl.col("metric").is_in(COMPARED), pl.col("day") >= first)
    above = pl.when(pl.col("value") > pl.col("usual")).then(pl.lit("above")).otherwise(pl.lit("below"))
    by_metric = judged.join(today, on="account", how="semi").select(
        "account", "metric", "day", pl.when("unusual").then(above).otherwise(pl.lit(NORMAL)).alias("sign")
    )
    was_read = pl.col("status").is_in(WITH_POSTS)
    by_status = (
        rollups.filter(pl.col("day").is_between(first, day))
        .join(today, on="account", how="semi")
        .select(
            "account",
            pl.lit(None, pl.String).alias("metric"),
            "day",
            pl.when(was_read).then(pl.lit(NORMAL)).otherwise("status").alias("sign"),
        )
    )
    signs = pl.concat([by_metric, by_status])
    unusual = signs.filter(pl.col("sign") != NORMAL).select("account", "metric").unique()
    told = (
        signs.join(unusual, on=["account", "metric"], how="semi", nulls_equal=True)
        .sort("account", "metric", "day", descending=[False, False, True])
        .group_by("account", "metric", maintain_order=True)
        .agg("day", "sign")
    )
    found = (_story(account, metric, days, signs, day) for account, metric, days, signs in told.iter_rows())
    return tuple(story for story in found if story)


def _story(
    account: str, metric: Metric | None, days: Sequence[date], signs: Sequence[str], day: date
) -> Story | None:
    """Return the newest story of an account, its signs the newest day first; None where the day is not known."""
    if days[0] != day:
        return None
    ordinary = _leading(signs, NORMAL)
    held = _leading(signs[ordinary:], signs[ordinary])
    story = Story(
        account,
        metric,
        signs[ordinary],
        first=days[ordinary + held - 1],
        last=days[ordinary],
        days=held,
        normal_since=days[ordinary - 1] if ordinary else None,
    )
    return story if ordinary == 0 or _is_news(story, day) else None


def _leading(signs: Iterable[str], wanted: str) -> int:
    return sum(1 for _ in takewhile(lambda sign: sign == wanted, signs))


def _is_news(story: Story, day: date) -> bool:
    """Whether the end of a story is told: it lasted, and ended a short time ago."""
    ended = story.normal_since
    return (
        story.days >= thresholds.ENDED_NEEDS
        and ended is not None
        and (day - ended).days < thresholds.ENDED_DAYS
    )
