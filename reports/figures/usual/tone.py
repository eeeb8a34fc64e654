"""Net sentiment of a day: the sampling variance of so many scored posts, and a random effect of the day."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtr, stdtrit

from reports.figures.usual import robust
from reports.figures.usual.history import History
from reports.figures.usual.robust import Array

_BETWEEN_DAYS: Final = (
    36.0,
    20.0,
)  # points squared: the variance between days, and how far accounts differ in it
_FREEDOM: Final = 20.0  # degrees that the accounts' common variance is worth
_NEEDS: Final = 14  # days


@dataclass(frozen=True)
class Tone:
    """The net sentiment of a day in points, for each row."""

    expected: Array
    low: Array  # the middle 80 %
    high: Array
    as_high: Array  # the chance of as much or more
    as_low: Array
    days: Array  # that are known


def expect_tone(history: History) -> Tone:
    """Return what is expected of the judged day's net sentiment, and how likely what it has is."""
    past, scored_now = history.past, history.scored[:, -1]
    one_post = _variance_of_one_post(past)
    variance = one_post[:, None] / np.maximum(np.nan_to_num(past.scored), 1)
    level, between, level_noise = robust.random_effects(past.net, variance)
    days = robust.known(past.net)
    between = robust.moderated(
        between, variance, past.net, history.is_account & (days >= _NEEDS), _BETWEEN_DAYS
    )
    deviation = np.sqrt(one_post / np.maximum(np.nan_to_num(scored_now), 1) + between + level_noise)
    freedom = np.maximum(days - 1, 5) + _FREEDOM
    ratio = (history.net[:, -1] - level) / deviation
    half = stdtrit(freedom, 0.9) * deviation
    return Tone(
        expected=level,
        low=level - half,
        high=level + half,
        as_high=np.nan_to_num(stdtr(freedom, -ratio), nan=1.0),
        as_low=np.nan_to_num(stdtr(freedom, ratio), nan=1.0),
        days=days,
    )


def _variance_of_one_post(past: History) -> Array:
    """Return the variance of a single post's +100, 0 or -100, with one post of each added: nothing is certain."""
    total = np.nansum(past.scored, 1) + 3
    positive, negative = (np.nansum(past.positive, 1) + 1) / total, (np.nansum(past.negative, 1) + 1) / total
    found: Array = 1e4 * (positive + negative - (positive - negative) ** 2)
    return found
