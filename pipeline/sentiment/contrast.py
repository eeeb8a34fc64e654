"""The rule for "but": what follows it weighs more than what came before."""

from collections import defaultdict
from heapq import heappush, heappushpop

_BEFORE, _AFTER = 0.5, 1.5


def weigh_around_but(valences: list[float], before: int) -> list[float]:
    """Return the valences, weighed; the first `before` of them stand before the first "but".

    The package walks over the valences, and for each changes not that one but the first that equals it just
    then (`list.index`), which may equal it by an earlier change. Here the positions of each value are kept in
    a heap: the first is found in logarithmic, not linear time. Zeros are not needed: weighing keeps them 0.
    """
    weighed = list(valences)
    positions: defaultdict[float, list[int]] = defaultdict(list)
    for position, valence in enumerate(valences):
        first = heappushpop(positions[valence], position)
        weighed[first] = valence * (_BEFORE if first < before else _AFTER)
        heappush(positions[weighed[first]], first)
    return weighed
