"""Robust estimates over rows of days: arrays of (rows, days), in which NaN is a day without data."""

from typing import Any, Final

import numpy as np

Array = np.ndarray[Any, np.dtype[np.float64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]
Places = np.ndarray[Any, np.dtype[np.signedinteger[Any]]]  # of rows

NORMAL_MAD: Final = 1.4826  # turns a median deviation of normal values into their standard deviation
NORMAL_MEAN: Final = 1.2533  # the same for a mean deviation
MEDIAN_NOISE: Final = 1.57  # the variance of a median of normal values over that of their mean
_CLIPPED: Final = 0.8796  # the standard deviation of normal values that are clipped at two
_SLOPE_LAGS: Final = (7, 14, 21, 28)  # days: only like weekdays are compared
_SLOPE_NEEDS: Final = 21  # days
_STEEPEST: Final = 0.03  # a day, in logarithms
_TINY: Final = 1e-12
_LEAST_VARIANCE: Final = 1e-6  # of a day whose posts are all alike


def known(values: Array) -> Array:
    """Return how many values each row has."""
    count: Array = np.isfinite(values).sum(-1).astype(float)
    return count


def median(values: Array) -> Array:
    """Return each row's median. (numpy's own for NaN takes a Python call a row.)"""
    ordered = np.sort(values, axis=-1)  # NaN last
    count = np.isfinite(values).sum(-1)[..., None]
    below, above = np.maximum((count - 1) // 2, 0), np.minimum(count // 2, values.shape[-1] - 1)
    middle = np.take_along_axis(ordered, below, -1) + np.take_along_axis(ordered, above, -1)
    found: Array = middle[..., 0] / 2
    return found


def quantile(values: Array, share: Array) -> Array:
    """Return each row's quantile for its own `share`, interpolated by Hazen's plotting positions."""
    ordered = np.sort(values, axis=-1)
    count = known(values)
    last = np.maximum(count - 1, 0)
    place = np.clip(share * count - 0.5, 0, last)
    lower = np.floor(place)
    upper = np.minimum(lower + 1, last)
    low, high = (np.take_along_axis(ordered, at.astype(int)[:, None], -1)[:, 0] for at in (lower, upper))
    found: Array = low + (place - lower) * (high - low)
    return found


def mean(values: Array) -> Array:
    """Return each row's mean, NaN for a row without values."""
    found: Array = np.nansum(values, -1) / np.where(np.isfinite(values).any(-1), known(values), np.nan)
    return found


def scale(residuals: Array) -> Array:
    """Return each row's standard deviation: of residuals clipped at two median deviations (Huber 1964, one step).

    Unusual days are clipped rather than left out, which would narrow the scale.
    """
    deviation = NORMAL_MAD * median(np.abs(residuals))
    deviation = np.where(deviation > 0, deviation, NORMAL_MEAN * mean(np.abs(residuals)))
    clipped = np.clip(residuals, -2 * deviation[:, None], 2 * deviation[:, None])
    found: Array = np.sqrt(np.nansum(clipped**2, -1) / np.maximum(known(residuals) - 1, 1)) / _CLIPPED
    return found


def slope(values: Array) -> Array:
    """Return how much each row rises a day: the seasonal Kendall slope (Hirsch, Slack and Smith 1982).

    The median of the slopes between like weekdays, shrunk by its noise; 0 with fewer than 21 days.
    """
    days = values.shape[1]
    pairs = [(values[:, lag:] - values[:, :-lag]) / lag for lag in _SLOPE_LAGS if days > lag + 3]
    if days < _SLOPE_NEEDS or not pairs:
        return np.zeros(len(values))
    slopes = np.concatenate(pairs, 1)
    found = median(slopes)
    # Pairs overlap: about a quarter of them are independent.
    independent = np.maximum(known(slopes) / len(_SLOPE_LAGS), 1)
    noise = NORMAL_MAD * median(np.abs(slopes - found[:, None])) / np.sqrt(independent)
    found = np.clip(np.nan_to_num(found), -_STEEPEST, _STEEPEST)
    kept = 1 - (np.nan_to_num(noise, nan=1.0) / np.maximum(np.abs(found), _TINY)) ** 2
    shrunk: Array = np.where(known(values) >= _SLOPE_NEEDS, found * np.maximum(kept, 0), 0.0)
    return shrunk


def random_effects(values: Array, variance: Array, clipped_at: float = 3.0) -> tuple[Array, Array, Array]:
    """Return each row's level, the variance between its days, and the variance of the level.

    `variance` is the sampling variance of each day's value. By the moments of DerSimonian and Laird 1986, with values
    clipped at `clipped_at` deviations.
    """
    is_known = np.isfinite(values)
    variance = np.maximum(variance, _LEAST_VARIANCE)
    weight = np.where(is_known, 1 / variance, 0.0)
    filled = np.nan_to_num(values)
    count, whole = is_known.sum(1), np.maximum(weight.sum(1), _TINY)
    spread = np.maximum(whole - (weight**2).sum(1) / whole, _TINY)
    level = np.nan_to_num(median(values))
    between = np.zeros(len(values))
    for step in range(3):
        deviation = np.sqrt(variance + between[:, None])
        near = _clip_around(filled, level, clipped_at * deviation) if step else filled
        precision = np.where(is_known, 1 / deviation**2, 0.0)
        level = (precision * near).sum(1) / np.maximum(precision.sum(1), _TINY)
        near = _clip_around(filled, level, clipped_at * deviation)
        fixed = (weight * near).sum(1) / whole
        moment = ((weight * (near - fixed[:, None]) ** 2).sum(1) - (count - 1)) / spread
        between = np.maximum(moment, 0)
    precision = np.where(is_known, 1 / (variance + between[:, None]), 0.0)
    return np.where(count > 0, level, np.nan), moment, 1 / np.maximum(precision.sum(1), _TINY)


def moderated(
    between: Array, variance: Array, values: Array, rows: Mask, prior: tuple[float, float]
) -> Array:
    """Return each row's variance between days, drawn toward that of the chosen rows by what is known of each.

    Few posts a day say little of it: the noise of an own estimate is that of a variance of so many days, sampling
    variance included. `prior`: what is common where nothing is known, and by how much rows differ (standard deviation).
    """
    is_known = np.isfinite(values)
    count = np.maximum(is_known.sum(1), 1)
    sampling = np.where(is_known, variance, 0.0).sum(1) / count
    common, differ = prior
    for _ in range(2):
        noise = 2 / count * (sampling + common) ** 2
        weight = np.where(rows, 1 / (noise + differ**2), 0.0)
        # The prior is worth four rows.
        own_prior = 4 / (np.median(noise[rows]) + differ**2) if rows.any() else 1.0
        common = float((weight @ between + own_prior * prior[0]) / (weight.sum() + own_prior))
        common = max(common, prior[0] / 4)
    noise = 2 / count * (sampling + common) ** 2
    own = differ**2 / (differ**2 + noise)
    found: Array = np.maximum(own * between + (1 - own) * common, common / 4)
    return found


def drawn_to(own: Array, worth: Array, common: "Array | float", common_worth: float) -> Array:
    """Return `own` drawn toward what is `common`, each by what it is worth."""
    found: Array = (worth * np.nan_to_num(own) + common_worth * common) / (worth + common_worth)
    return found


def typical(values: Array, rows: Mask, needs: int, otherwise: float) -> float:
    """Return the median over the chosen rows; `otherwise` with too few of them."""
    return float(np.median(values[rows])) if rows.sum() >= needs else otherwise


def by_weekday(weekdays: Array, weekday: int) -> Mask:
    """Return which days are of a weekday, 0 for Monday."""
    found: Mask = weekdays == weekday
    return found


def _clip_around(values: Array, level: Array, width: Array) -> Array:
    found: Array = np.clip(values, level[:, None] - width, level[:, None] + width)
    return found
