"""The four requests X is asked, checked: what comes out is what `x_api` needs to answer."""

import base64
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pipeline.sandbox.world.snowflakes import at_ms, first_id
from pipeline.sandbox.x.field_names import (
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
from pipeline.sandbox.x.parameters import Checker, ParameterError, Wanted

NO_UPPER_ID = 1 << 63
_USERNAME_FORM = "^[A-Za-z0-9_]{1,15}$"
_POST_ID_FORM = "^[0-9]{1,19}$"
_POST_ID = re.compile(_POST_ID_FORM.replace("$", r"\Z"))
_USERNAME = re.compile(_USERNAME_FORM.replace("$", r"\Z"))


@dataclass(frozen=True)
class Cursor:
    """Where a page continues: `older` or `newer` than a post, after so many empty pages at this very place."""

    way: Literal["older", "newer"]
    post_id: int
    empties: int = 0

    def token(self) -> str:
        """Return X's opaque pagination token for this turn: lower-case letters and digits."""
        empties = f".{self.empties:x}" if self.empties else ""
        plain = f"{self.way[0]}{self.post_id:x}{empties}".encode()
        sealed = plain + zlib.crc32(plain).to_bytes(4, "big")
        return base64.b32hexencode(sealed).decode().lower().rstrip("=")

    @classmethod
    def read(cls, token: str) -> "Cursor | None":
        """Return what a token stands for, or None when it is none of ours."""
        try:
            sealed = base64.b32hexdecode(token.upper() + "=" * (-len(token) % 8))
        except ValueError:
            return None
        plain, seal = sealed[:-4], sealed[-4:]
        if not plain or zlib.crc32(plain).to_bytes(4, "big") != seal:
            return None
        post_id, _, empties = plain[1:].partition(b".")
        return cls("older" if plain[:1] == b"o" else "newer", int(post_id, 16), int(empties or b"0", 16))


@dataclass(frozen=True)
class TimelineRequest:
    """A checked `GET /2/users/:id/tweets`. Ids between `above_id` and `below_id`, both exclusive."""

    wanted: Wanted
    max_results: int
    above_id: int
    below_id: int
    exclude: frozenset[str]
    turn: Cursor | None


def timeline_request(parameters: Mapping[str, str], now: datetime) -> TimelineRequest:
    """Check a timeline's parameters. Raises `Refused`."""
    check = Checker(parameters, TIMELINE_PARAMETERS)
    wanted = check.wanted(TIMELINE_EXPANSIONS)
    check.chosen("poll.fields", POLL_FIELDS)
    check.chosen("place.fields", PLACE_FIELDS)
    max_results = check.number("max_results", 5, 100, default=10)
    exclude = check.chosen("exclude", ("replies", "retweets"))
    start, end = check.instant("start_time"), check.instant("end_time")
    if end is not None and end > now - timedelta(seconds=10):
        given = check.text("end_time") or ""
        message = "'end_time' must be a minimum of 10 seconds prior to the request time."
        check.complain("end_time", given, f"Invalid 'end_time':'{given}'. {message}")
    if start is not None and end is not None and start >= end:
        given = check.text("start_time") or ""
        check.complain(
            "start_time",
            given,
            f"Invalid 'start_time':'{given}'. 'start_time' must be earlier than 'end_time'.",
        )
    since, until = check.post_id("since_id"), check.post_id("until_id")
    token = check.text("pagination_token")
    turn = None if token is None else Cursor.read(token)
    if token is not None and turn is None:
        check.errors.append(invalid_token(token))
    check.finish()
    return TimelineRequest(
        wanted=wanted,
        max_results=max_results,
        above_id=max(since or 0, first_id(at_ms(start)) - 1 if start else 0),
        below_id=min(
            until if until is not None else NO_UPPER_ID, first_id(at_ms(end)) if end else NO_UPPER_ID
        ),
        exclude=exclude,
        turn=turn,
    )


def invalid_token(token: str) -> ParameterError:
    """Return what X says of a pagination token it does not know, or knows no more."""
    message = f"The `pagination_token` query parameter value [{token}] is not valid"
    return ParameterError("pagination_token", [token], message)


def lookup_request(parameters: Mapping[str, str]) -> tuple[list[str], Wanted]:
    """Check a post look-up's parameters and return the ids and what is wanted. Raises `Refused`."""
    check = Checker(parameters, LOOKUP_PARAMETERS)
    wanted = check.wanted(TIMELINE_EXPANSIONS)
    check.chosen("poll.fields", POLL_FIELDS)
    check.chosen("place.fields", PLACE_FIELDS)
    value = check.text("ids") or ""
    ids = value.split(",") if value else []
    if not ids:
        check.complain("ids", value, "The `ids` query parameter can not be empty")
    elif len(ids) > 100:
        message = f"The `ids` query parameter has {len(ids)} values, not between 1 and 100"
        check.complain("ids", value, message)
    for post_id in ids:
        if not _POST_ID.match(post_id):
            message = f"The `ids` query parameter value [{post_id}] does not match {_POST_ID_FORM}"
            check.complain("ids", value, message)
    check.finish()
    return ids, wanted


def users_request(parameters: Mapping[str, str]) -> tuple[list[str], Wanted]:
    """Check a user look-up's parameters and return the names and what is wanted. Raises `Refused`."""
    check = Checker(parameters, USERS_PARAMETERS)
    wanted = check.wanted(USERS_EXPANSIONS)
    value = check.text("usernames") or ""
    names = value.split(",") if value else []
    if not names:
        check.complain("usernames", value, "The `usernames` query parameter can not be empty")
    elif len(names) > 100:
        check.complain(
            "usernames",
            value,
            f"The `usernames` query parameter has {len(names)} values, not between 1 and 100",
        )
    for name in names:
        if not _USERNAME.match(name):
            check.complain(
                "usernames",
                value,
                f"The `usernames` query parameter value [{name}] does not match {_USERNAME_FORM}",
            )
    check.finish()
    return names, wanted


def usage_request(parameters: Mapping[str, str]) -> tuple[int, frozenset[str]]:
    """Check a usage request's parameters and return the days and the fields. Raises `Refused`."""
    check = Checker(parameters, USAGE_PARAMETERS)
    days = check.number("days", 1, 90, default=7)
    fields = check.chosen("usage.fields", USAGE_FIELDS)
    check.finish()
    return days, fields
