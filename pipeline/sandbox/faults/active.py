"""The orders of one sandbox: which of them strike a request, and how often each has."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from pipeline.sandbox.faults.rules import ALTERING, STATES, Fault, FaultRule
from pipeline.sandbox.world.personas import State


@dataclass
class ActiveRule:
    """An order and what has become of it."""

    order: FaultRule
    passed: int = 0
    hits: int = 0
    gone: dict[str, frozenset[int]] = field(default_factory=dict)  # by handle: the posts that are no more

    def due(self) -> bool:
        """Tell whether a matching request is to be hit; one that is let pass is counted."""
        if self.passed < self.order.after:
            self.passed += 1
            return False
        return self.order.times is None or self.hits < self.order.times


@dataclass(frozen=True)
class Matched:
    """What strikes one request: an answer in place of X's, and what alters X's own."""

    answer: Fault | None = None
    altering: tuple[ActiveRule, ...] = ()

    def of(self, fault: Fault, handle: str) -> list[ActiveRule]:
        """Return the orders of one fault that are about a handle."""
        return [
            standing
            for standing in self.altering
            if standing.order.fault == fault and standing.order.concerns(handle)
        ]

    def state(self, handle: str) -> State | None:
        """Return what an account is ordered to be, if anything."""
        return next((state for fault, state in STATES.items() if self.of(fault, handle)), None)


class FaultRules:
    """The orders of one sandbox, oldest first."""

    def __init__(self, orders: Iterable[Mapping[str, object]] = ()) -> None:
        self._standing: list[ActiveRule] = []
        self.add(orders)

    def add(self, entries: Iterable[object]) -> None:
        """Add orders, all or, when one is wrong, none. Raises `ConfigError`."""
        self._standing += [ActiveRule(order) for order in [FaultRule.read(entry) for entry in entries]]

    def gone(self, handle: str) -> frozenset[int]:
        """Return the ids of the posts of a handle that orders have deleted."""
        return frozenset().union(*(standing.gone.get(handle, ()) for standing in self._standing))

    def clear(self) -> None:
        """Forget all orders."""
        self._standing.clear()

    def body(self) -> list[dict[str, object]]:
        """Return each order with how many requests it has hit."""
        return [asdict(standing.order) | {"hits": standing.hits} for standing in self._standing]

    def strike(self, endpoint: str, handles: Sequence[str], *, continued: bool) -> Matched:
        """Return what strikes a request, and count it.

        The oldest due order that answers in X's place does; the others of its kind wait. Those that alter
        X's own answer act together, when there is one.
        """
        due = [
            standing
            for standing in self._standing
            if standing.order.matches(endpoint, handles, continued=continued) and standing.due()
        ]
        altering = [standing for standing in due if standing.order.fault in ALTERING]
        answering = [standing for standing in due if standing.order.fault not in ALTERING][:1]
        answer = answering[0].order.fault if answering else None
        if answer not in (None, Fault.TRUNCATED):
            altering = []
        for standing in [*answering, *altering]:
            standing.hits += 1
        return Matched(answer, tuple(altering))
