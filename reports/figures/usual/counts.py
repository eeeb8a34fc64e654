"""How many posts a day has: negative binomial counts around a weekday mean.

Weekday means are drawn toward all accounts' week by empirical Bayes (Gamma-Poisson; positive-part James and Stein
1961), the dispersion toward that of chance. Tails are exact, and by the square root (Anscombe 1948) where an account's
days differ by less than chance.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import betainc, nbdtrik, ndtr

from reports.figures.usual import robust
from reports.figures.usual.history import WINDOW, History
from reports.figures.usual.robust import Array, Mask

_BUSY: Final = (3.0, 4.0)  # a day counts as so many times the usual at most, or as so many posts more
_POOLED: Final = 2.0  # posts a day from which an account's week says something of the others'
_DISPERSION_WORTH: Final = 10.0  # days: what it is worth that counts are as wide as chance
_NARROWEST: Final = 0.4  # times the variance of chance
_LEVEL_DRIFT: Final = 0.05**2  # the relative variance of a level within weeks
_OFF: Final = 0.05  # posts: a weekday with fewer is a day off
_AS_CHANCE: Final = 1.02  # times the variance of chance
_OWN_WEEKDAY: Final = 4  # days, from which a weekday speaks for itself


@dataclass(frozen=True)
class Counts:
    """The posts of a day, for each row."""

    expected: Array
    level: Array  # a day, whatever weekday
    week: Array  # (rows, 7): factors of the weekdays
    dispersion: Array  # variance over mean of a day
    low: Array  # the middle 80 %
    high: Array
    as_many: Array  # the chance of as many posts or more
    as_few: Array
    none: Array  # the chance of a day without posts
    is_off: Mask  # the weekday is a day off


def expect_counts(history: History) -> Counts:
    """Return what is expected of the judged day's number of posts, and how likely what it has is."""
    past = history.past
    posts = _without_busy_days(past.posts)
    average, days = robust.mean(posts), robust.known(posts)
    level = robust.mean(posts[:, -WINDOW:])
    week, dispersion = _week(posts, average, history)
    window = np.where(np.isfinite(posts), week[:, past.weekdays.astype(int)], np.nan)[:, -WINDOW:]
    level = level / np.maximum(robust.mean(window), 1e-9)
    expected = np.nan_to_num(level * week[:, history.today])
    known_level = np.maximum(level * np.minimum(days, WINDOW), 1)
    variance = expected * dispersion + expected**2 * (dispersion / known_level + _LEVEL_DRIFT)
    low, high = _quantile(0.1, expected, variance), _quantile(0.9, expected, variance)
    now = np.nan_to_num(history.posts[:, -1])
    is_off = week[:, history.today] * np.nan_to_num(average) < _OFF
    return Counts(
        expected=expected,
        level=np.nan_to_num(level),
        week=week,
        dispersion=dispersion,
        low=low,
        high=high,
        as_many=_at_least(now, expected, variance),
        as_few=_at_most(now, expected, variance),
        none=np.where(is_off, 1.0, _at_most(np.zeros_like(now), expected, variance)),
        is_off=is_off,
    )


def _without_busy_days(posts: Array) -> Array:
    times, more = _BUSY
    usual = np.maximum(robust.median(posts), robust.mean(posts))
    most = np.maximum(times * usual, usual + more)
    found: Array = np.minimum(posts, most[:, None])
    return found


def _week(posts: Array, average: Array, history: History) -> tuple[Array, Array]:
    """Return each row's weekday factors, and the dispersion around them."""
    weekdays = history.past.weekdays
    of_weekday = [posts[:, robust.by_weekday(weekdays, weekday)] for weekday in range(7)]
    days = np.stack([robust.known(found) for found in of_weekday], 1)
    own = np.stack([robust.mean(found) for found in of_weekday], 1) / np.maximum(average, 1e-9)[:, None]
    common = _common_week(own, average, history)
    dispersion = np.ones(len(posts))
    free = np.maximum(robust.known(posts) - 4, 5)
    for _ in range(2):
        noise = dispersion[:, None] / np.maximum(average[:, None] * days, 1e-9)
        week = np.nan_to_num(_drawn_to_common(own, common, noise, days), nan=1.0)
        expected = np.maximum(average[:, None] * week[:, weekdays.astype(int)], 0.02)
        chance = np.minimum((posts - expected) ** 2 / expected, 9)  # Pearson's
        dispersion = robust.drawn_to(np.nansum(chance, 1) / free, free, 1.0, _DISPERSION_WORTH)
        dispersion = np.maximum(dispersion, _NARROWEST)
    return week, dispersion


