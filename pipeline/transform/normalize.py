"""X's JSON to rows: both of X's vocabularies, whole texts, one meaning per column. Pure."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import polars as pl

from pipeline.page import Page, is_tombstone
from pipeline.schema import POSTS
from pipeline.text import printable
from pipeline.transform.entities import entities_of, media_of, note_of

_SCORES = ("clean_text", "neg", "neu", "pos", "compound", "sentiment")
# What the pages say of a post, before it is scored. `problems` says what could not be read; `item` is the
# post as X sent it; `first_id` ties the versions of an edited post; `position` is the order on X's pages.
READ = pl.Schema(
    {name: dtype for name, dtype in POSTS.items() if name not in _SCORES}
    | {
        "first_id": pl.String(),
        "position": pl.Int64(),
        "problems": pl.List(pl.String()),
        "item": pl.String(),
    }
)
_COUNTS = {
    "like_count": ("like_count",),
    "repost_count": ("retweet_count", "repost_count"),
    "reply_count": ("reply_count",),
    "quote_count": ("quote_count",),
    "bookmark_count": ("bookmark_count",),
    "impression_count": ("impression_count",),
}
_OPTIONAL_COUNTS = {
    "bookmark_count",
    "impression_count",
}  # null where not returned by X; the others must be there
_MAX_COUNT = 10**12  # no post has as many of anything; sums of sums stay within Int64
# What X escapes in texts. Anything else that looks like an entity was typed like that.
_ESCAPES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_ESCAPED = re.compile("&(?:amp|lt|gt);")


Row = dict[str, Any]  # of READ, with `item` as X sent it: only rejected posts need it as JSON


def read_posts(pages: Sequence[Page], account: str) -> pl.DataFrame:
    """Return every item of the pages, but for tombstones, as a row of READ, in the order X sent them."""
    return to_frame(read_rows(pages, account))


def to_frame(rows: Iterable[Row]) -> pl.DataFrame:
    """Return rows as READ."""
    # ASCII: a lone surrogate stays an escape.
    stored = [row | {"item": json.dumps(row["item"], separators=(",", ":"))} for row in rows]
    return pl.DataFrame(stored, schema=READ)


def read_rows(pages: Sequence[Page], account: str) -> list[Row]:
    """Return every item of the pages, but for tombstones, in the order X sent them."""
    rows: list[Row] = []
    for page in pages:
        originals = {
            str(post["id"]): post for post in page.included if isinstance(post, dict) and "id" in post
        }
        user_id = page.request.get("user_id")
        for item in page.items:
            if is_tombstone(item):
                continue
            rows.append(_row(item, originals, page.collected_at, account, user_id, len(rows)))
    return rows


def newest_versions(rows: Iterable[Row]) -> list[Row]:
    """Return readable rows with each post once: its newest edit, as it came first on X's pages."""
    # Ids grow with time, but as text "9" sorts behind "10": the length decides first.
    by_age = sorted(rows, key=lambda row: (len(row["post_id"]), row["post_id"]), reverse=True)
    by_id: dict[str, Row] = {}
    for row in by_age:
        by_id.setdefault(row["post_id"], row)
    by_first_id: dict[str, Row] = {}
    for row in by_id.values():
        by_first_id.setdefault(row["first_id"], row)
    return sorted(by_first_id.values(), key=lambda row: row["position"])


