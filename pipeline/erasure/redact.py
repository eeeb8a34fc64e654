"""Takes what must be forgotten out of pages and frames, the same way wherever it stands. Pure.

A forgotten item of a page becomes a tombstone, so that it still counts as fetched. Elsewhere the id of a forgotten
post (in a conversation, a reference, a link) becomes 0, which no post has: afterwards a search for the id finds
nothing.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from pipeline.ids import HANDLE, ID, is_id
from pipeline.page import TOMBSTONE, Page, is_tombstone
from pipeline.transform.normalize import references

NO_POST: Final = "0"
_COPY = re.compile(rf"RT @({HANDLE}): (.*)", re.DOTALL)
_STATUS = re.compile(rf"/status/({ID})")


@dataclass(frozen=True)
class ErasureTarget:
    """What must be forgotten: posts, and whole accounts with everything they wrote."""

    post_ids: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()  # lower-case handles
    user_ids: frozenset[str] = frozenset()  # of these accounts
    # These posts as `copy_of`: stored retweets do not say which post they repeat.
    copies: frozenset[str] = frozenset()

    @property
    def ids(self) -> re.Pattern[str]:
        """Finds the ids of these posts, not as a part of longer numbers."""
        return re.compile(rf"(?<![0-9])(?:{'|'.join(sorted(self.post_ids)) or '(?!)'})(?![0-9])")


def redact(page: Page, target: ErasureTarget) -> Page:
    """Return the page without what must be forgotten, of the same length.

    A retweet is a copy, so it goes with its original. Versions of an edited post go together. What a page includes
    goes when it is forgotten itself, or when only forgotten items referred to it.
    """
    items = [TOMBSTONE if _is_forgotten(item, target) else item for item in page.items]
    body = dict(page.body)
    if items:
        body["data"] = items
    if page.included:
        removed = any(is_tombstone(item) for item in items)
        left = {reference for item in items for reference in _referred(item)}

        def with_tombstones(posts: list[Any]) -> list[Any]:
            return [
                TOMBSTONE
                if _is_forgotten(post, target)
                or (removed and not (isinstance(post, dict) and str(post.get("id")) in left))
                else post
                for post in posts
            ]

        body["includes"] = {
            name: with_tombstones(entries)
            if name in ("tweets", "posts") and isinstance(entries, list)
            else entries
            for name, entries in body["includes"].items()
            if name in ("tweets", "posts") or not removed  # which post a picture or place is of is unknown
        }
    request = page.request
    if target.post_ids:
        body, request = _scrubbed(body, target.ids), _scrubbed(request, target.ids)
    return page.model_copy(update={"body": body, "request": request})


def mentioned_ids(page: Page) -> set[str]:
    """Return the ids of all posts that a page holds or refers to."""
    found: set[str] = set()
    for item in [*page.items, *page.included]:
        if isinstance(item, dict):
            found |= {*versions(item), *_referred(item), str(item.get("conversation_id"))}
            found |= set(_STATUS.findall(json.dumps(item)))
    return set(filter(is_id, found))


def versions(item: Mapping[str, Any]) -> set[str]:
    """Return the ids under which a post was ever published."""
    edits = item.get("edit_history_tweet_ids") or item.get("edit_history_post_ids")
    ids = [item.get("id"), *(edits if isinstance(edits, list) else ())]
    return set(filter(is_id, map(str, ids)))


def is_retweet(item: Any) -> bool:
    """Whether an item of a page repeats another post."""
    return isinstance(item, dict) and bool(_copied(item))


def related(page: Page, target: ErasureTarget) -> set[str]:
    """Return the ids of a page's posts that go with `target`: other versions of its posts, and retweets of them."""
    forgotten = [item for item in page.items if not is_tombstone(item) and _is_forgotten(item, target)]
    return {post_id for item in forgotten for post_id in versions(item)}


def related_in(frame: pl.DataFrame, target: ErasureTarget) -> set[str]:
    """Return the ids of a frame's posts that go with `target`."""
    return {row["post_id"] for row in frame.to_dicts() if row["post_id"] and _row_is_forgotten(row, target)}


def redact_frame(frame: pl.DataFrame, target: ErasureTarget) -> pl.DataFrame:
    """Return a frame of the lake without the rows that must be forgotten, and without their ids elsewhere."""
    rows = [row for row in frame.to_dicts() if not _row_is_forgotten(row, target)]
    if target.post_ids:
        rows = _scrubbed(rows, target.ids)
    return pl.DataFrame(rows, schema=frame.schema)


def copy_of(account: str, text: str) -> str:
    """Return what identifies a retweet's text as a copy of this account's post with this text."""
    return f"{account.lower()}: {text}"


def _is_forgotten(item: Any, target: ErasureTarget) -> bool:
    if not isinstance(item, dict) or is_tombstone(item):
        return is_tombstone(item)
    copied = _copied(item)
    return bool(
        versions(item) & target.post_ids
        or copied & target.post_ids
        or str(item.get("author_id")) in target.user_ids
        or (copied and _copies(item.get("text"), target))
    )


def _row_is_forgotten(row: Mapping[str, Any], target: ErasureTarget) -> bool:
    item, versions_of_it = row.get("item"), row.get("edit_history")
    return bool(
        row.get("post_id") in target.post_ids
        or (isinstance(versions_of_it, list) and target.post_ids.intersection(versions_of_it))
        or row.get("account") in target.accounts
        or (row.get("author_id") or row.get("user_id")) in target.user_ids
        or (row.get("kind") == "retweet" and _copies(row["text"], target))
        or (item is not None and _is_forgotten(json.loads(item), target))
    )


def _copied(item: Mapping[str, Any]) -> set[str]:
    """Return the ids of the posts that a retweet is of."""
    return {
        str(reference.get("id"))
        for reference in references(item)
        if reference.get("type") in ("retweeted", "reposted")
    }


def _copies(text: Any, target: ErasureTarget) -> bool:
    """Whether a retweet's text is that of one of the accounts, or of one of the posts."""
    copied = _COPY.match(text) if isinstance(text, str) else None
    return copied is not None and (
        copied[1].lower() in target.accounts or copy_of(copied[1], copied[2]) in target.copies
    )


def _referred(item: Any) -> set[str]:
    return {str(reference.get("id")) for reference in references(item)} if isinstance(item, dict) else set()


def _scrubbed(value: Any, ids: re.Pattern[str]) -> Any:
    """Return a value of JSON, or rows of a frame, with these ids replaced by NO_POST."""
    if isinstance(value, str):
        return ids.sub(NO_POST, value)
    if isinstance(value, dict):
        return {name: _scrubbed(inner, ids) for name, inner in value.items()}
    if isinstance(value, list):
        return [_scrubbed(inner, ids) for inner in value]
    if type(value) is int and ids.fullmatch(str(value)):
        return int(NO_POST)
    return value