def _common_week(own: Array, average: Array, history: History) -> Array:
    """Return the accounts' common week, drawn toward none by how much they differ."""
    chosen = history.is_account & (np.nan_to_num(average) >= _POOLED)
    if chosen.sum() < 4:
        return np.ones(7)
    of_accounts = own[chosen].T
    common = np.nan_to_num(robust.median(of_accounts), nan=1.0)
    spread = robust.NORMAL_MAD * robust.median(np.abs(of_accounts - common[:, None]))
    error = 1.25 * np.nan_to_num(spread, nan=1.0) / np.sqrt(chosen.sum())
    effect = common - 1
    found: Array = 1 + effect * np.maximum(0, 1 - (2 * error / np.maximum(np.abs(effect), 1e-9)) ** 2)
    return found


def _drawn_to_common(own: Array, common: Array, noise: Array, days: Array) -> Array:
    """Return own factors drawn toward the common ones.

    A weekday far beyond its noise keeps its own, whatever the others do (limited translation, Efron and Morris 1972).
    """
    difference = own - common
    between = np.maximum(np.nan_to_num(robust.mean(difference**2 - noise)), 0)[:, None]
    weight = between / (between + noise)
    alone = np.maximum(0, 1 - 4 * noise / np.maximum(difference**2, 1e-12))
    weight = np.where(days >= _OWN_WEEKDAY, np.maximum(weight, alone), weight)
    found: Array = np.maximum(common + np.nan_to_num(weight * difference), 0.0)
    return found


def _shape(expected: Array, variance: Array) -> tuple[Array, Array, Mask]:
    """Return size and probability of the negative binomial, and whether counts are narrower than it can be."""
    ratio = np.maximum(variance, 1e-9) / np.maximum(expected, 1e-9)
    size = np.minimum(np.where(ratio > _AS_CHANCE, expected / np.maximum(ratio - 1, 1e-9), 1e6), 1e6)
    size = np.maximum(size, 1e-6)
    narrow = (ratio <= _AS_CHANCE) & (expected >= 3)
    return size, size / (size + np.maximum(expected, 1e-9)), narrow


def _at_most(count: Array, expected: Array, variance: Array) -> Array:
    size, probability, narrow = _shape(expected, variance)
    found: Array = np.where(
        narrow, ndtr(_root_deviation(count + 0.5, expected, variance)), betainc(size, count + 1, probability)
    )
    return found


def _at_least(count: Array, expected: Array, variance: Array) -> Array:
    size, probability, narrow = _shape(expected, variance)
    exact = np.where(count > 0, betainc(np.maximum(count, 1), size, 1 - probability), 1.0)
    root = ndtr(-_root_deviation(np.maximum(count - 0.5, 0), expected, variance))
    found: Array = np.where(narrow, root, exact)
    return found


def _root_deviation(count: Array, expected: Array, variance: Array) -> Array:
    """Return deviations on the scale of the square root, where counts have nearly the same spread."""
    ratio = variance / np.maximum(expected, 1e-9)
    found: Array = 2 * (np.sqrt(count + 0.375) - np.sqrt(expected + 0.375)) / np.sqrt(np.maximum(ratio, 1e-9))
    return found


def _quantile(share: float, expected: Array, variance: Array) -> Array:
    size, probability, narrow = _shape(expected, variance)
    exact = np.ceil(np.nan_to_num(nbdtrik(share, size, probability)))
    ratio = variance / np.maximum(expected, 1e-9)
    deviations = np.sign(share - 0.5) * 1.2816
    root = np.maximum(np.sqrt(expected + 0.375) + deviations * np.sqrt(ratio) / 2, 0) ** 2 - 0.375
    rounded = np.ceil(root - 0.5) if share < 0.5 else np.floor(root + 0.5)
    found: Array = np.maximum(np.where(narrow, rounded, exact), 0)
    return found
