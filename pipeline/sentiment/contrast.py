"""The rule for "but": what follows it weighs more than what came before."""

from collections import defaultdict
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
    return weighed if set(weighed).isdisjoint(valences) else _weigh_first_equal(valences, before)


def _weigh_first_equal(valences: list[float], before: int) -> list[float]:
    """Weigh as the package does, with the positions of each value in a heap: the first is found in
    logarithmic, not linear time. Values that no change leads to need none: the first of them is the next.
    """
    values = set(valences)
    met = values & {value * weight for value in values for weight in (_BEFORE, _AFTER)}
    weighed = list(valences)
    positions: defaultdict[float, list[int]] = defaultdict(list)
    for position, valence in enumerate(valences):
        first = heappushpop(positions[valence], position) if valence in met else position
        changed = weighed[first] = valence * (_BEFORE if first < before else _AFTER)
        if changed in met:
            heappush(positions[changed], first)
    return weighed
