"""The two ways in which Python adds floats: one by one up to 3.11, and compensated from 3.12 on. Pure.

A sum of the same floats may differ in its last digit between the two, or be 0 in one only. Scores are such sums: a day
keeps the kind it was first scored with, whatever interpreter works on it later.
"""

from collections.abc import Callable, Iterable, Mapping
from math import isfinite
from typing import Final, Literal

Sums = Literal["plain", "compensated"]
Add = Callable[[Iterable[float]], float]


def add_plain(values: Iterable[float]) -> float:
    """Return what `sum` returns up to Python 3.11."""
    total = 0.0
    for value in values:
        total += value
    return total


def add_compensated(values: Iterable[float]) -> float:
    """Return what `sum` returns from Python 3.12 on: Neumaier's algorithm, as in CPython's `builtin_sum_impl`."""
    total = lost = 0.0
    for value in values:
        rounded = total + value
        if abs(total) >= abs(value):
            lost += (total - rounded) + value
        else:
            lost += (value - rounded) + total
        total = rounded
    # A loss that is no number is that of an infinite sum, which stays one.
    return total + lost if lost and isfinite(lost) else total


OWN_SUMS: Final[Sums] = "compensated" if sum([0.1] * 10) == 1.0 else "plain"

# The interpreter's own is several times as fast; without a kind it is that one.
ADDERS: Final[Mapping[Sums | None, Add]] = {
    "plain": add_plain,
    "compensated": add_compensated,
    None: sum,
    OWN_SUMS: sum,
}
