"""Engagement of a day: how many posts there are times what they are worth, each with its week.

The scale is that of the collective risk model, CV^2 = (dispersion + spread of posts) / posts + variance between days,
drawn toward each row's own (Smyth 2004). Judged on the cube root, on which sums of skewed values are nearly normal
(Wilson and Hilferty 1931), by Student's t with the errors of level and week.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtr, stdtrit

from reports.figures.usual import robust
from reports.figures.usual.counts import Counts
from reports.figures.usual.history import WINDOW, History
from reports.figures.usual.robust import Array
from reports.figures.usual.worth import Worth

_MODEL_WORTH: Final = 10.0  # days: what the model's scale is worth beside the own
_BAND_WORTH: Final = 20.0  # days: what the model's quantiles are worth beside the own
_OFTEN_SILENT: Final = 0.1  # the chance of a day without posts from which the band begins at zero
_QUIET_WEEKDAY: Final = 0.1  # a weekday with a smaller factor says nothing of the others


@dataclass(frozen=True)
class Total:
    """The engagement of a day, for each row."""

    expected: Array
    low: Array  # the middle 80 %
    high: Array
    as_much: Array  # the chance of as much or more, on a day with posts
    as_little: Array
    times: Array  # the judged day's engagement over what is expected
    days: Array  # with posts, of the last 28 that say something of this weekday
    all_days: Array  # of the last 56
    week: Array  # (rows, 7): logarithms of the weekday factors


def expect_total(history: History, counts: Counts, worth: Worth, spread: Array) -> Total:
    """Return what is expected of the judged day's engagement, and how likely what it has is.

    `spread` is `spread_of_posts`, `worth` that of the arithmetic mean.
    """
    past, today = history.past, history.today
    weekdays = past.weekdays.astype(int)
    week = np.log(np.maximum(counts.week, 1e-3)) + worth.week
    week = week - robust.mean(np.where(counts.week > 0.03, week, np.nan))[:, None]
    age = np.arange(len(weekdays)) - len(weekdays)
    base = np.where(past.posts > 0, np.log(past.engagement + 1), np.nan)
    base = base - week[:, weekdays] - worth.drift[:, None] * age
    base = np.where(counts.week[:, weekdays] > _QUIET_WEEKDAY, base, np.nan)
    level = robust.median(base[:, -WINDOW:])
    centre = level + week[:, today]
    ratio = np.exp(np.clip(base - level[:, None], -8, 8))
    skew = np.exp(np.minimum(spread, 3.0)) - 1
    expected_posts = np.maximum(counts.level[:, None] * counts.week[:, weekdays], 0.3)
    model = (
        np.sqrt((counts.dispersion[:, None] + skew[:, None]) / expected_posts + worth.between_days[:, None])
        / 3
    )
    residuals = (np.cbrt(ratio) - 1) / model  # in units of the model's scale
    all_days = robust.known(residuals)
    freedom = np.maximum(0.8 * (all_days - 2), 1)
    own = np.nan_to_num(robust.scale(residuals), nan=1.0) ** 2
    own_scale = np.sqrt(robust.drawn_to(own, freedom, 1.0, _MODEL_WORTH))
    freedom = freedom + _MODEL_WORTH
    days = robust.known(base[:, -WINDOW:])
    posts_today = np.maximum(counts.level * counts.week[:, today], 0.3)
    model_today = np.sqrt((counts.dispersion + skew) / posts_today + worth.between_days) / 3
    like_today = robust.known(base[:, robust.by_weekday(past.weekdays, today)])
    errors = np.sqrt(1 + robust.MEDIAN_NOISE / np.maximum(days, 1) + 0.5 / (like_today + 2))
    times = (history.engagement[:, -1] + 1) / np.exp(centre)
    deviations = (np.cbrt(times) - 1) / (own_scale * model_today * errors)
    silent = counts.none
    bounds = []
    for share in (0.1, 0.9):
        of_active = np.clip((share - silent) / np.maximum(1 - silent, 1e-9), 0, 1)
        seen = np.nan_to_num(robust.quantile(residuals, of_active))
        by_model = stdtrit(freedom, np.clip(of_active, 1e-4, 1 - 1e-4)) * own_scale
        drawn = robust.drawn_to(seen, all_days, by_model, _BAND_WORTH)
        bounds.append(np.exp(centre) * np.maximum(1 + drawn * errors * model_today, 0) ** 3 - 1)
    low = np.where((silent >= _OFTEN_SILENT) | counts.is_off, 0.0, np.maximum(bounds[0], 0))
    high = np.where(counts.is_off | (silent >= 1 - _OFTEN_SILENT), 0.0, np.maximum(bounds[1], 0))
    return Total(
        expected=np.where(counts.is_off, 0.0, np.expm1(centre)),
        low=low,
        high=high,
        as_much=np.nan_to_num(stdtr(freedom, -deviations), nan=1.0),
        as_little=np.nan_to_num(stdtr(freedom, deviations), nan=1.0),
        times=np.nan_to_num(times, nan=1.0),
        days=days,
        all_days=all_days,
        week=week,
    )
