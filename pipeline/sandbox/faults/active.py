"""The fault rules of one sandbox: which of them match a request, and how many requests each has hit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from pipeline.sandbox.faults.rules import ALTERING, STATES, Fault, FaultRule
from pipeline.sandbox.world.personas import State


@dataclass
class ActiveRule:
    """A rule and its counters."""

    rule: FaultRule
    passed: int = 0
    hits: int = 0
    gone: dict[str, frozenset[int]] = field(default_factory=dict)  # by handle: the ids of the deleted posts

    def due(self) -> bool:
        """Whether a matching request is to be hit; counts one that passes before `after`."""
        if self.passed < self.rule.after:
            self.passed += 1
            return False
        return self.rule.times is None or self.hits < self.rule.times


@dataclass(frozen=True)
class Matched:
    """What happens to one request: a fault replaces X's response, or truncates it, or rules alter it."""

    replacement: Fault | None = None
    truncated: bool = False
    altering: tuple[ActiveRule, ...] = ()

    def rules(self, fault: Fault, handle: str) -> list[ActiveRule]:
        """Return the altering rules of one fault for a handle."""
        return [
            active
            for active in self.altering
            if active.rule.fault == fault and active.rule.applies_to(handle)
        ]

    def state(self, handle: str) -> State | None:
        """Return the state that the rules give an account, if any."""
        return next((state for fault, state in STATES.items() if self.rules(fault, handle)), None)

    def depth(self, handle: str) -> int | None:
        """Return the depth (posts) that the rules give a timeline, if any."""
        return next((active.rule.posts for active in self.rules(Fault.DEPTH, handle)), None)


class FaultRules:
    """The rules of one sandbox, oldest first."""

    def __init__(self, entries: Iterable[Mapping[str, object]] = ()) -> None:
        self._active: list[ActiveRule] = []
        self.add(entries)

    def add(self, entries: Iterable[object]) -> None:
        """Add rules: all of them, or none if one is wrong. Raises `ConfigError`."""
        self._active += [ActiveRule(rule) for rule in [FaultRule.read(entry) for entry in entries]]

    def gone(self, handle: str) -> frozenset[int]:
        """Return the ids of the posts of a handle that rules have deleted."""
        return frozenset().union(*(active.gone.get(handle, ()) for active in self._active))

    def clear(self) -> None:
        """Remove all rules."""
        self._active.clear()

    def body(self) -> list[dict[str, object]]:
        """Return each rule with the number of requests it has hit."""
        return [asdict(active.rule) | {"hits": active.hits} for active in self._active]

    def match(self, endpoint: str, handles: Sequence[str], *, continued: bool) -> Matched:
        """Return what happens to a request, and count it.

        Of the due rules that replace or truncate X's response, the oldest acts and the others wait. Those
        that alter the response act together, unless it is replaced.
        """
        due = [
            active
            for active in self._active
            if active.rule.matches(endpoint, handles, continued=continued) and active.due()
        ]
        first = next((active for active in due if active.rule.fault not in ALTERING), None)
        fault = first.rule.fault if first else None
        truncated = fault == Fault.TRUNCATED
        replacement = None if truncated else fault
        altering = () if replacement else tuple(active for active in due if active.rule.fault in ALTERING)
        for active in altering if first is None else (first, *altering):
            active.hits += 1
        return Matched(replacement, truncated, altering)
