"""A raw page: what X said, as it said it, and when. Everything else in the lake can be made again from these. Pure."""

import json
from datetime import datetime
from typing import Any, Final

import zstandard
from pydantic import AwareDatetime, BaseModel, ConfigDict

from pipeline.json_text import MAX_DEPTH, parse

# What stands in a page where a forgotten post was: it was fetched, and is nothing else any more.
TOMBSTONE: Final = {"forgotten": True}
_LEVEL = 9  # a page of 100 posts: 340 KB of JSON to about 40 KB, in 4 ms


class Page(BaseModel):
    """One answer of X's: what was asked, when it came, what it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    request: dict[str, Any]
    collected_at: AwareDatetime
    body: dict[Any, Any]  # X's names may hold lone surrogates, which pydantic does not accept as text
    oldest_at: AwareDatetime | None = None  # when the page's oldest post was written, where that is forgotten

    @property
    def items(self) -> list[Any]:
        """The page's posts as X sent them."""
        return _list(self.body.get("data"))

    @property
    def included(self) -> list[Any]:
        """The posts these refer to, in either of X's vocabularies."""
        includes = self.body.get("includes")
        named = [includes.get("tweets"), includes.get("posts")] if isinstance(includes, dict) else []
        return [post for posts in named for post in _list(posts)]

    @property
    def billed(self) -> int:
        """How many post reads X bills for it: its posts and, probably, those it includes."""
        return len(self.items) + len(self.included)

    @property
    def is_probe(self) -> bool:
        """Whether this page only asks if X shows anything from before the day (see `pipeline.read.depth`)."""
        return "end_time" in self.request and "start_time" not in self.request

    @property
    def next_token(self) -> str | None:
        """The token of the next page, or None on the last: X leaves it out or empty there."""
        meta = self.body.get("meta")
        token = meta.get("next_token") if isinstance(meta, dict) else None
        return token if isinstance(token, str) and token else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def is_tombstone(item: object) -> bool:
    """Whether a page's item is one that was forgotten."""
    return item == TOMBSTONE


def pack(page: Page) -> bytes:
    """Return a page as stored. ASCII JSON, because X's text may hold lone surrogates, which UTF-8 cannot."""
    document = {"request": page.request, "collected_at": page.collected_at.isoformat(), "body": page.body}
    if page.oldest_at:
        document["oldest_at"] = page.oldest_at.isoformat()
    return zstandard.ZstdCompressor(level=_LEVEL).compress(
        json.dumps(document, separators=(",", ":")).encode()
    )


def decompress(stored: bytes) -> bytes:
    """Return the JSON of `pack`'s bytes."""
    return zstandard.ZstdDecompressor().decompress(stored)


def unpack(stored: bytes) -> Page:
    """Return the page of `pack`'s bytes."""
    document = parse(decompress(stored), MAX_DEPTH + 1)
    oldest_at = document.get("oldest_at")
    return Page(
        request=document["request"],
        collected_at=datetime.fromisoformat(document["collected_at"]),
        body=document["body"],
        oldest_at=datetime.fromisoformat(oldest_at) if oldest_at else None,
    )
