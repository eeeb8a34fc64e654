"""Raw pages in the lake."""

import json
from collections.abc import Callable
from datetime import date

import zstandard
from pydantic import ValidationError

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.damage import damaged
from pipeline.lake.records import Manifest, RefreshManifest
from pipeline.page import Page, unpack

_UNREADABLE = (zstandard.ZstdError, json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError)


def parse_page(lake: Lake, key: str, stored: bytes) -> Page:
    """Return the page that `stored`, read from `key`, holds. Raises `LakeDamaged`."""
    try:
        return unpack(stored)
    except (*_UNREADABLE, ValidationError) as error:
        raise damaged(lake.url, key, f"it is no raw page: {type(error).__name__}") from None


def read_pages(
    lake: Lake, day: date, account: str, page_key: Callable[[date, str, int], str] = keys.raw_page
) -> list[Page]:
    """Return the pages stored so far, in order, up to the first gap."""
    stored = set(lake.keys(keys.raw_folder(day, account)))
    pages: list[Page] = []
    while (key := page_key(day, account, len(pages) + 1)) in stored:
        pages.append(parse_page(lake, key, lake.get(key)))
    return pages


def find_manifest(lake: Lake, day: date, account: str) -> Manifest | None:
    """Return the manifest, or None while the day is not read to its end (or its pages have expired)."""
    return lake.find_model(keys.raw_manifest(day, account), Manifest)


def find_refresh_manifest(lake: Lake, day: date, account: str) -> RefreshManifest | None:
    """Return what reading the days before again has found, or None when that was not done, or not to its end."""
    return lake.find_model(keys.refresh_manifest(day, account), RefreshManifest)


def discard(lake: Lake, day: date, account: str) -> None:
    """Remove an account-day's pages, last first: what a crash leaves is the beginning of a day, and valid."""
    lake.delete(keys.raw_manifest(day, account))
    for key in reversed(lake.keys(keys.raw_folder(day, account))):
        lake.delete(key)
