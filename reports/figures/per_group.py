"""The figures of each group for its own page: those of the day's report, for the group's accounts alone.

Its totals are those of `compare`: today's members against their own past.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import polars as pl

from reports.figures.alerts import findings
from reports.figures.data import data
from reports.figures.day import DayFigures
from reports.figures.metrics import SHARE, recent
from reports.figures.movers import movers
from reports.figures.posts import rank_posts
from reports.figures.standouts import choose, largest
from reports.figures.tiles import followers, total_followers
from reports.figures.tone import by_day, extremes, net_interval, tone
from reports.figures.topics import topics
from reports.figures.trend import trend
from reports.figures.usual.compare import total_of

_SINCE = 4  # the schema version from which groups have pages


def per_group(figures: DayFigures, rollups: pl.DataFrame, posts: pl.DataFrame) -> Iterator[DayFigures]:
    """Yield the figures of each group of the day's accounts, in the order of `groups`.

    Takes the figures of the day and what `day_figures` made them from.
    """
    if figures.groups.is_empty():
        return
    day = figures.day
    aged = recent(rollups, day)
    ranked = rank_posts(posts, aged, day)
    followed = followers(aged, day)
    in_groups = figures.accounts.select("account", pl.col("group").alias("scope")).drop_nulls()
    topics_of = topics(figures.topic_counts, aged, posts, day, in_groups)
    for group in figures.groups["group"].drop_nulls().to_list():
        members = figures.accounts.filter(pl.col("group") == group)
        rows = members.with_columns(SHARE.alias("share"))
        own, own_posts, stood_out, followers_of = (
            frame.join(members, on="account", how="semi", maintain_order="left")
            for frame in (aged, posts, ranked, followed)
        )
        chosen = choose(stood_out, one=rows.height == 1)
        if stood_out["times"].is_null().all():
            chosen = largest(own_posts)
        yield replace(
            figures,
            group=group,
            accounts=rows,
            alerts=findings(rows, chosen),
            trend=trend(figures.compared, total_of(group)),
            followers=total_followers(followers_of),
            groups=figures.groups.clear(),
            movers=movers(rows),
            net_interval=net_interval(rows),
            tone=by_day(own) if rows.height == 1 else extremes(rows),
            all_tone=tone(rows),
            standouts=chosen,
            topics=topics_of.get(group),
            data=data(own, own_posts, day),
            previous=_previous(rollups, group, day),
            usage=None,  # of all accounts
        )


def _previous(rollups: pl.DataFrame, group: str, day: date) -> date | None:
    """Return the nearest earlier day on which the group has a page."""
    earlier = rollups.filter(
        pl.col("day") < day, pl.col("group") == group, pl.col("schema_version") >= _SINCE
    )["day"]
    return max(earlier.to_list(), default=None)
