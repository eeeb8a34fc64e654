"""What X says of posts that it was asked for by their ids and did not return. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.ids import is_id


@dataclass(frozen=True)
class Unreturned:
    """Post ids by what X says of them; of an id in neither set it said nothing."""

    not_found: frozenset[str]  # deleted, or never there
    refused: frozenset[str]  # X has them, and does not show them: protected, suspended or withheld


def unreturned(body: Mapping[str, Any]) -> Unreturned:
    """Read the `errors` of an answer to `GET /2/tweets?ids=`."""
    errors = body.get("errors")
    told = [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []
    about = [(error, post_id) for error in told if (post_id := _post_id(error)) is not None]
    not_found = frozenset(post_id for error, post_id in about if _is_not_found(error))
    return Unreturned(not_found, frozenset(post_id for _, post_id in about) - not_found)


def _post_id(error: Mapping[str, Any]) -> str | None:
    """Return the id that an error is about; None where it is about something else that a post refers to."""
    if error.get("parameter", "ids") != "ids" or error.get("resource_type", "tweet") not in ("tweet", "post"):
        return None
    named = {str(error[name]) for name in ("resource_id", "value") if error.get(name) is not None}
    return named.pop() if len(named) == 1 and all(map(is_id, named)) else None


def _is_not_found(error: Mapping[str, Any]) -> bool:
    """Whether X says that there is no such post. A suspended author's shares the type of the error, so words decide."""
    return error.get("title") == "Not Found Error" and "suspended" not in str(error.get("detail"))
