"""The rule for "but": what follows it weighs more than what came before."""

from collections import defaultdict
from collections.abc import Collection
from heapq import heappush, heappushpop

_BEFORE, _AFTER = 0.5, 1.5


def weigh_around_but(valences: list[float], before: int) -> list[float]:
    """Return the valences, weighed; the first `before` of them stand before the first "but".

    The package walks over the valences, and for each changes not that one but the first that equals it just
    then (`list.index`). That is another one only if it has come to equal it by an earlier change. Zeros are
    not needed: weighing keeps them 0.
    """
    weighed = [valence * _BEFORE for valence in valences[:before]]
    weighed += [valence * _AFTER for valence in valences[before:]]
    values = set(valences)
    led_to = values & {value * weight for value in values for weight in (_BEFORE, _AFTER)}
    return _weigh_first_equal(valences, weighed, before, led_to) if led_to else weighed


def _weigh_first_equal(
    valences: list[float], weighed: list[float], before: int, led_to: Collection[float]
) -> list[float]:
    """Correct `weighed` to what the package does, where a change led to a value that is still to come.

    The positions of each such value are in a heap: the first is found in logarithmic, not linear time. Of
    any other value the first is the next.
    """
    positions: defaultdict[float, list[int]] = defaultdict(list)
    for position, valence in enumerate(valences):
        if valence in led_to:
            weighed[position] = valence  # until it is the first
            first = heappushpop(positions[valence], position)
            weighed[first] = valence * (_BEFORE if first < before else _AFTER)
        else:
            first = position
        changed = weighed[first]
        if changed in led_to:
            heappush(positions[changed], first)
    return weighed
