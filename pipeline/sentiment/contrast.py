"""The rule for "but": words after it weigh more than words before it."""

from collections import defaultdict
from collections.abc import Collection
from heapq import heappush, heappushpop

_BEFORE, _AFTER = 0.5, 1.5


def weigh_around_but(valences: list[float], before: int) -> list[float]:
    """Return the weighted valences; the first `before` of them precede the first "but".

    The package iterates over the valences and changes, for each, the first element with an equal value
    (`list.index`). That is a different element only if an earlier change made it equal. Zeros can be left out,
    because weighting keeps them 0.
    """
    weighted = [valence * _BEFORE for valence in valences[:before]]
    weighted += [valence * _AFTER for valence in valences[before:]]
    values = set(valences)
    led_to = values & {value * weight for value in values for weight in (_BEFORE, _AFTER)}
    return _weigh_first_equal(valences, weighted, before, led_to) if led_to else weighted


def _weigh_first_equal(
    valences: list[float], weighted: list[float], before: int, led_to: Collection[float]
) -> list[float]:
    """Correct `weighted` to the package's result where a change produced a value that occurs later.

    A heap holds the positions of each such value, so that the first is found in logarithmic instead of linear time.
    For any other value, the first element that equals it is the current one.
    """
    positions: defaultdict[float, list[int]] = defaultdict(list)
    for position, valence in enumerate(valences):
        if valence in led_to:
            weighted[position] = valence  # until it is the first
            first = heappushpop(positions[valence], position)
            weighted[first] = valence * (_BEFORE if first < before else _AFTER)
        else:
            first = position
        changed = weighted[first]
        if changed in led_to:
            heappush(positions[changed], first)
    return weighted
