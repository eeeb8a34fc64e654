"""Posts, replies and quotes of a day, each by what its kind is worth: a day of replies is not one of worse posts."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from pipeline.schema import KINDS
from reports.figures.metrics import POST_KINDS, UNKNOWN
from reports.figures.usual.robust import Array, Mask, Places

_KINDS: Final = (*(kind for kind in KINDS if kind != "retweet"), UNKNOWN)
_WORTH: Final = 10.0  # posts: how many a kind needs until half of its difference counts


@dataclass(frozen=True)
class Kinds:
    """Sums over a day's posts of each kind: arrays of (kinds, rows, days), 0 where there is none."""

    number: Array
    logarithms: Array  # of log(1 + engagement)
    squares: Array  # of its squares

    def __add__(self, other: "Kinds") -> "Kinds":
        """Return the rows of both, one after the other."""
        return Kinds(
            *(np.concatenate(pair, axis=1) for pair in zip(self._sums(), other._sums(), strict=True))
        )

    def total(self, rows: Mask, days: Mask) -> "Kinds":
        """Return one row: the sums of some rows, on some days only."""
        return Kinds(*(np.where(days, sums[:, rows].sum(1, keepdims=True), 0.0) for sums in self._sums()))

    def narrowed(self, rows: Places, kept: Mask) -> "Kinds":
        """Return some of the rows, with the days that are `kept` for each."""
        return Kinds(*(np.where(kept[rows], sums[:, rows], 0.0) for sums in self._sums()))

    def until(self, days: slice) -> "Worth":
        """Return what posts are worth on some days, by what the kinds were worth before the last of them."""
        number, logarithms, squares = (sums[:, :, days] for sums in self._sums())
        offsets = _offsets(number[:, :, :-1].sum(2), logarithms[:, :, :-1].sum(2))[:, :, None]
        of_all = number.sum(0)
        posts = np.where(of_all > 0, of_all, np.nan)
        mix = (number * offsets).sum(0) / posts
        mean = logarithms.sum(0) / posts - mix
        apart = (squares - 2 * offsets * logarithms + number * offsets**2).sum(0)
        variance = np.maximum(apart - posts * mean**2, 0) / np.where(posts > 1, posts - 1, np.nan)
        return Worth(mean, variance, mix)

    def _sums(self) -> tuple[Array, Array, Array]:
        return self.number, self.logarithms, self.squares


@dataclass(frozen=True)
class Worth:
    """What a day's posts are worth once its mix of kinds is taken out: (rows, days), NaN without a post."""

    mean: Array  # of log(1 + engagement)
    variance: Array  # over the posts of the day; NaN with fewer than two
    mix: Array  # what the kinds of that day's posts add to the mean


def sum_kinds(posts: pl.DataFrame, rows: int, days: int) -> Kinds:
    """Return the sums of posts.

    Takes `at` (row), `on` (day), `post_engagements` and `post_kinds` (lists; null where not known).
    """
    kinds = pl.DataFrame({"post_kinds": _KINDS}).with_row_index("kind")
    each = (
        posts.filter(pl.col("post_engagements").list.len() > 0)
        .select("at", "on", "post_engagements", POST_KINDS)
        .explode("post_engagements", "post_kinds")
        .sort("post_engagements")  # sums of floats depend on their order
        .join(kinds, on="post_kinds", maintain_order="left")
    )
    shape = (len(_KINDS), rows, days)
    place = np.ravel_multi_index([each[name].to_numpy() for name in ("kind", "at", "on")], shape)
    logarithm = np.log1p(each["post_engagements"].to_numpy())
    sums = (
        np.bincount(place, values, math.prod(shape)).reshape(shape).astype(float)
        for values in (np.ones(len(place)), logarithm, logarithm**2)
    )
    return Kinds(*sums)


def _offsets(number: Array, logarithms: Array) -> Array:
    """Return how far each kind is from its row's mean post, drawn toward it by how few posts of the kind there were."""
    mean = logarithms / np.maximum(number, 1)
    of_all = logarithms.sum(0) / np.maximum(number.sum(0), 1)
    found: Array = (mean - of_all) * number / (number + _WORTH)
    return found
