"""The report's usual as a plug-in of an outside measure, which plants truth in made-up worlds and counts what is found.

The measure hands over a history of at most 57 days as arrays and asks for a verdict; see `Estimator.judge`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from reports.figures.usual.history import History
from reports.figures.usual.judge import judge

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Verdict:
    """What the estimator says of the last day, one value per row; NaN where there is no usual."""

    p: dict[str, Array]  # empty: the alerts decide by themselves
    usual: Array
    low: Array
    high: Array
    posts_band: tuple[Array, Array]
    net_band: tuple[Array, Array]
    factor: Array  # (rows, 7), logarithms of the weekday factors of engagement, Monday first
    alert: dict[str, Array]


class Estimator:
    """`reports.figures.usual`, with its rules of what is unusual."""

    def judge(self, history: Any) -> Verdict:
        """Judge the last column of `history`, whose rows are the accounts and, as the last one, their total."""
        is_account = np.ones(len(history.e), bool)
        is_account[-1] = False
        found = judge(
            History(
                weekdays=np.asarray(history.wd, float),
                is_account=is_account,
                posts=history.n,
                engagement=history.e,
                worth=np.where(history.n > 0, history.mlog, np.nan),
                worth_variance=history.vlog,
                mix=np.zeros_like(history.n),
                positive=history.pos,
                negative=history.neg,
                scored=history.scored,
            )
        )
        return Verdict(
            p={},
            usual=found.engagement.usual,
            low=found.engagement.low,
            high=found.engagement.high,
            posts_band=(found.posts.low, found.posts.high),
            net_band=(found.net.low, found.net.high),
            factor=found.week,
            alert={
                f"{name}{sign}": way
                for name, metric in (
                    ("engagement", found.engagement),
                    ("posts", found.posts),
                    ("net", found.net),
                )
                for sign, way in (("+", metric.up), ("-", metric.down))
            },
        )
