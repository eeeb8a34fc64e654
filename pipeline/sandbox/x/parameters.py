"""One request's parameters, checked the way X checks them: every error at once, in X's words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.sandbox.x.field_names import (
    BARE_EXPANSION,
    MEDIA_FIELDS,
    NEW_SPELLING,
    OLD_SPELLING,
    POST_FIELDS,
    USER_FIELDS,
)

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z")
_ID = re.compile(r"[0-9]{1,19}")


@dataclass(frozen=True)
class ParameterError:
    """One reason for a 400."""

    parameter: str
    values: Sequence[str]
    message: str

    def body(self) -> dict[str, object]:
        """Return it as an item of X's `errors`."""
        return {"parameters": {self.parameter: list(self.values)}, "message": self.message}


class Refused(Exception):
    """The request is wrong: a 400 with these errors."""

    def __init__(self, errors: Sequence[ParameterError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


@dataclass(frozen=True)
class Wanted:
    """Which fields and expansions were asked for, in the old spelling, and how to spell the answer."""

    new_spelling: bool = False
    post_fields: frozenset[str] = frozenset()
    user_fields: frozenset[str] = frozenset()
    media_fields: frozenset[str] = frozenset()
    expansions: frozenset[str] = frozenset()


class Checker:
    """Reads one request's parameters and gathers every error."""

    def __init__(self, parameters: Mapping[str, str], accepted: Sequence[str]) -> None:
        self._given = dict(parameters)
        self.errors: list[ParameterError] = []
        accepted = sorted(accepted)
        for name in self._given.keys() - set(accepted):
            self.complain(
                name, self._given[name], f"The query parameter [{name}] is not one of [{','.join(accepted)}]"
            )

    def complain(self, name: str, value: str, message: str) -> None:
        """Note one error."""
        self.errors.append(ParameterError(name, value.split(","), message))

    def finish(self) -> None:
        """Raise `Refused` when anything was wrong."""
        if self.errors:
            raise Refused(sorted(self.errors, key=lambda error: error.parameter))

    def text(self, name: str) -> str | None:
        """Return a parameter as it came."""
        return self._given.get(name)

    def chosen(self, name: str, accepted: Sequence[str]) -> frozenset[str]:
        """Return a comma-separated list of accepted values."""
        value = self._given.get(name)
        if value is None:
            return frozenset()
        for item in value.split(","):
            if item not in accepted:
                listed = ",".join(sorted(accepted))
                message = f"The `{name}` query parameter value [{item}] is not one of [{listed}]"
                self.complain(name, value, message)
        return frozenset(value.split(","))

    def number(self, name: str, low: int, high: int, default: int) -> int:
        """Return a whole number between bounds."""
        value = self._given.get(name)
        if value is None:
            return default
        if not re.fullmatch(r"-?[0-9]{1,9}", value):
            self.complain(name, value, f"The `{name}` query parameter value [{value}] is not a number")
            return default
        if not low <= int(value) <= high:
            self.complain(
                name, value, f"The `{name}` query parameter value [{value}] is not between {low} and {high}"
            )
        return int(value)

    def post_id(self, name: str) -> int | None:
        """Return a post id."""
        value = self._given.get(name)
        if value is None:
            return None
        if not _ID.fullmatch(value):
            self.complain(
                name, value, f"The `{name}` query parameter value [{value}] does not match ^[0-9]{{1,19}}$"
            )
            return None
        return int(value)

    def instant(self, name: str) -> datetime | None:
        """Return an instant of the form X takes: `2026-11-22T00:00:00Z`."""
        value = self._given.get(name)
        if value is None:
            return None
        try:
            if _INSTANT.fullmatch(value):
                return datetime.fromisoformat(value).astimezone(UTC)
        except ValueError:
            pass
        self.complain(
            name, value, f"The `{name}` query parameter value [{value}] is not a valid RFC3339 date-time"
        )
        return None

    def wanted(self, expansions: Sequence[str]) -> Wanted:
        """Return the fields and expansions in the old spelling; a request must not mix the two spellings."""
        asked = set(self._given.get("expansions", "").split(","))
        old = sorted(asked & NEW_SPELLING.keys() | self._given.keys() & {"tweet.fields"})
        new = sorted(asked & {*OLD_SPELLING, BARE_EXPANSION} | self._given.keys() & {"post.fields"})
        if old and new:
            self.complain(
                new[0],
                new[0],
                f"The old spelling [{','.join(old)}] cannot be mixed with the new [{','.join(new)}]",
            )
        new_spelling = bool(new) and not old
        name = "post.fields" if new_spelling else "tweet.fields"
        return Wanted(
            new_spelling=new_spelling,
            post_fields=self._spelled(name, POST_FIELDS, new_spelling),
            user_fields=self._spelled("user.fields", USER_FIELDS, new_spelling),
            media_fields=self.chosen("media.fields", MEDIA_FIELDS),
            expansions=self._spelled("expansions", expansions, new_spelling),
        )

    def _spelled(self, name: str, old_names: Sequence[str], new_spelling: bool) -> frozenset[str]:
        if not new_spelling:
            return self.chosen(name, old_names)
        new_names = [NEW_SPELLING.get(old, old) for old in old_names]
        bare = {BARE_EXPANSION: "referenced_tweets.id"} if "referenced_tweets.id" in old_names else {}
        to_old = {**OLD_SPELLING, **bare}
        return frozenset(to_old.get(item, item) for item in self.chosen(name, [*new_names, *bare]))
