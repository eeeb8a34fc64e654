"""Raw pages in the lake."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

import zstandard
from pydantic import ValidationError

from pipeline.lake import catalogue, keys
from pipeline.lake.client import Lake
from pipeline.lake.counts import PostCount
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


@dataclass(frozen=True)
class RawDay:
    """An account's day as it lies in `raw/`: its manifest, its pages in order as far as they have not expired."""

    manifest: Manifest
    pages: list[Page]
    page_etags: tuple[str, ...]
    refresh: RefreshManifest | None = None  # of the earlier days that were read again with it
    is_first: bool = False  # read just now, and nothing was ever made of the day before
    # By key, those at hand; others may be stored.
    counts: Mapping[str, PostCount] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether none of its pages has expired."""
        return len(self.pages) == self.manifest.pages


def find_raw_day(lake: Lake, day: date, account: str) -> RawDay | None:
    """Return an account's day, or None while it is not read to its end (or has expired)."""
    return read_raw_day(lake, day, account, lake.keys(keys.raw_folder(day, account)))


def read_raw_day(lake: Lake, day: date, account: str, stored: Collection[str]) -> RawDay | None:
    """Return what `find_raw_day` does, once the keys of the account-day's folder have been listed."""
    folder, key = keys.raw_folder(day, account), keys.raw_manifest(day, account)
    found = lake.find(key) if key in stored else None
    if found is None:
        return None
    manifest = lake.parse_model(key, found.body, Manifest)
    pages, etags = [], []
    for name in page_names(day, account, manifest):
        page = lake.find(f"{folder}{name}") if f"{folder}{name}" in stored else None
        if page:
            pages.append(parse_page(lake, f"{folder}{name}", page.body))
            etags.append(page.etag)
    return with_stored_refresh(lake, RawDay(manifest, pages, tuple(etags)), day, account, stored)


def with_stored_refresh(
    lake: Lake, raw_day: RawDay, day: date, account: str, stored: Collection[str]
) -> RawDay:
    """Return the day with what the folder, whose keys have been listed, holds of earlier days read again with it."""
    key = keys.refresh_manifest(day, account)
    found = lake.find(key) if key in stored else None
    if found is None:
        return raw_day
    refresh = lake.parse_model(key, found.body, RefreshManifest)
    return replace(raw_day, refresh=refresh)


def read_pages(
    lake: Lake, day: date, account: str, page_key: Callable[[date, str, int], str] = keys.raw_page
) -> list[Page]:
    """Return the pages stored so far, in order, up to the first gap."""
    return read_numbered(lake, keys.raw_folder(day, account), partial(page_key, day, account))


def read_numbered(lake: Lake, folder: str, page_key: Callable[[int], str]) -> list[Page]:
    """Return the pages of a folder whose keys `page_key` gives, counted from 1, up to the first gap."""
    return read_listed(lake, lake.keys(folder), page_key)


def read_listed(lake: Lake, stored: Collection[str], page_key: Callable[[int], str]) -> list[Page]:
    """Return what `read_numbered` does of a folder whose keys have been listed."""
    pages: list[Page] = []
    while (key := page_key(len(pages) + 1)) in stored:
        pages.append(parse_page(lake, key, lake.get(key)))
    return pages


def page_names(day: date, account: str, manifest: Manifest) -> tuple[str, ...]:
    """Return the names, within the account-day's folder, of the pages that a manifest counts."""
    numbered = (keys.raw_page(day, account, number) for number in range(1, manifest.pages + 1))
    return manifest.names or tuple(map(name_of, numbered))


def name_of(key: str) -> str:
    """Return the name of a raw object within its account-day's folder."""
    return key.rpartition("/")[2]


def newest_reading(stored: Collection[str]) -> int:
    """Return the number of the newest reading by --refetch among an account-day's keys; 0 when there is none."""
    found = map(catalogue.REFETCHED_PAGE.fields, stored)
    return max((int(fields["reading"]) for fields in found if fields), default=0)


def find_manifest(lake: Lake, day: date, account: str) -> Manifest | None:
    """Return the manifest, or None while the day is not read to its end (or its pages have expired)."""
    return lake.find_model(keys.raw_manifest(day, account), Manifest)


def find_refresh_manifest(lake: Lake, day: date, account: str) -> RefreshManifest | None:
    """Return what reading the days before again has found, or None when that was not done, or not to its end."""
    return lake.find_model(keys.refresh_manifest(day, account), RefreshManifest)
