"""What is worth a look: rules over the account rows, each with its evidence.

A status is news on the day it changes; on the days after, the page's head, table and data section show it. What the
reader can fix (failed, over budget, deletions that wait) is repeated until it is fixed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

import polars as pl

from pipeline.status import Status
from reports import thresholds
from reports.figures.metrics import Metric

Row = dict[str, Any]  # of `accounts`, or of the posts of `rank_posts`

FIXABLE: Final = (Status.FAILED, Status.OVER_BUDGET)


class Kind(Enum):
    """What was found about an account, in the order in which it is looked for."""

    NOT_READ = auto()
    DELETIONS_WAITING = auto()
    TURNED_NEGATIVE = auto()
    VIRAL_POST = auto()
    ENGAGEMENT = auto()
    WENT_QUIET = auto()
    POST_COUNT = auto()
    TONE = auto()
    MENTIONS = auto()
    INCOMPLETE = auto()
    TRUNCATED = auto()


# The smaller, the earlier; accounts that nobody can read (6) come after those whose figures are unusual.
_RANK: Final = {
    Kind.DELETIONS_WAITING: 0,
    Kind.TURNED_NEGATIVE: 1,
    Kind.VIRAL_POST: 2,
    Kind.ENGAGEMENT: 3,
    Kind.WENT_QUIET: 3,
    Kind.POST_COUNT: 4,
    Kind.MENTIONS: 4,
    Kind.TONE: 5,
    Kind.INCOMPLETE: 7,
    Kind.TRUNCATED: 7,
}


# What each is about; the others are about the reading of the account.
METRICS: Final[Mapping[Kind, Metric]] = {
    Kind.TURNED_NEGATIVE: "net",
    Kind.VIRAL_POST: "engagement",
    Kind.ENGAGEMENT: "engagement",
    Kind.WENT_QUIET: "posts",
    Kind.POST_COUNT: "posts",
    Kind.TONE: "net",
    Kind.MENTIONS: "mentions",
}


@dataclass(frozen=True)
class Finding:
    """The most remarkable thing about one account."""

    kind: Kind
    row: Row
    size: float  # the order within a rank, the largest first
    post: Row | None = None  # the one that went viral

    @property
    def account(self) -> str:
        """The lower-case handle."""
        return str(self.row["account"])

    @property
    def metric(self) -> Metric | None:
        """What it is about; None where it is about the reading of the account."""
        return METRICS.get(self.kind)

    @property
    def rank(self) -> int:
        """Its place among all kinds."""
        if self.kind is Kind.NOT_READ:
            return 0 if Status(self.row["status"]) in FIXABLE else 6
        return _RANK[self.kind]


def findings(rows: pl.DataFrame, standouts: pl.DataFrame) -> tuple[Finding, ...]:
    """Return at most one finding per account, the weightiest first; takes the day's `accounts` and `standouts`."""
    best = {row["account"]: row for row in standouts.sort("engagement").iter_rows(named=True)}
    found = (_finding(row, best.get(row["account"])) for row in rows.iter_rows(named=True))
    return tuple(sorted(filter(None, found), key=lambda one: (one.rank, -one.size, one.account)))


def _finding(row: Row, best: Row | None) -> Finding | None:
    if not row["has_data"]:
        return _not_read(row)
    return (
        _deletions_waiting(row)
        or _turned(row)
        or _viral(row, best)
        or _engagement(row)
        or _quiet(row)
        or _post_count(row)
        or _tone(row)
        or _mentions(row)
        or _incomplete(row)
    )


def _not_read(row: Row) -> Finding | None:
    if row["status"] == row["status_before"] and Status(row["status"]) not in FIXABLE:
        return None
    return Finding(Kind.NOT_READ, row, float(row["followers"] or 0))


def _deletions_waiting(row: Row) -> Finding | None:
    waiting = row["deletions_waiting"]
    return Finding(Kind.DELETIONS_WAITING, row, waiting) if waiting else None


def _turned(row: Row) -> Finding | None:
    return Finding(Kind.TURNED_NEGATIVE, row, row["usual_net"] - row["net"]) if row["turned"] else None


def _viral(row: Row, best: Row | None) -> Finding | None:
    if best is None or not best["times"] or not row["unusual_engagement"]:
        return None
    share = best["engagement"] / max(row["engagement"], 1)
    if best["times"] < thresholds.VIRAL_TIMES or share < thresholds.VIRAL_SHARE:
        return None
    return Finding(Kind.VIRAL_POST, row, best["engagement"], best)


def _engagement(row: Row) -> Finding | None:
    if not row["unusual_engagement"] or row["posts"] == 0:
        return None
    return Finding(Kind.ENGAGEMENT, row, abs(row["engagement"] - row["usual_engagement"]))


def _quiet(row: Row) -> Finding | None:
    if row["posts"] or not row["unusual_posts"]:
        return None
    return Finding(Kind.WENT_QUIET, row, row["usual_posts"])


def _post_count(row: Row) -> Finding | None:
    if not row["unusual_posts"] or row["posts"] == 0:
        return None
    return Finding(Kind.POST_COUNT, row, abs(row["posts"] - row["usual_posts"]))


def _tone(row: Row) -> Finding | None:
    return Finding(Kind.TONE, row, abs(row["net"] - row["usual_net"])) if row["unusual_net"] else None


def _mentions(row: Row) -> Finding | None:
    if not row["unusual_mentions"]:
        return None
    return Finding(Kind.MENTIONS, row, row["mention_count"] - row["usual_mentions"])


def _incomplete(row: Row) -> Finding | None:
    if row["status"] == Status.PARTIAL != row["status_before"]:
        return Finding(Kind.INCOMPLETE, row, row["posts"])
    return Finding(Kind.TRUNCATED, row, row["posts"]) if row["truncated"] else None
