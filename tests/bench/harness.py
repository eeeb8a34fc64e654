"""Benchmarks as ratios: what is compared runs side by side, in one run, on one machine.

A bench module has functions marked with `bench`; each yields `Row`s. `python -m tests.bench` finds and runs
them. A ratio says how many times better the first is than what it is compared with; no speed is given alone.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple


class Row(NamedTuple):
    what: str
    against: str
    ratio: float
    """How many times better than `against`; above 1 is better."""
    target: float | None
    """The least ratio aimed at; None for information."""
    detail: str
    """The two figures that the ratio is of."""


Bench = Callable[[], Iterator[Row]]
BENCHES: list[Bench] = []


def bench(function: Bench) -> Bench:
    """Register a function that yields rows."""
    BENCHES.append(function)
    return function


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the processor time of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def best_in_turn(works: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Return the least processor time of each, called in turn so that all run under the same load.

    The least and not the mean: what other processes do to caches and clocks only ever adds.
    """
    return [
        min(times)
        for times in zip(*([cpu_seconds(work) for work in works] for _ in range(rounds)), strict=True)
    ]
