"""FaultRules to misbehave: what goes wrong, for whose requests, how often.

A rule is written the same way everywhere (`create_app`, `POST /sandbox/orders`):
`{"handle": "citymetro", "fault": "503", "times": 2, "after": 1, "endpoint": "timeline"}`.
docs/sandbox.md describes each fault.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipeline.errors import ConfigError
from pipeline.sandbox.world.personas import State
from pipeline.text import one_line

EVERY = "*"
_HANDLE = re.compile(r"[A-Za-z0-9_]{1,15}")
_COUNTS = ("times", "after", "posts")


class Fault(StrEnum):
    """What can be ordered to go wrong."""

    RATE_LIMITED = "429"
    RATE_LIMITED_WITHOUT_RESET = "429_without_reset"
    MONTHLY_CAP = "monthly_cap"
    UNAUTHORIZED = "401"
    OUT_OF_CREDITS = "402"
    NOT_ENROLLED = "403"
    SPEND_CAP = "spend_cap"
    WRONG_REQUEST = "400"
    BROKEN = "500"
    UNAVAILABLE = "503"
    HTML = "html"
    TRUNCATED = "truncated"
    LIST = "list"
    RESET = "reset"
    HANG = "hang"
    DRIP = "drip"
    EXPIRED = "expired_token"
    EMPTY_PAGE = "empty_page"
    REPEATED_POST = "repeated_post"
    OUT_OF_ORDER = "out_of_order"
    NEW_WORDS = "new_words"
    MIXED_WORDS = "mixed_words"
    WITHOUT_METRICS = "without_metrics"
    GONE = "gone"
    DEPTH = "depth"
    NOT_FOUND = "not_found"
    WITHHELD = "withheld"
    LEFT_OUT = "left_out"
    SUSPENDED = "suspended"
    MISSING = "missing"
    PROTECTED = "protected"
    RENAMED = "renamed"


STATES: Mapping[Fault, State] = {
    Fault.SUSPENDED: "suspended",
    Fault.MISSING: "missing",
    Fault.PROTECTED: "protected",
}
# A page that turns to another one: only a request with a pagination token can meet these.
_CONTINUED = frozenset({Fault.EXPIRED, Fault.REPEATED_POST})
_OF_PAGES = _CONTINUED | {
    Fault.EMPTY_PAGE,
    Fault.OUT_OF_ORDER,
    Fault.NEW_WORDS,
    Fault.MIXED_WORDS,
    Fault.WITHOUT_METRICS,
    Fault.GONE,
    Fault.DEPTH,
}
_OF_LOOKUPS = frozenset({Fault.NOT_FOUND, Fault.WITHHELD, Fault.LEFT_OUT})
# These alter X's own answer; the others come in its place, or cut it.
ALTERING = _OF_PAGES - {Fault.EXPIRED} | _OF_LOOKUPS | {*STATES, Fault.RENAMED}
ENDPOINTS = ("timeline", "users_by", "lookup", "usage")


def _endpoints(fault: Fault) -> tuple[str, ...]:
    """Return the endpoints a fault can be met at, those that a rule means by default first."""
    if fault in STATES:
        return "timeline", "users_by", "lookup"
    if fault == Fault.RENAMED:
        return ("users_by",)
    if fault in _OF_LOOKUPS:
        return ("lookup",)
    return ("timeline",) if fault in _OF_PAGES else ENDPOINTS


@dataclass(frozen=True)
class FaultRule:
    """`times` requests are hit (None: for good) after `after` matching ones have passed."""

    handle: str  # lower case, or `*`: every request
    fault: Fault
    times: int | None = None
    after: int = 0
    endpoint: str | None = None  # None: wherever the fault is usually met
    posts: int | None = (
        None  # of `depth`: how far back the timeline reaches; of `gone`: how many, by default 1
    )

    @classmethod
    def read(cls, entry: object) -> "FaultRule":
        """Return a rule as it was written. Raises `ConfigError` naming what is allowed."""
        if not isinstance(entry, Mapping):
            raise ConfigError(f"a fault rule is an object with handle and fault, not {_shown(entry)}")
        allowed = tuple(cls.__dataclass_fields__)
        for key in entry:
            if key not in allowed:
                raise ConfigError(f"a fault rule has no {_shown(key)}; it has {', '.join(allowed)}")
        handle, fault, endpoint = (entry.get(key) for key in ("handle", "fault", "endpoint"))
        if not isinstance(handle, str) or not (handle == EVERY or _HANDLE.fullmatch(handle)):
            raise ConfigError(
                f"handle {_shown(handle)} is none: 1 to 15 letters, digits or _, without @; * is every account"
            )
        if not isinstance(fault, str) or fault not in [*Fault]:
            raise ConfigError(f"there is no fault {_shown(fault)}; there are {', '.join(Fault)}")
        met = _endpoints(Fault(fault))
        if endpoint is not None and endpoint not in met:
            raise ConfigError(f"fault {fault} has no endpoint {_shown(endpoint)}, only {', '.join(met)}")
        for key in _COUNTS:
            least = 0 if key == "after" else 1
            value = entry.get(key)
            if value is not None and (type(value) is not int or value < least):
                raise ConfigError(f"{key} is a whole number from {least}, not {_shown(value)}")
        if entry.get("posts") is not None and fault not in (Fault.DEPTH, Fault.GONE):
            raise ConfigError(f"posts is for the faults depth and gone only, not for {fault}")
        given: dict[str, Any] = {key: value for key, value in entry.items() if value is not None}
        return cls(**given | {"handle": handle.lower(), "fault": Fault(fault)})

    @classmethod
    def parse(cls, text: str) -> dict[str, object]:
        """Return the rule written as `HANDLE=FAULT[:TIMES[:AFTER[:POSTS]]]`. Raises `ConfigError`."""
        handle, equals, rest = text.partition("=")
        fault, *counts = rest.split(":")
        if not equals or len(counts) > len(_COUNTS):
            raise ConfigError(f"{_shown(text)} is no fault rule; write HANDLE=FAULT[:TIMES[:AFTER[:POSTS]]]")
        for value in counts:
            if value and not (value.isascii() and value.isdigit()):
                raise ConfigError(f"{_shown(text)} is no fault rule: {_shown(value)} is not a whole number")
        numbers = {key: int(value) for key, value in zip(_COUNTS, counts, strict=False) if value}
        entry: dict[str, object] = {"handle": handle, "fault": fault, **numbers}
        cls.read(entry)
        return entry

    def concerns(self, handle: str) -> bool:
        """Whether the rule is about a lower-case handle."""
        return self.handle in (EVERY, handle)

    def matches(self, endpoint: str, handles: Sequence[str], *, continued: bool) -> bool:
        """Whether the rule is about a request."""
        endpoints = (self.endpoint,) if self.endpoint else _usual(self.fault)
        return (
            endpoint in endpoints
            and (self.handle == EVERY or self.handle in handles)
            and (continued or self.fault not in _CONTINUED)
        )


def _usual(fault: Fault) -> tuple[str, ...]:
    met = _endpoints(fault)
    return ("timeline",) if met == ENDPOINTS else met


def _shown(value: object) -> str:
    return one_line(repr(value), 60)
