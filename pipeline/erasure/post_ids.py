"""Where the ids of posts are in pages, rows and texts. Pure.

Redaction, the proof that nothing is left, and the register all use this one reading. An id of a post is the value of a
field whose name says so, the end of a post's link, or, in texts, a whole number of 15 or more digits. No other number
is one, whatever its digits: ids of users and media, counts, dates and page tokens stay as they are.
"""

import json
import re
from collections.abc import Callable, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any, Final

from pipeline.ids import ID, is_id
from pipeline.page import Page

NO_POST: Final = "0"  # in place of a forgotten post's id

Replace = Callable[[str], str]  # returns what replaces the id of a post: mostly the id itself

# Shorter numbers are common in texts. Posts since 4 November 2010, 08:20 UTC, have at least as many digits.
_MIN_DIGITS = 15
_LINK = r"(?i:(?:/|%2F)status(?:es)?(?:/|%2F))"
# Digits are 0-9 alone: letters of any script, emoji and full-width digits around a number are not part of it.
_IN_TEXT = re.compile(rf"({_LINK})({ID})(?![0-9])|(?<![0-9])([0-9]{{{_MIN_DIGITS},19}})(?![0-9])", re.ASCII)
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+\Z", re.IGNORECASE)
_HOST_OF_X = re.compile(r"(?:.*\.)?(?:x|twitter)\.com", re.IGNORECASE)
_MAX_HOST = 100

_POSTS = re.compile(r"data|(?:\w+_)?(?:tweets?|posts?)")  # fields whose objects are posts
_POST_ID = re.compile(
    r"(?:\w+_)?(?:tweet|post|status)_ids?|conversation_id|edit_history|(?:newest|oldest|until|since)_id|ids"
)
_NO_TEXT = re.compile(r"(?:\w+_)?(?:ids?|keys?|token|count|at|time)|username|account|handle|mentions")
_IN_BRACKETS = re.compile(
    rf"(?<=\[){ID}(?=\])"
)  # in X's own words about a post: "Could not find tweet: [20]."


class _Meaning(Enum):
    POST_ID = "the id of a post"
    TEXT = "a text, which may contain links and ids"
    OTHER = "anything else"


def replace_in_page(page: Page, replace: Replace) -> Page:
    """Return a page with each id of a post replaced, in what X was asked and in what it answered."""
    replaced = {"request": _in_json(page.request, replace), "body": _in_json(page.body, replace)}
    return page.model_copy(update=replaced)


def replace_in_row(row: Mapping[str, Any], replace: Replace) -> dict[str, Any]:
    """Return a row of any of the lake's frames with each id of a post replaced."""
    return {
        name: _in_item(value, replace)
        if name == "item" and isinstance(value, str)
        else _in_json(value, replace, name)
        for name, value in row.items()
    }


def replace_in_text(text: str, replace: Replace) -> str:
    """Return a text with each id of a post replaced: at the end of a link, or with 15 or more digits."""

    def replaced(match: re.Match[str]) -> str:
        link, linked, number = match.groups()
        if number:
            return replace(number)
        if len(linked) < _MIN_DIGITS and _is_elsewhere(text, match.start()):
            return match[0]
        return f"{link}{replace(linked)}"

    return _IN_TEXT.sub(replaced, text)


def mentioned_ids(page: Page) -> set[str]:
    """Return the ids of all posts that a page contains or refers to."""
    found: set[str] = set()

    def remember(post_id: str) -> str:
        found.add(post_id)
        return post_id

    replace_in_page(page, remember)
    return {post_id for post_id in found if is_id(post_id) and post_id != NO_POST}


def parse_item(text: str) -> Any:
    """Return what X sent for a quarantined post; None where that is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _in_item(text: str, replace: Replace) -> str:
    item = parse_item(text)
    if item is None:
        return replace_in_text(text, replace)
    [replaced] = _in_json([item], replace, "data")
    return text if replaced == item else json.dumps(replaced, separators=(",", ":"))


def _in_json(value: Any, replace: Replace, name: str = "", parent: str = "") -> Any:
    """Return a value with each id of a post replaced; `name` is its field, `parent` the field of its object."""
    if isinstance(value, dict):
        if name == "errors":
            return _in_error(value, replace)
        return {key: _in_json(inner, replace, str(key), name) for key, inner in value.items()}
    if isinstance(value, list):
        in_place_of_posts = _POSTS.fullmatch(name) is not None
        return [
            _in_id(inner, replace)
            if in_place_of_posts and type(inner) is int
            else _in_json(inner, replace, name, parent)
            for inner in value
        ]
    match _meaning(name, parent):
        case _Meaning.POST_ID:
            return _in_id(value, replace)
        case _Meaning.TEXT if isinstance(value, str):
            return replace_in_text(value, replace)
    return value


def _in_id(value: Any, replace: Replace) -> Any:
    if type(value) is int:
        replaced = replace(str(value))
        return value if replaced == str(value) else int(replaced)
    if isinstance(value, str):
        return replace(value) if is_id(value) else replace_in_text(value, replace)
    return value


def _in_error(error: Mapping[str, Any], replace: Replace) -> dict[str, Any]:
    """Return an entry of X's `errors` with each id of a post replaced. Those about users name no post."""
    if not _is_about_post(error):
        return dict(error)
    replaced = {}
    for name, value in error.items():
        if name in ("resource_id", "value"):
            replaced[name] = _in_id(value, replace)
        elif name == "detail" and isinstance(value, str):
            named = _IN_BRACKETS.sub(lambda match: replace(match[0]), value)
            replaced[name] = replace_in_text(named, replace)
        else:
            replaced[name] = _in_json(value, replace, str(name), "errors")
    return replaced


def _is_about_post(error: Mapping[str, Any]) -> bool:
    kind, parameter = error.get("resource_type"), error.get("parameter")
    if isinstance(kind, str):
        return kind in ("tweet", "post")
    return not isinstance(parameter, str) or re.search(r"tweet|post|^ids?$", parameter) is not None


@lru_cache(maxsize=4096)
def _meaning(name: str, parent: str) -> _Meaning:
    if _POST_ID.fullmatch(name) or (name == "id" and _POSTS.fullmatch(parent)):
        return _Meaning.POST_ID
    return _Meaning.OTHER if _NO_TEXT.fullmatch(name) else _Meaning.TEXT


def _is_elsewhere(text: str, path_start: int) -> bool:
    """Whether the path that begins at `path_start` directly follows the name of a host that is not X's."""
    host = _HOST.search(text, max(path_start - _MAX_HOST, 0), path_start)
    return host is not None and _HOST_OF_X.fullmatch(host[0]) is None
