"""A request's query parameters, checked as X checks them: all errors at once, in X's words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.ids import ID, is_id
from pipeline.sandbox.x.field_names import (
    BARE_EXPANSION,
    MEDIA_FIELDS,
    NEW_SPELLING,
    OLD_SPELLING,
    POST_FIELDS,
    USER_FIELDS,
)

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z")


@dataclass(frozen=True)
class ParameterError:
    """One reason for a 400."""

    parameter: str
    values: Sequence[str]
    message: str

    def body(self) -> dict[str, object]:
        """Return it as an item of X's `errors`."""
        return {"parameters": {self.parameter: list(self.values)}, "message": self.message}


def invalid_value(name: str, value: str, reason: str, *, item: str | None = None) -> ParameterError:
    """Return the error for a parameter's value, or for one item of a list of values."""
    shown = value if item is None else item
    message = f"The `{name}` query parameter value [{shown}] {reason}"
    return ParameterError(name, value.split(","), message)


class InvalidRequest(Exception):
    """A request with wrong parameters: a 400 with all its errors."""

    def __init__(self, errors: Sequence[ParameterError]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


@dataclass(frozen=True)
class FieldSelection:
    """The fields and expansions of a request, in the old spelling, and how to spell the response."""

    new_spelling: bool = False
    post_fields: frozenset[str] = frozenset()
    user_fields: frozenset[str] = frozenset()
    media_fields: frozenset[str] = frozenset()
    expansions: frozenset[str] = frozenset()

    @property
    def expands_references(self) -> bool:
        """Whether the posts that a post refers to are requested too."""
        return bool(self.expansions & {"referenced_tweets.id", "referenced_tweets.id.author_id"})


class ParameterReader:
    """Reads the parameters of one request and collects their errors."""

    def __init__(self, parameters: Mapping[str, str], accepted: Sequence[str]) -> None:
        self._given = dict(parameters)
        self.errors: list[ParameterError] = []
        accepted = sorted(accepted)
        for name in self._given.keys() - set(accepted):
            self.add_error(
                name, self._given[name], f"The query parameter [{name}] is not one of [{','.join(accepted)}]"
            )

    def add_error(self, name: str, value: str, message: str) -> None:
        """Add one error."""
        self.errors.append(ParameterError(name, value.split(","), message))

    def raise_if_invalid(self) -> None:
        """Raise `InvalidRequest` if there are errors."""
        if self.errors:
            raise InvalidRequest(sorted(self.errors, key=lambda error: error.parameter))

    def text(self, name: str) -> str | None:
        """Return a parameter as it was sent."""
        return self._given.get(name)

    def choices(self, name: str, accepted: Sequence[str]) -> frozenset[str]:
        """Return a comma-separated list of accepted values."""
        value = self._given.get(name)
        if value is None:
            return frozenset()
        items = value.split(",")
        for item in items:
            if item not in accepted:
                reason = f"is not one of [{','.join(sorted(accepted))}]"
                self.errors.append(invalid_value(name, value, reason, item=item))
        return frozenset(items)

    def number(self, name: str, low: int, high: int, default: int) -> int:
        """Return a whole number from `low` to `high`."""
        value = self._given.get(name)
        if value is None:
            return default
        if not re.fullmatch(r"-?[0-9]{1,9}", value):
            self.errors.append(invalid_value(name, value, "is not a number"))
            return default
        if not low <= int(value) <= high:
            self.errors.append(invalid_value(name, value, f"is not between {low} and {high}"))
        return int(value)

    def post_id(self, name: str) -> int | None:
        """Return a post id."""
        value = self._given.get(name)
        if value is None:
            return None
        if not is_id(value):
            self.errors.append(invalid_value(name, value, f"does not match ^{ID}$"))
            return None
        return int(value)

    def instant(self, name: str) -> datetime | None:
        """Return an instant, which X takes as `2026-11-22T00:00:00Z`."""
        value = self._given.get(name)
        if value is None:
            return None
        try:
            if _INSTANT.fullmatch(value):
                return datetime.fromisoformat(value).astimezone(UTC)
        except ValueError:
            pass
        self.errors.append(invalid_value(name, value, "is not a valid RFC3339 date-time"))
        return None

    def selection(self, expansions: Sequence[str]) -> FieldSelection:
        """Return the fields and expansions in the old spelling; a request must not mix the two spellings."""
        requested = set(self._given.get("expansions", "").split(","))
        old = sorted(requested & NEW_SPELLING.keys() | self._given.keys() & {"tweet.fields"})
        new = sorted(requested & {*OLD_SPELLING, BARE_EXPANSION} | self._given.keys() & {"post.fields"})
        if old and new:
            self.add_error(
                new[0],
                new[0],
                f"The old spelling [{','.join(old)}] cannot be mixed with the new [{','.join(new)}]",
            )
        new_spelling = bool(new) and not old
        return FieldSelection(
            new_spelling=new_spelling,
            post_fields=self._in_old_spelling(
                "post.fields" if new_spelling else "tweet.fields", POST_FIELDS, new_spelling
            ),
            user_fields=self._in_old_spelling("user.fields", USER_FIELDS, new_spelling),
            media_fields=self.choices("media.fields", MEDIA_FIELDS),
            expansions=self._in_old_spelling("expansions", expansions, new_spelling),
        )

    def _in_old_spelling(self, name: str, old_names: Sequence[str], new_spelling: bool) -> frozenset[str]:
        if not new_spelling:
            return self.choices(name, old_names)
        new_names = [NEW_SPELLING.get(old, old) for old in old_names]
        bare = {BARE_EXPANSION: "referenced_tweets.id"} if "referenced_tweets.id" in old_names else {}
        to_old = {**OLD_SPELLING, **bare}
        return frozenset(to_old.get(item, item) for item in self.choices(name, [*new_names, *bare]))
