"""The figures of each account for its own page: those of the day's report, narrowed to one account.

What is costly is computed for all accounts at once, and compared by the same factors as in the day's report, so
that an account's page and its row there agree.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from reports import thresholds
from reports.figures.alerts import Row, findings
from reports.figures.data import data
from reports.figures.day import DayFigures
from reports.figures.hours import blocks, hours
from reports.figures.metrics import equal_age, is_incomplete, recent
from reports.figures.posts import rank_posts
from reports.figures.standouts import standouts_by_account
from reports.figures.tiles import followers
from reports.figures.tone import by_day, interval_of
from reports.figures.topics import topics
from reports.figures.usual.compare import compare_ratios


@dataclass(frozen=True)
class AccountFigures:
    """One account of a day."""

    account: str
    day: DayFigures  # of this account alone
    posts: pl.DataFrame  # of `rank_posts`
    incomplete_days: pl.DataFrame
    before: Row | None  # the account before it in the report's order, a row of `accounts`
    after: Row | None


def per_account(figures: DayFigures, rollups: pl.DataFrame, posts: pl.DataFrame) -> Iterator[AccountFigures]:
    """Yield the figures of each account of the day's report, in its order.

    Takes the figures of the day and what `day_figures` made them from.
    """
    day = figures.day
    aged = recent(rollups, day)
    rows_of = _Parts(aged)
    ranked = rank_posts(posts, aged, day)
    posts_of = _Parts(ranked)
    standouts_of = _Parts(standouts_by_account(ranked))
    stored = aged.select("account", "day")
    followers_of = _Parts(
        followers(aged, day).join(stored, on=["account", "day"], how="semi", maintain_order="left")
    )
    tone_of, all_tone_of = _Parts(by_day(aged)), _Parts(figures.all_tone)
    hours_of = _Parts(hours(aged, day, by_account=True))
    blocks_of = _Parts(blocks(aged, day, by_account=True))
    incomplete_of = _Parts(incomplete_days(aged, day))
    alone = figures.accounts.select("account", pl.col("account").alias("scope"))
    topics_of = topics(figures.topic_counts, aged, posts, day, alone)
    compared = pl.concat([figures.compared, compare_ratios(equal_age(rollups, day), day)])
    trend_of = _Parts(compared.sort("account", "metric", "day"))
    names = [None, *figures.accounts.select("account", "handle", "name").iter_rows(named=True), None]
    for place, row in enumerate(figures.accounts.iter_slices(1)):
        account = row["account"][0]
        own, own_posts, toned = rows_of[account], posts_of[account], all_tone_of[account]
        stood_out = standouts_of[account]
        narrowed = replace(
            figures,
            is_account=True,
            accounts=row,
            alerts=findings(row, stood_out),
            trend=figures.trend if figures.single else trend_of[account],
            followers=followers_of[account],
            movers=figures.movers.clear(),
            net_interval=next(map(interval_of, toned.iter_rows(named=True)), None),
            tone=tone_of[account],
            all_tone=toned,
            hours=hours_of[account],
            blocks=blocks_of[account],
            standouts=stood_out,
            topics=topics_of.get(account),
            data=data(own, own_posts, day),
            previous=max((past for past in own["day"] if past < day), default=None),
        )
        yield AccountFigures(
            account, narrowed, own_posts, incomplete_of[account], before=names[place], after=names[place + 2]
        )


class _Parts:
    """A frame by account; of an account without rows, an empty frame."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._parts = frame.partition_by("account", as_dict=True)
        self._empty = frame.clear()

    def __getitem__(self, account: str) -> pl.DataFrame:
        return self._parts.get((account,), self._empty)


def incomplete_days(rollups: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return `account`, `day`, `status`, `reason`, `truncated` of the 28 days before `day` that were not read whole.

    Each account's newest first.
    """
    first = day - timedelta(days=thresholds.USUAL_DAYS)
    return (
        rollups.filter(pl.col("day").is_between(first, day, closed="left"), is_incomplete())
        .select("account", "day", "status", "reason", "truncated")
        .sort("account", "day", descending=[False, True])
    )
