"""What a post of a day is worth, given how many there were: a random effect of the day, with a week and a drift.

The variance of a day's mean is that of its posts over their number, and that between days (DerSimonian and Laird
1986). Weekdays are drawn toward all accounts' week (James and Stein 1961), the variance between days toward that of all
accounts, by how little the own days say of it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtr

from reports.figures.usual import robust
from reports.figures.usual.history import WINDOW, History
from reports.figures.usual.robust import Array, Mask

POSTS_WORTH: Final = 10.0  # posts: what the accounts' common spread of posts is worth beside the own
SPREAD_ELSE: Final = 0.4  # the variance of log engagement between posts, where nothing is known
_BETWEEN_DAYS: Final = (0.015, 0.007)  # the variance between days, and how far accounts differ in it
_FREEDOM: Final = 15.0  # degrees that the accounts' common variance is worth
_FAR: Final = 2.5  # deviations: such a day does not bend the week
_ITS_WAY: Final = 0.6  # unless so large a share of that weekday's days are: then that is its way
_OWN_WEEKDAY: Final = 4  # days, from which an account has a weekday of its own
_NEEDS: Final = 14  # days


@dataclass(frozen=True)
class Worth:
    """The worth of a day's posts, in logarithms, for each row."""

    expected: Array
    difference: Array  # of the judged day from it
    week: Array  # (rows, 7): differences of the weekdays
    drift: Array  # a day
    between_days: Array  # variance
    deviation: Array  # of a single day's value around what is expected
    freedom: Array  # degrees of it
    days: Array  # that are known
    as_high: Array  # the chance of as much or more
    as_low: Array


def spread_of_posts(history: History) -> Array:
    """Return the variance of log engagement between an account's posts of a day, drawn toward the accounts' median."""
    past = history.past
    free = np.where(np.isfinite(past.worth_variance), np.maximum(past.posts - 1, 0), 0.0)
    total = free.sum(1)
    own = (np.nan_to_num(past.worth_variance) * free).sum(1) / np.maximum(total, 1)
    chosen = history.is_account & (total >= POSTS_WORTH)
    common = robust.typical(own, chosen, 3, SPREAD_ELSE)
    return robust.drawn_to(own, total, common, POSTS_WORTH)


def expect_worth(values: Array, variance: Array, history: History) -> Worth:
    """Return what is expected of the judged day's value, in logarithms, and how likely what it has is.

    `values` and their sampling `variance` are (rows, days), the judged day last.
    """
    weekdays = history.past.weekdays.astype(int)
    age = np.arange(values.shape[1] - 1) - (values.shape[1] - 1)
    drift = robust.slope(values[:, :-1])
    variance = np.maximum(variance, 1e-6)  # of a day whose posts are all alike
    past, noise = values[:, :-1] - drift[:, None] * age, variance[:, :-1]
    level, between, level_noise = robust.random_effects(past, noise)
    days = robust.known(past)
    between = robust.moderated(between, noise, past, history.is_account & (days >= _NEEDS), _BETWEEN_DAYS)
    week, week_noise = _week(past - level[:, None], noise + between[:, None], history)
    adjusted = past - week[:, weekdays]
    recent, _, recent_noise = robust.random_effects(adjusted[:, -WINDOW:], noise[:, -WINDOW:], 2.0)
    few = ~np.isfinite(recent) | (robust.known(adjusted[:, -WINDOW:]) < 5)
    recent, recent_noise = np.where(few, level, recent), np.where(few, level_noise, recent_noise)
    expected = recent + week[:, history.today]
    error = recent_noise + 0.3 * np.minimum(week_noise[:, history.today], 0.2)
    deviation = np.sqrt(variance[:, -1] + between + error)
    difference = values[:, -1] - expected
    freedom = np.maximum(days - 1, 5) + _FREEDOM
    ratio = difference / deviation
    return Worth(
        expected=expected,
        difference=np.nan_to_num(difference),
        week=week,
        drift=drift,
        between_days=between,
        deviation=deviation,
        freedom=freedom,
        days=days,
        as_high=np.nan_to_num(stdtr(freedom, -ratio), nan=1.0),
        as_low=np.nan_to_num(stdtr(freedom, ratio), nan=1.0),
    )


def _week(residuals: Array, variance: Array, history: History) -> tuple[Array, Array]:
    """Return each row's weekday differences, and the variance of each."""
    deviation = np.sqrt(variance)
    far = np.abs(residuals) > _FAR * deviation
    clipped = np.clip(residuals, -_FAR * deviation, _FAR * deviation)
    own, noise, days = (np.zeros((len(residuals), 7)) for _ in range(3))
    for weekday in range(7):
        of_it = robust.by_weekday(history.past.weekdays, weekday)
        is_known = np.isfinite(residuals[:, of_it])
        share = (far[:, of_it] & is_known).sum(1) / np.maximum(is_known.sum(1), 1)
        its_way = (share > _ITS_WAY)[:, None]
        counts = is_known & (its_way | ~far[:, of_it])
        weight = np.where(counts, 1 / variance[:, of_it], 0.0)
        total = np.maximum(weight.sum(1), 1e-12)
        seen = np.where(its_way, residuals[:, of_it], clipped[:, of_it])
        own[:, weekday] = (weight * np.nan_to_num(seen)).sum(1) / total
        noise[:, weekday], days[:, weekday] = 1 / total, counts.sum(1)
    has_own = days >= _OWN_WEEKDAY
    # What all weekdays have in common belongs to the level.
    own -= np.where(has_own, own, 0).sum(1, keepdims=True) / np.maximum(has_own.sum(1, keepdims=True), 1)
    common = _common_week(own, noise, has_own, history.is_account)
    difference = own - common
    excess = np.where(has_own, difference**2 - noise, 0).sum(1) / np.maximum(has_own.sum(1), 1)
    between = np.maximum(excess, 0)[:, None]
    return common + np.where(has_own, between / (between + noise) * difference, 0.0), noise


def _common_week(own: Array, noise: Array, has_own: Mask, is_account: Mask) -> Array:
    if is_account.sum() < 4:
        return np.zeros(7)
    weight = np.where(has_own & is_account[:, None], 1 / (noise + 0.02), 0)
    total = np.maximum(weight.sum(0), 1e-9)
    common = (weight * own).sum(0) / total
    found: Array = common * np.maximum(0, 1 - 2 / total / np.maximum(common**2, 1e-12))
    return found
