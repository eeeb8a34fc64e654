"""The orders of one sandbox: which of them match a request, and how often each has."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from pipeline.sandbox.faults.rules import ALTERING, STATES, Fault, FaultRule
from pipeline.sandbox.world.personas import State


@dataclass
class ActiveRule:
    """A fault rule and how often it has matched."""

    rule: FaultRule
    passed: int = 0
    hits: int = 0
    gone: dict[str, frozenset[int]] = field(default_factory=dict)  # by handle: the posts that are no more

    def due(self) -> bool:
        """Tell whether a matching request is to be hit; one that is let pass is counted."""
        if self.passed < self.rule.after:
            self.passed += 1
            return False
        return self.rule.times is None or self.hits < self.rule.times


@dataclass(frozen=True)
class Matched:
    """What strikes one request: an answer in place of X's, and what alters X's own."""

    answer: Fault | None = None
    altering: tuple[ActiveRule, ...] = ()

    def of(self, fault: Fault, handle: str) -> list[ActiveRule]:
        """Return the rules of one fault that are about a handle."""
        return [
            active for active in self.altering if active.rule.fault == fault and active.rule.concerns(handle)
        ]

    def state(self, handle: str) -> State | None:
        """Return what an account is ordered to be, if anything."""
        return next((state for fault, state in STATES.items() if self.of(fault, handle)), None)


class FaultRules:
    """The fault rules of one sandbox, oldest first."""

    def __init__(self, fault_rules: Iterable[Mapping[str, object]] = ()) -> None:
        self._active: list[ActiveRule] = []
        self.add(fault_rules)

    def add(self, entries: Iterable[object]) -> None:
        """Add rules: all, or none when one is wrong. Raises `ConfigError`."""
        self._active += [ActiveRule(rule) for rule in [FaultRule.read(entry) for entry in entries]]

    def gone(self, handle: str) -> frozenset[int]:
        """Return the ids of the posts of a handle that rules have deleted."""
        return frozenset().union(*(active.gone.get(handle, ()) for active in self._active))

    def clear(self) -> None:
        """Remove all rules."""
        self._active.clear()

    def body(self) -> list[dict[str, object]]:
        """Return each rule with how many requests it has matched."""
        return [asdict(active.rule) | {"hits": active.hits} for active in self._active]

    def match(self, endpoint: str, handles: Sequence[str], *, continued: bool) -> Matched:
        """Return what strikes a request, and count it.

        The oldest due rule that answers in X's place does; the others of its kind wait. Those that alter
        X's own answer act together, when there is one.
        """
        due = [
            active
            for active in self._active
            if active.rule.matches(endpoint, handles, continued=continued) and active.due()
        ]
        altering = [active for active in due if active.rule.fault in ALTERING]
        answering = [active for active in due if active.rule.fault not in ALTERING][:1]
        answer = answering[0].rule.fault if answering else None
        if answer not in (None, Fault.TRUNCATED):
            altering = []
        for active in [*answering, *altering]:
            active.hits += 1
        return Matched(answer, tuple(altering))
