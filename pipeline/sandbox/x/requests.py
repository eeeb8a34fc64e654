"""The requests that the sandbox's X API answers, checked: timeline, user and post look-up, counts, usage."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.ids import HANDLE, ID, is_handle, is_id
from pipeline.sandbox.world.snowflakes import at_ms, first_id
from pipeline.sandbox.x.count_query import MAX_QUERY, CountQuery
from pipeline.sandbox.x.cursor import Cursor
from pipeline.sandbox.x.field_names import (
    COUNTS_PARAMETERS,
    LOOKUP_PARAMETERS,
    PLACE_FIELDS,
    POLL_FIELDS,
    TIMELINE_EXPANSIONS,
    TIMELINE_PARAMETERS,
    USAGE_FIELDS,
    USAGE_PARAMETERS,
    USERS_EXPANSIONS,
    USERS_PARAMETERS,
)
from pipeline.sandbox.x.parameters import (
    FieldSelection,
    InvalidRequest,
    ParameterError,
    ParameterReader,
    invalid_value,
)
from pipeline.x_api.limits import PAGE_MAX, PAGE_MIN, POSTS_PER_LOOKUP, USERS_PER_LOOKUP

NO_UPPER_ID = 1 << 63
_DEFAULT_PAGE = 10  # posts
_DEFAULT_DAYS, _MAX_DAYS = 7, 90  # of usage
_COUNTED = timedelta(days=7)
_STEPS_MS = {"minute": 60_000, "hour": 3_600_000, "day": 86_400_000}


@dataclass(frozen=True)
class TimelineRequest:
    """A checked `GET /2/users/:id/tweets`, for ids between `above_id` and `below_id`, both exclusive."""

    selection: FieldSelection
    max_results: int
    above_id: int
    below_id: int
    exclude: frozenset[str]
    cursor: Cursor | None


def timeline_request(parameters: Mapping[str, str], now: datetime) -> TimelineRequest:
    """Check a timeline's parameters. Raises `InvalidRequest`."""
    reader = ParameterReader(parameters, TIMELINE_PARAMETERS)
    selection = reader.selection(TIMELINE_EXPANSIONS)
    reader.choices("poll.fields", POLL_FIELDS)
    reader.choices("place.fields", PLACE_FIELDS)
    max_results = reader.number("max_results", PAGE_MIN, PAGE_MAX, default=_DEFAULT_PAGE)
    exclude = reader.choices("exclude", ("replies", "retweets"))
    start, end = reader.instant("start_time"), reader.instant("end_time")
    _check_range(reader, start, end, now)
    since, until = reader.post_id("since_id"), reader.post_id("until_id")
    token = reader.text("pagination_token")
    cursor = None if token is None else Cursor.from_token(token)
    if token is not None and cursor is None:
        reader.errors.append(invalid_token_error(token))
    reader.raise_if_invalid()
    return TimelineRequest(
        selection=selection,
        max_results=max_results,
        above_id=max(since or 0, first_id(at_ms(start)) - 1 if start else 0),
        below_id=min(
            until if until is not None else NO_UPPER_ID, first_id(at_ms(end)) if end else NO_UPPER_ID
        ),
        exclude=exclude,
        cursor=cursor,
    )


@dataclass(frozen=True)
class CountsRequest:
    """A checked `GET /2/tweets/counts/recent`: which posts of `[start_ms, end_ms)`, in steps of which length."""

    query: CountQuery
    start_ms: int
    end_ms: int
    step_ms: int


def counts_request(parameters: Mapping[str, str], now: datetime) -> CountsRequest:
    """Check the parameters of counts. Raises `InvalidRequest`."""
    reader = ParameterReader(parameters, COUNTS_PARAMETERS)
    text = reader.text("query") or ""
    granularity = reader.choices("granularity", tuple(_STEPS_MS))
    start = reader.instant("start_time")
    end = reader.instant("end_time")
    _check_range(reader, start, end, now)
    earliest = now - _COUNTED
    if start is not None and start < earliest:
        _add_time_error(reader, "start_time", f"must be on or after {earliest:%Y-%m-%dT%H:%MZ}.")
    query = CountQuery.parse(text) if len(text) <= MAX_QUERY else None
    if query is None:
        reader.errors.append(invalid_value("query", text, "is none that the sandbox understands"))
    if query is None or reader.errors:
        raise InvalidRequest(reader.errors)
    return CountsRequest(
        query=query,
        start_ms=at_ms(start or earliest),
        end_ms=at_ms(end or now - timedelta(seconds=30)),
        step_ms=_STEPS_MS[next(iter(granularity), "hour")],
    )


def _check_range(
    reader: ParameterReader, start: datetime | None, end: datetime | None, now: datetime
) -> None:
    if end is not None and end > now - timedelta(seconds=10):
        _add_time_error(reader, "end_time", "must be a minimum of 10 seconds prior to the request time.")
    if start is not None and end is not None and start >= end:
        _add_time_error(reader, "start_time", "must be earlier than 'end_time'.")


def _add_time_error(reader: ParameterReader, name: str, reason: str) -> None:
    given = reader.text(name) or ""
    reader.add_error(name, given, f"Invalid '{name}':'{given}'. '{name}' {reason}")


def invalid_token_error(token: str) -> ParameterError:
    """Return X's error for a pagination token that is unknown or expired."""
    return invalid_value("pagination_token", token, "is not valid")


def users_request(parameters: Mapping[str, str]) -> tuple[list[str], FieldSelection]:
    """Check a user look-up's parameters and return the names and the fields. Raises `InvalidRequest`."""
    reader = ParameterReader(parameters, USERS_PARAMETERS)
    selection = reader.selection(USERS_EXPANSIONS)
    names = _list(reader, "usernames", USERS_PER_LOOKUP, is_handle, HANDLE)
    reader.raise_if_invalid()
    return names, selection


def lookup_request(parameters: Mapping[str, str]) -> tuple[list[str], FieldSelection]:
    """Check a post look-up's parameters and return the ids and the fields. Raises `InvalidRequest`."""
    reader = ParameterReader(parameters, LOOKUP_PARAMETERS)
    selection = reader.selection(TIMELINE_EXPANSIONS)
    reader.choices("poll.fields", POLL_FIELDS)
    reader.choices("place.fields", PLACE_FIELDS)
    ids = _list(reader, "ids", POSTS_PER_LOOKUP, is_id, ID)
    reader.raise_if_invalid()
    return ids, selection


def _list(
    reader: ParameterReader, name: str, most: int, is_valid: Callable[[str], bool], form: str
) -> list[str]:
    """Return a required list of at most `most` values of a form, which must not be empty."""
    value = reader.text(name) or ""
    items = value.split(",") if value else []
    if not items:
        reader.add_error(name, value, f"The `{name}` query parameter can not be empty")
    elif len(items) > most:
        message = f"The `{name}` query parameter has {len(items)} values, not between 1 and {most}"
        reader.add_error(name, value, message)
    for item in items:
        if not is_valid(item):
            reader.errors.append(invalid_value(name, value, f"does not match ^{form}$", item=item))
    return items


def usage_request(parameters: Mapping[str, str]) -> tuple[int, frozenset[str]]:
    """Check a usage request's parameters and return the days and the fields. Raises `InvalidRequest`."""
    reader = ParameterReader(parameters, USAGE_PARAMETERS)
    days = reader.number("days", 1, _MAX_DAYS, default=_DEFAULT_DAYS)
    fields = reader.choices("usage.fields", USAGE_FIELDS)
    reader.raise_if_invalid()
    return days, fields
