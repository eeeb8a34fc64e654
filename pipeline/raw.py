"""Raw pages: what X said, as it said it, and when. Everything else in the lake can be made again from these."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

import zstandard
from pydantic import AwareDatetime, BaseModel, ConfigDict

from pipeline import keys
from pipeline.lake import Lake

# What stands in a page where a post was that must stay forgotten: it was fetched, and is nothing else any more.
TOMBSTONE: Final = {"forgotten": True}
_LEVEL = 9  # a page of 100 posts: 340 KB of JSON to about 40 KB, in 4 ms


class Page(BaseModel):
    """One answer of X's: what was asked, when it came, what it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    request: dict[str, Any]
    collected_at: AwareDatetime
    body: dict[str, Any]

    @property
    def items(self) -> list[Any]:
        """The page's posts as X sent them."""
        return self.body.get("data") or []

    @property
    def included(self) -> list[Any]:
        """The posts these refer to, in either of X's vocabularies."""
        includes = self.body.get("includes") or {}
        return [*(includes.get("tweets") or []), *(includes.get("posts") or [])]

    @property
    def billed(self) -> int:
        """How many post reads X bills for it: its posts and, probably, those it includes."""
        return len(self.items) + len(self.included)

    @property
    def is_probe(self) -> bool:
        """Whether this page only asks if X shows anything from before the day (see `pipeline.depth`)."""
        return "end_time" in self.request and "start_time" not in self.request

    @property
    def next_token(self) -> str | None:
        """The way to the next page, or None on the last."""
        return (self.body.get("meta") or {}).get("next_token")


def is_tombstone(item: object) -> bool:
    """Whether a page's item is one that was forgotten."""
    return item == TOMBSTONE


class Manifest(BaseModel):
    """Says that an account's day was read to its end, and how."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pages: int
    posts: int
    truncated: bool
    depth_reached: bool = False  # X shows no more of the account's posts than these
    collected_at: AwareDatetime


class SecondReading(BaseModel):
    """Says that the days before an account's day were read again, and how. Names no post."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pages: int
    billed: int  # post reads
    days: tuple[date, ...]  # the days read again
    gone: int  # posts that were stored and that X does not show any more
    short: str | None = None  # why it ended early


def pack(page: Page) -> bytes:
    """Return a page as stored. ASCII JSON, because X's text may hold lone surrogates, which UTF-8 cannot."""
    document = {"request": page.request, "collected_at": page.collected_at.isoformat(), "body": page.body}
    return zstandard.ZstdCompressor(level=_LEVEL).compress(
        json.dumps(document, separators=(",", ":")).encode()
    )


def unzipped(stored: bytes) -> bytes:
    """Return the JSON of `pack`'s bytes."""
    return zstandard.ZstdDecompressor().decompress(stored)


def unpack(stored: bytes) -> Page:
    """Return the page of `pack`'s bytes."""
    document = json.loads(unzipped(stored))
    return Page(
        request=document["request"],
        collected_at=datetime.fromisoformat(document["collected_at"]),
        body=document["body"],
    )


def read_pages(
    lake: Lake, day: date, account: str, page_key: Callable[[date, str, int], str] = keys.raw_page
) -> list[Page]:
    """Return the pages stored so far, in order, up to the first gap."""
    stored = set(lake.keys(keys.raw_folder(day, account)))
    pages: list[Page] = []
    while (key := page_key(day, account, len(pages) + 1)) in stored:
        pages.append(unpack(lake.get(key)))
    return pages


def find_manifest(lake: Lake, day: date, account: str) -> Manifest | None:
    """Return the manifest, or None while the day is not read to its end (or its pages have expired)."""
    body = lake.find(keys.raw_manifest(day, account))
    return Manifest.model_validate_json(body) if body else None


def find_second_reading(lake: Lake, day: date, account: str) -> SecondReading | None:
    """Return what reading the days before again has found, or None when that was not done, or not to its end."""
    body = lake.find(keys.refresh_manifest(day, account))
    return SecondReading.model_validate_json(body) if body else None


def discard(lake: Lake, day: date, account: str) -> None:
    """Remove an account-day's pages, last first: what a crash leaves is the beginning of a day, and valid."""
    lake.delete(keys.raw_manifest(day, account))
    for key in reversed(lake.keys(keys.raw_folder(day, account))):
        lake.delete(key)
