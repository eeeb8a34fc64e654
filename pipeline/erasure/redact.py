"""Takes what must be forgotten out of pages and frames, the same way wherever it stands. Pure.

A forgotten item of a page becomes a tombstone, so that it still counts as fetched. Elsewhere the id of a forgotten
post (in a conversation, a reference, a link) becomes 0, which no post has. Doing it again changes nothing, and that is
the proof that nothing is left.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from pipeline.erasure.post_ids import NO_POST, parse_item, replace_in_page, replace_in_row, replace_in_text
from pipeline.ids import HANDLE, is_id
from pipeline.page import TOMBSTONE, Page, is_tombstone
from pipeline.transform.normalize import references
from pipeline.x_api.snowflakes import written_at

_COPY = re.compile(rf"RT @({HANDLE}): (.*)", re.DOTALL)


@dataclass(frozen=True)
class ErasureTarget:
    """What must be forgotten: posts, and whole accounts with everything they wrote."""

    post_ids: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()  # lower-case handles
    user_ids: frozenset[str] = frozenset()  # of these accounts
    # These posts as `copy_of`: stored retweets do not say which post they repeat.
    copies: frozenset[str] = frozenset()

    def replace(self, post_id: str) -> str:
        """Return what replaces the id of a post: `NO_POST` for these, the id itself for others."""
        return NO_POST if post_id in self.post_ids else post_id


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
    redacted = page.model_copy(
        update={"body": body, "oldest_at": page.oldest_at or _oldest_lost(page, items)}
    )
    return replace_in_page(redacted, target.replace) if target.post_ids else redacted


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
    return {post_id for item in forgotten_items(page, target) for post_id in versions(item)}


def forgotten_items(page: Page, target: ErasureTarget) -> list[Mapping[str, Any]]:
    """Return the page's own posts that must be forgotten and still are there."""
    return [item for item in page.items if not is_tombstone(item) and _is_forgotten(item, target)]


def related_in(frame: pl.DataFrame, target: ErasureTarget) -> set[str]:
    """Return the ids of a frame's posts that go with `target`."""
    return {row["post_id"] for row in frame.to_dicts() if row["post_id"] and _row_is_forgotten(row, target)}


def redact_frame(frame: pl.DataFrame, target: ErasureTarget) -> pl.DataFrame:
    """Return a frame of the lake without the rows that must be forgotten, and without their ids elsewhere."""
    return pl.DataFrame(redact_rows(frame.to_dicts(), target), schema=frame.schema)


def redact_rows(rows: Sequence[dict[str, Any]], target: ErasureTarget) -> list[dict[str, Any]]:
    """Return the same of a frame's rows, or of a spreadsheet's; columns that are not there are not looked at."""
    left = [row for row in rows if not _row_is_forgotten(row, target)]
    return [replace_in_row(row, target.replace) for row in left] if target.post_ids else left


def redact_text(text: str, target: ErasureTarget) -> str:
    """Return a text without the ids that must be forgotten."""
    return replace_in_text(text, target.replace) if target.post_ids else text


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
        or (row.get("kind") == "retweet" and _copies(row.get("text"), target))
        or (isinstance(item, str) and _is_forgotten(parse_item(item), target))
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


def _oldest_lost(page: Page, items: Sequence[Any]) -> datetime | None:
    """Return when the oldest of a page's posts was written, where `items`, the page's items redacted, do not tell.

    Without the id it is what the reading goes on from, should X's token expire. Both the id and X's `created_at`, which
    has whole seconds, tell the time; the later one never skips a post. None where neither does, or nothing follows.
    """
    if page.next_token is None:
        return None
    posts = [
        (int(item["id"]), item, left)
        for item, left in zip(page.items, items, strict=True)
        if isinstance(item, dict) and is_id(str(item.get("id")))
    ]
    if not posts:
        return None
    number, oldest, left = min(posts, key=lambda post: post[0])
    if not is_tombstone(left):
        return None
    known = [instant for instant in (written_at(str(number)), _instant(oldest.get("created_at"))) if instant]
    return max(known, default=None)


def _instant(value: Any) -> datetime | None:
    try:
        instant = datetime.fromisoformat(str(value))
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
