"""Raw pages in the lake."""

import json
from collections.abc import Callable
from datetime import date
from functools import partial

import zstandard
from pydantic import ValidationError

from pipeline.lake import catalogue, keys
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
    return read_numbered(lake, keys.raw_folder(day, account), partial(page_key, day, account))


def read_numbered(lake: Lake, folder: str, page_key: Callable[[int], str]) -> list[Page]:
    """Return the pages of a folder whose keys `page_key` gives, counted from 1, up to the first gap."""
    stored = set(lake.keys(folder))
    pages: list[Page] = []
    while (key := page_key(len(pages) + 1)) in stored:
        pages.append(parse_page(lake, key, lake.get(key)))
    return pages


def read_day(lake: Lake, day: date, account: str, manifest: Manifest) -> list[Page]:
    """Return the pages that make an account's day, in order, as far as they have not expired."""
    folder = keys.raw_folder(day, account)
    stored = set(lake.keys(folder))
    found = [f"{folder}{name}" for name in page_names(day, account, manifest)]
    return [parse_page(lake, key, lake.get(key)) for key in found if key in stored]


def page_names(day: date, account: str, manifest: Manifest) -> tuple[str, ...]:
    """Return the names, within the account-day's folder, of the pages that a manifest counts."""
    numbered = (keys.raw_page(day, account, number) for number in range(1, manifest.pages + 1))
    return manifest.names or tuple(map(name_of, numbered))


def name_of(key: str) -> str:
    """Return the name of a raw object within its account-day's folder."""
    return key.rpartition("/")[2]


def newest_reading(lake: Lake, day: date, account: str) -> int:
    """Return the number of the newest reading by --refetch that has pages; 0 when there is none."""
    found = map(catalogue.REFETCHED_PAGE.fields, lake.keys(f"{keys.raw_folder(day, account)}refetch-"))
    return max((int(fields["reading"]) for fields in found if fields), default=0)


def find_manifest(lake: Lake, day: date, account: str) -> Manifest | None:
    """Return the manifest, or None while the day is not read to its end (or its pages have expired)."""
    return lake.find_model(keys.raw_manifest(day, account), Manifest)


def find_refresh_manifest(lake: Lake, day: date, account: str) -> RefreshManifest | None:
    """Return what reading the days before again has found, or None when that was not done, or not to its end."""
    return lake.find_model(keys.refresh_manifest(day, account), RefreshManifest)