def _row(
    item: Any,
    originals: Mapping[str, Mapping[str, Any]],
    collected_at: datetime,
    account: str,
    user_id: str | None,
    position: int,
) -> Row:
    """Read one item; what cannot be read becomes null and a problem, never an exception.

    `user_id` is whose timeline was asked for: a post there that does not say who wrote it is by that account.
    """
    row: Row = dict.fromkeys(READ)
    problems: list[str] = []
    row |= {
        "account": account,
        "collected_at": collected_at.astimezone(UTC),
        "position": position,
        "problems": problems,
        "item": item,
    }
    if not isinstance(item, dict):
        problems.append(f"the item is a {type(item).__name__}, not an object")
        return row
    read = _Reader(item, problems)
    kind = _kind(item)
    note = read.mapping("note_tweet", "note_post")
    original = _original(item, originals) if kind == "retweet" else None
    entities = entities_of(item.get("text"), read.mapping("entities"), note, original)
    post_id = read.text("id", required=True)
    edits = read.ids("edit_history_tweet_ids", "edit_history_post_ids")
    row |= {
        "post_id": post_id,
        "author_id": user_id
        if item.get("author_id") is None and user_id
        else read.text("author_id", required=True),
        "created_at": read.instant("created_at"),
        "text": _whole_text(item, note, original),
        "lang": read.text("lang"),
        "kind": kind,
        "conversation_id": read.text("conversation_id"),
        **entities,
        "edited": len(edits) > 1,
        "edit_history": edits,
        "possibly_sensitive": read.flag("possibly_sensitive"),
        "media": media_of(read.mapping("attachments"), (original or {}).get("attachments")),
        "paid_partnership": read.flag("paid_partnership"),
        "first_id": edits[0] if edits else post_id,
    }
    metrics = _Reader(read.mapping("public_metrics"), problems)
    for column, names in _COUNTS.items():
        row[column] = metrics.count(*names, required=column not in _OPTIONAL_COUNTS)
    if row["text"] is None:
        problems.append("text is missing")
        row["text"] = ""
    if row["created_at"]:
        row["age_hours"] = (row["collected_at"] - row["created_at"]).total_seconds() / 3600
    counts = [row[name] for name in ("like_count", "repost_count", "reply_count", "quote_count")]
    if kind != "retweet" and None not in counts:
        row["engagement"] = sum(counts)
    return row


class _Reader:
    """Takes values of the expected type out of one JSON object, under any of X's names for them."""

    def __init__(self, item: Mapping[str, Any], problems: list[str]) -> None:
        self._item = item
        self._problems = problems

    def _value(self, names: Iterable[str], wanted: type, required: bool = False) -> Any:
        for name in names:
            value = self._item.get(name)
            if type(value) is wanted:  # not `isinstance`: a bool is an int to Python, not to X
                return value
            if value is not None:
                self._problems.append(f"{name} is {json.dumps(value)[:60]}, not a {wanted.__name__}")
                return None
        if required:
            self._problems.append(f"{next(iter(names))} is missing")
        return None

    def text(self, *names: str, required: bool = False) -> str | None:
        value = self._value(names, str, required)
        return None if value is None else printable(value)

    def flag(self, *names: str) -> bool | None:
        value: bool | None = self._value(names, bool)
        return value

    def count(self, *names: str, required: bool) -> int | None:
        value: int | None = self._value(names, int, required)
        if value is not None and not 0 <= value <= _MAX_COUNT:
            self._problems.append(f"{names[0]} is {str(value)[:60]}, not a count")
            return None
        return value

    def mapping(self, *names: str) -> Mapping[str, Any]:
        return self._value(names, dict) or {}

    def ids(self, *names: str) -> list[str]:
        return [printable(value) for value in self._value(names, list) or [] if isinstance(value, str)]

    def instant(self, name: str) -> datetime | None:
        text = self._value((name,), str, required=True)
        if text is None:
            return None
        try:
            instant = datetime.fromisoformat(text)
            return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):  # the latter where UTC has no such year
            self._problems.append(f"{name} is {json.dumps(text)[:60]}, not an instant")
            return None


def references(item: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return what a post refers to, each with its type and id, in either vocabulary."""
    entries = item.get("referenced_tweets") or item.get("referenced_posts") or []
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _kind(item: Mapping[str, Any]) -> str:
    """Decide what a post is. A quote within a reply is a reply; a reply to a deleted post has no reference."""
    types = [reference.get("type") for reference in references(item)]
    if "retweeted" in types or "reposted" in types:
        return "retweet"
    if "replied_to" in types or item.get("in_reply_to_user_id"):
        return "reply"
    return "quote" if "quoted" in types else "post"


def _original(
    item: Mapping[str, Any], originals: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """Return the post that a retweet repeats, where the page includes it."""
    ids = [ref.get("id") for ref in references(item) if ref.get("type") in ("retweeted", "reposted")]
    return next((originals[str(id_)] for id_ in ids if str(id_) in originals), None)


def _whole_text(
    item: Mapping[str, Any], note: Mapping[str, Any], original: Mapping[str, Any] | None
) -> str | None:
    """Return the text as written: the long form, a retweet's original in full, X's escapes undone."""
    texts = [text for text in (item.get("text"), note.get("text")) if isinstance(text, str)]
    if not texts:
        return None
    text = max(texts, key=len)
    author, colon, _ = text.partition(": ")
    if original is not None and author.startswith("RT @"):
        whole = _whole_text(original, note_of(original), None)
        if whole is not None:
            return printable(author) + colon + whole
    return _ESCAPED.sub(lambda escape: _ESCAPES[escape[0]], printable(text))
