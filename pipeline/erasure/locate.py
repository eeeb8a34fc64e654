"""Looks through the bytes that the lake stores, older versions included, for what must be forgotten."""

import re
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

import polars as pl

from pipeline.erasure.redact import ErasureTarget, redact, redact_frame
from pipeline.lake import catalogue
from pipeline.lake.catalogue import KINDS
from pipeline.lake.frames import READERS
from pipeline.lake.kinds import Redaction
from pipeline.lake.versions import Version, list_versions, read_version
from pipeline.page import decompress, unpack
from pipeline.progress import OnProgress, no_progress

if TYPE_CHECKING:
    from pipeline.lake.client import Lake

_ZSTD, _PARQUET, _CSV = b"\x28\xb5\x2f\xfd", b"PAR1", b"\xef\xbb\xbf"


def sources_since(lake: "Lake", first: date | None) -> list[Version]:
    """Return all versions of what posts are looked for in, of the days from `first` on or of all."""
    return [
        version
        for prefix in catalogue.sources()
        for version in list_versions(
            lake, f"{prefix.partition('/')[0]}/", after=f"{prefix}{first}" if first else ""
        )
    ]


def stored_of(lake: "Lake", account: str, days: Collection[date]) -> list[Version]:
    """Return all versions of what shows posts of some days and belongs to one account."""
    kinds = [kind for kind in KINDS if kind.is_of_account and kind.redaction is not Redaction.NO_POSTS]
    prefixes = _distinct(
        kind.prefix(day=day, account=account) for day in sorted(days) for kind in kinds if kind.has_day
    )
    found = [version for prefix in prefixes for version in list_versions(lake, prefix)]
    return found + [
        version
        for version in _observed_since(lake, min(days) if days else None)
        if catalogue.account_of(version.key) == account
    ]


def stored_on(lake: "Lake", days: Collection[date]) -> list[Version]:
    """Return all versions of everything that may show posts of some days, pages of more than one day included."""
    if not days:
        return []
    shown = [
        kind for kind in KINDS if kind.redaction is not Redaction.NO_POSTS and kind is not catalogue.METRICS
    ]
    of_days = [kind.prefix(day=day) for kind in shown if kind.has_day for day in sorted(days)]
    of_years = [
        kind.prefix(year=f"{year:04d}")
        for kind in shown
        if not kind.has_day
        for year in sorted({day.year for day in days})
    ]
    prefixes = _distinct([*of_days, *of_years])
    found = [version for prefix in prefixes for version in list_versions(lake, prefix)]
    return found + _observed_since(lake, min(days))


def _observed_since(lake: "Lake", first: date | None) -> list[Version]:
    """Return all versions of counts that were read again on a date from `first` on; none without a date."""
    if first is None:
        return []
    metrics = catalogue.METRICS
    return list_versions(lake, metrics.folder, after=f"{metrics.date_prefix}{first}")


def find_matches(
    lake: "Lake", stored: Sequence[Version], target: ErasureTarget, on_object: OnProgress = no_progress
) -> list[Version]:
    """Return those of the `stored` versions that hold anything of `target`; `on_object` follows the reading."""
    readable = [version for version in stored if version.holds]

    def look(version: Version) -> bool:
        body = read_version(lake, version)
        return body is not None and holds(body, target)

    found = []
    with ThreadPoolExecutor(READERS) as pool:
        for done, (version, hit) in enumerate(zip(readable, pool.map(look, readable), strict=True), 1):
            if hit:
                found.append(version)
            on_object(done, len(readable))
    return found


def holds(body: bytes, target: ErasureTarget) -> bool:
    """Whether an object's bytes hold anything of `target`.

    An id is looked for in all there is to read in them. Of accounts only what is theirs counts: that others mention
    them does not.
    """
    return bool(
        target.ids.search(_readable(body))
        or (target.accounts and _holds_accounts(body, target))
        or (target.copies and body.startswith(_PARQUET) and _frame_holds(_frame(body), target))
    )


def _readable(body: bytes) -> str:
    if body.startswith(_ZSTD):
        return decompress(body).decode()
    if body.startswith(_PARQUET):
        return _frame(body).write_ndjson()
    return body.decode(errors="replace")


def _holds_accounts(body: bytes, target: ErasureTarget) -> bool:
    if body.startswith(_ZSTD):
        page = unpack(body)
        return redact(page, target) != page
    if body.startswith(_PARQUET):
        return _frame_holds(_frame(body), target)
    if body.startswith(_CSV):
        cells = pl.read_csv(BytesIO(body), infer_schema=False).rename({"user": "account"})
        return _frame_holds(cells.with_columns(pl.col("account").str.strip_prefix("'")), target)
    names = "|".join(sorted(target.accounts))
    shown = rf'<bdi>@({names})</bdi>|data-a="({names})"|"https://x\.com/({names})/|"account": "({names})"'
    return re.search(shown, body.decode(errors="replace"), re.IGNORECASE) is not None


def _frame_holds(frame: pl.DataFrame, target: ErasureTarget) -> bool:
    return not redact_frame(frame, target).equals(frame)


def _frame(body: bytes) -> pl.DataFrame:
    return pl.read_parquet(BytesIO(body))


def _distinct(prefixes: Iterable[str]) -> list[str]:
    """Return the prefixes once each, without those below another one of them."""
    wanted = list(dict.fromkeys(prefixes))
    return [one for one in wanted if not any(one != other and one.startswith(other) for other in wanted)]
