"""Fault rules: what goes wrong, for the requests of which account, how often.

A rule is written the same way everywhere (`create_app`, `POST /sandbox/orders`):
`{"handle": "citymetro", "fault": "503", "times": 2, "after": 1, "endpoint": "timeline"}`.
docs/sandbox.md describes what each fault does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipeline.errors import ConfigError
from pipeline.ids import is_handle
from pipeline.sandbox.world.personas import State
from pipeline.text import one_line

EVERY = "*"
_COUNTS = ("times", "after", "posts")
_FORM = "HANDLE=FAULT[:TIMES[:AFTER[:POSTS]]]"


class Fault(StrEnum):
    """What can go wrong."""

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
    LOST_HOURS = "lost_hours"
    SUSPENDED = "suspended"
    MISSING = "missing"
    PROTECTED = "protected"
    RENAMED = "renamed"


STATES: Mapping[Fault, State] = {
    Fault.SUSPENDED: "suspended",
    Fault.MISSING: "missing",
    Fault.PROTECTED: "protected",
}
# Only a request with a pagination token can meet these.
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
# These alter X's own response; the others replace it, or truncate it.
ALTERING = _OF_PAGES - {Fault.EXPIRED} | _OF_LOOKUPS | {*STATES, Fault.RENAMED, Fault.LOST_HOURS}
ENDPOINTS = ("timeline", "users_by", "lookup", "usage", "counts")


def _endpoints(fault: Fault) -> tuple[str, ...]:
    """Return the endpoints at which a fault can occur."""
    if fault in STATES:
        return "timeline", "users_by", "lookup"
    if fault == Fault.RENAMED:
        return ("users_by",)
    if fault == Fault.LOST_HOURS:
        return ("counts",)
    if fault == Fault.NEW_WORDS:
        return "timeline", "counts"
    if fault in _OF_LOOKUPS:
        return ("lookup",)
    return ("timeline",) if fault in _OF_PAGES else ENDPOINTS


@dataclass(frozen=True)
class FaultRule:
    """One rule: `times` requests are hit (None: all) after `after` matching ones have passed."""

    handle: str  # lower case, or `*`: every request
    fault: Fault
    times: int | None = None
    after: int = 0
    endpoint: str | None = None  # None: where the fault occurs by default
    posts: int | None = (
        None  # for `depth`: how many posts the timeline has; for `gone`: how many are deleted (1)
    )

    @classmethod
    def read(cls, entry: object) -> "FaultRule":
        """Return the rule of a JSON object. Raises `ConfigError` that names what is allowed."""
        if not isinstance(entry, Mapping):
            raise ConfigError(f"a fault rule is an object with handle and fault, not {_shown(entry)}")
        allowed = tuple(cls.__dataclass_fields__)
        for key in entry:
            if key not in allowed:
                raise ConfigError(f"a fault rule has no {_shown(key)}; it has {', '.join(allowed)}")
        handle, fault, endpoint = (entry.get(key) for key in ("handle", "fault", "endpoint"))
        if not isinstance(handle, str) or not (handle == EVERY or is_handle(handle)):
            raise ConfigError(
                f"{_shown(handle)} is not a handle: 1 to 15 letters, digits or _, without @; "
                f"* means every account"
            )
        if not isinstance(fault, str) or fault not in [*Fault]:
            raise ConfigError(f"there is no fault {_shown(fault)}; the faults are {', '.join(Fault)}")
        possible = _endpoints(Fault(fault))
        if endpoint is not None and endpoint not in possible:
            raise ConfigError(
                f"fault {fault} cannot occur at endpoint {_shown(endpoint)}, only at {', '.join(possible)}"
            )
        for key in _COUNTS:
            minimum = 0 if key == "after" else 1
            value = entry.get(key)
            if value is not None and (type(value) is not int or value < minimum):
                raise ConfigError(f"{key} must be a whole number of at least {minimum}, not {_shown(value)}")
        if entry.get("posts") is not None and fault not in (Fault.DEPTH, Fault.GONE):
            raise ConfigError(f"posts belongs to the faults depth and gone only, not to {fault}")
        given: dict[str, Any] = {key: value for key, value in entry.items() if value is not None}
        return cls(**given | {"handle": handle.lower(), "fault": Fault(fault)})

    @classmethod
    def parse(cls, text: str) -> dict[str, object]:
        """Return the JSON object for a rule in the form of `--fault`. Raises `ConfigError`."""
        handle, equals, rest = text.partition("=")
        fault, *counts = rest.split(":")
        if not equals or len(counts) > len(_COUNTS):
            raise ConfigError(f"{_shown(text)} is not a fault rule; write {_FORM}")
        for value in counts:
            if value and not (value.isascii() and value.isdigit()):
                raise ConfigError(
                    f"{_shown(text)} is not a fault rule: {_shown(value)} is not a whole number"
                )
        numbers = {key: int(value) for key, value in zip(_COUNTS, counts, strict=False) if value}
        entry: dict[str, object] = {"handle": handle, "fault": fault, **numbers}
        cls.read(entry)
        return entry

    def applies_to(self, handle: str) -> bool:
        """Whether the rule is about a lower-case handle."""
        return self.handle in (EVERY, handle)

    def matches(self, endpoint: str, handles: Sequence[str], *, continued: bool) -> bool:
        """Whether the rule is about a request; `continued`: it has a pagination token."""
        endpoints = (self.endpoint,) if self.endpoint else _default_endpoints(self.fault)
        return (
            endpoint in endpoints
            and (self.handle == EVERY or self.handle in handles)
            and (continued or self.fault not in _CONTINUED)
        )


def _default_endpoints(fault: Fault) -> tuple[str, ...]:
    possible = _endpoints(fault)
    return ("timeline",) if possible == ENDPOINTS else possible


def _shown(value: object) -> str:
    return one_line(repr(value), 60)
