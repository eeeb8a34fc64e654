"""What a kind of stored object is: where it lies, how posts are removed from it, when it expires. Pure."""

import re
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Final

from pipeline.ids import ACCOUNT, GROUP, ID

_FIELDS: Final = {
    "day": r"\d{4}-\d\d-\d\d",
    "observed": r"\d{4}-\d\d-\d\d",
    "account": ACCOUNT,
    "group": GROUP,
    "number": r"\d{4,}",
    "reading": r"\d{2,}",
    "month": r"\d{4}-\d\d",
    "week": r"\d{4}-W\d\d",
    "name": r"[0-9a-f]{32}",
    "year": r"\d{4}",
    "post": f"0*{ID}",
}


class Redaction(Enum):
    """How a forgotten post leaves objects of a kind; `erasure` has one function for each."""

    NO_POSTS = "holds no posts"
    PAGE = "its items become tombstones"
    ROWS = "its rows are removed"
    ACCOUNT_DAY = "made again from the account's raw pages"
    DAY = "made again by the stage report"
    RENDERED = "rendered again"


class Expiry(Enum):
    """When the bucket removes objects of a kind."""

    NEVER = "never"
    RAW_DAYS = "retention.raw_days"


@dataclass(frozen=True)
class ObjectKind:
    """One kind of object."""

    name: str
    pattern: str  # its key, with the names of `_FIELDS` in braces
    holds: str  # what it is, for people: a row of docs/lake.md
    content_type: str
    redaction: Redaction
    when_damaged: str  # what to do when an object of this kind cannot be read
    expires: Expiry = Expiry.NEVER
    is_source: bool = False  # posts are looked for here; the other kinds only repeat what these hold
    names_accounts: bool = False  # holds entries of several accounts, which only `forget --account` removes
    is_served: bool = False  # shown by `open`, and copied by the demo

    def key(self, **values: object) -> str:
        """Return the key of the object with these values."""
        return self.pattern.format(**values)

    def prefix(self, **values: object) -> str:
        """Return what all keys begin with that have these values for the first fields of the pattern."""
        known = self.pattern
        for name, value in values.items():
            known = known.replace(f"{{{name}}}", str(value))
        return known.partition("{")[0]

    def fields(self, key: str) -> dict[str, str] | None:
        """Return the values in an object's key, or None when the key is of another kind."""
        match = self._form.fullmatch(key)
        return match.groupdict() if match else None

    @property
    def folder(self) -> str:
        """The first folder of its keys, such as `raw/`."""
        return f"{self.pattern.partition('/')[0]}/"

    @property
    def date_prefix(self) -> str:
        """What its keys begin with, up to the date: `raw/day=`; of kinds without one, up to what differs."""
        return self.prefix()

    @property
    def has_day(self) -> bool:
        """Whether each object is of one day."""
        return "{day}" in self.pattern

    @property
    def is_of_account(self) -> bool:
        """Whether each object belongs to one account alone. (Pages are made from all of a day.)"""
        return "{account}" in self.pattern and self.redaction is not Redaction.RENDERED

    @cached_property
    def _form(self) -> re.Pattern[str]:
        parts = re.split(r"\{(\w+)\}", self.pattern)
        texts, names = map(re.escape, parts[::2]), (f"(?P<{name}>{_FIELDS[name]})" for name in parts[1::2])
        return re.compile(
            "".join(text + name for text, name in zip(texts, [*names, ""], strict=True)), re.ASCII
        )
