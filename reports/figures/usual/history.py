"""What a day is judged by: the days before it, as arrays."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from reports import thresholds
from reports.figures.usual.robust import Array, Mask

WINDOW: Final = thresholds.USUAL_DAYS  # days before the judged one that the level is of
LONG: Final = thresholds.LONG_DAYS  # days before it that the week and the spread are of


@dataclass(frozen=True)
class History:
    """Rows of accounts and totals, up to 57 days of each; the last day is judged by those before it.

    Arrays are (rows, days), NaN where there is no data: missing is not zero. `engagement` and `worth` are NaN too where
    the counts are of another age.
    """

    weekdays: Array  # (days,), 0 for Monday
    is_account: Mask  # (rows,): what accounts have in common is learned from these, not from totals
    posts: Array
    engagement: Array
    worth: Array  # the mean of log(1 + engagement) of a day's posts, without `mix`
    worth_variance: Array  # its variance over the posts of the day; NaN with fewer than two
    mix: Array  # what the mix of posts, replies and quotes adds to that mean
    positive: Array
    negative: Array
    scored: Array

    @property
    def past(self) -> "History":
        """The days before the judged one."""
        return History(
            self.weekdays[:-1],
            self.is_account,
            *(
                values[:, :-1]
                for values in (
                    self.posts,
                    self.engagement,
                    self.worth,
                    self.worth_variance,
                    self.mix,
                    self.positive,
                    self.negative,
                    self.scored,
                )
            ),
        )

    @property
    def mixed(self) -> bool:
        """Whether any row has posts of several kinds."""
        return bool(np.nan_to_num(self.mix).any())

    @property
    def today(self) -> int:
        """The judged day's weekday."""
        return int(self.weekdays[-1])

    @property
    def net(self) -> Array:
        """Net sentiment in points; NaN without a scored post."""
        scored = np.where(self.scored > 0, self.scored, np.nan)
        found: Array = 100 * (self.positive - self.negative) / scored
        return found
