"""Looks through the bytes that the lake stores, older versions included, for what must be forgotten."""

import re
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import BytesIO

import polars as pl

from pipeline import keys
from pipeline.lake import Lake, Version
from pipeline.raw import unpack, unzipped
from pipeline.tombstones import Subject, strip, strip_frame

READERS = 16
_ZSTD, _PARQUET, _CSV = b"\x28\xb5\x2f\xfd", b"PAR1", b"\xef\xbb\xbf"

OnObject = Callable[[int, int], None]


def nobody(done: int, total: int) -> None:
    """Hear of no progress."""


def stored_since(lake: Lake, first: date | None) -> list[Version]:
    """Return all versions of what holds posts, of the days from `first` on or of all: not what is made of these."""
    return [
        version
        for prefix in keys.OF_POSTS
        for version in lake.versions(
            f"{prefix.partition('/')[0]}/", after=f"{prefix}{first}" if first else ""
        )
    ]


def stored_of(lake: Lake, account: str, days: Collection[date]) -> list[Version]:
    """Return all versions of what shows posts of some days and belongs to one account."""
    prefixes = [prefix for day in sorted(days) for prefix in keys.account_content(day, account)]
    found = [version for prefix in prefixes for version in lake.versions(prefix)]
    observed = lake.versions("metrics/", after=f"metrics/observed={min(days)}") if days else []
    return found + [version for version in observed if f"/account={account}/" in version.key]


def stored_on(lake: Lake, days: Collection[date]) -> list[Version]:
    """Return all versions of everything that may show posts of some days, pages of more than one day included."""
    if not days:
        return []
    prefixes = [
        f"{prefix}{day}/"
        for prefix in (*keys.OF_POSTS, *keys.OF_DAYS)
        if not prefix.startswith("metrics/")
        for day in sorted(days)
    ]
    prefixes += [keys.REPORT_LINES_PREFIX, keys.REPORTS_INDEX, keys.REPORTS_LATEST]
    prefixes += [keys.report_year(year) for year in sorted({day.year for day in days})]
    found = [version for prefix in prefixes for version in lake.versions(prefix)]
    return found + lake.versions("metrics/", after=f"metrics/observed={min(days)}")


def holding(
    lake: Lake, stored: Sequence[Version], subject: Subject, on_object: OnObject = nobody
) -> list[Version]:
    """Return those of the `stored` versions that hold anything of `subject`; `on_object` hears of each read."""
    readable = [version for version in stored if version.holds]

    def look(version: Version) -> bool:
        body = lake.find_version(version)
        return body is not None and holds(body, subject)

    found = []
    with ThreadPoolExecutor(READERS) as pool:
        for done, (version, hit) in enumerate(zip(readable, pool.map(look, readable), strict=True), 1):
            if hit:
                found.append(version)
            on_object(done, len(readable))
    return found


def holds(body: bytes, subject: Subject) -> bool:
    """Whether an object's bytes hold anything of `subject`.

    An id is looked for in all there is to read in them. Of accounts only what is theirs counts: that others speak
    of them is not.
    """
    return bool(
        subject.ids.search(_readable(body))
        or (subject.accounts and _holds_accounts(body, subject))
        or (subject.copies and body.startswith(_PARQUET) and _frame_holds(_frame(body), subject))
    )


def _readable(body: bytes) -> str:
    if body.startswith(_ZSTD):
        return unzipped(body).decode()
    if body.startswith(_PARQUET):
        return _frame(body).write_ndjson()
    return body.decode(errors="replace")


def _holds_accounts(body: bytes, subject: Subject) -> bool:
    if body.startswith(_ZSTD):
        page = unpack(body)
        return strip(page, subject) != page
    if body.startswith(_PARQUET):
        return _frame_holds(_frame(body), subject)
    if body.startswith(_CSV):
        cells = pl.read_csv(BytesIO(body), infer_schema=False).rename({"user": "account"})
        return _frame_holds(cells.with_columns(pl.col("account").str.strip_prefix("'")), subject)
    names = "|".join(sorted(subject.accounts))
    shown = rf'<bdi>@({names})</bdi>|data-a="({names})"|"https://x\.com/({names})/|"account": "({names})"'
    return re.search(shown, body.decode(errors="replace"), re.IGNORECASE) is not None


def _frame_holds(frame: pl.DataFrame, subject: Subject) -> bool:
    return not strip_frame(frame, subject).equals(frame)


def _frame(body: bytes) -> pl.DataFrame:
    return pl.read_parquet(BytesIO(body))
