"""Looks through the bytes that the lake stores, older versions included, for what must be forgotten.

An object holds something of it if redacting would change the object; so the search is the proof that nothing is left.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline import clock
from pipeline.erasure.redact import ErasureTarget, redact, redact_rows, redact_text
from pipeline.lake import catalogue, keys
from pipeline.lake.catalogue import KINDS
from pipeline.lake.frames import READERS
from pipeline.lake.kinds import Redaction
from pipeline.lake.periods import showing
from pipeline.lake.versions import Version, list_versions, read_version
from pipeline.page import decompress, unpack
from pipeline.progress import OnProgress, no_progress
from pipeline.transform.spreadsheet import read_cells

if TYPE_CHECKING:
    from pipeline.lake.client import Lake

_ZSTD, _PARQUET, _CSV = b"\x28\xb5\x2f\xfd", b"PAR1", b"\xef\xbb\xbf"
_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{4}")  # of JSON: its digits would hide a number that follows


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


def read_again_since(lake: "Lake", account: str, first: date) -> list[Version]:
    """Return all versions of the pages in which an account's earlier days were read again, from the day `first` on."""
    today = clock.now().date()  # UTC; a local day may be one ahead
    days = [first + timedelta(days=number) for number in range((today - first).days + 2)]
    kinds = (catalogue.REFRESH_PAGE, catalogue.LOOKUP_PAGE)
    return [
        version
        for day in days
        for version in list_versions(lake, keys.raw_folder(day, account))
        if catalogue.find_kind(version.key) in kinds
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
        if not kind.has_day and kind not in (catalogue.WEEK_REPORT, catalogue.MONTH_REPORT)
        for year in sorted({day.year for day in days})
    ]
    of_periods = [keys.period_report(period) for period in showing(days)]
    prefixes = _distinct([*of_days, *of_years, *of_periods])
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

    Of accounts only what is theirs counts: that others mention them does not.
    """
    if body.startswith(_ZSTD):
        return _page_holds(body, target)
    if body.startswith(_PARQUET):
        return _frame_holds(pl.read_parquet(BytesIO(body)), target)
    if body.startswith(_CSV) and (rows := _rows_of(body)):
        return _rows_hold(rows, target)
    return _text_holds(body, target)


def _page_holds(body: bytes, target: ErasureTarget) -> bool:
    of_accounts = target.accounts or target.user_ids
    if not of_accounts and not _has_digits(decompress(body), target):
        return False
    page = unpack(body)
    return redact(page, target) != page


def _frame_holds(frame: pl.DataFrame, target: ErasureTarget) -> bool:
    told_by_more = target.accounts or target.user_ids or target.copies
    if not told_by_more and not _has_digits(frame.write_ndjson().encode(), target):
        return False
    return _rows_hold(frame.to_dicts(), target)


def _rows_hold(rows: list[dict[str, Any]], target: ErasureTarget) -> bool:
    return redact_rows(rows, target) != rows


def _rows_of(body: bytes) -> list[dict[str, Any]] | None:
    """Return a spreadsheet's rows; None where it cannot be read as one of ours."""
    try:
        rows = read_cells(body)
    except pl.exceptions.PolarsError:
        return None
    return rows if rows and "post_id" in rows[0] else None


def _text_holds(body: bytes, target: ErasureTarget) -> bool:
    text = body.decode(errors="replace")
    if _has_digits(body, target):
        plain = _ESCAPE.sub(" ", text)
        if redact_text(plain, target) != plain:
            return True
    names = "|".join(sorted(target.accounts))
    marks = (
        rf"<bdi>@({names})</bdi>",
        rf'data-a="({names})"',
        rf'"https://x\.com/({names})/',
        rf'"account": "({names})"',
        rf"account-({names})\.html",
    )
    shown = "|".join(marks)
    return bool(names) and re.search(shown, text, re.IGNORECASE) is not None


def _has_digits(body: bytes, target: ErasureTarget) -> bool:
    """Whether any of the ids is there as digits: quick, and without it nothing more exact can find any."""
    return any(post_id.encode() in body for post_id in target.post_ids)


def _distinct(prefixes: Iterable[str]) -> list[str]:
    """Return the prefixes once each, without those below another one of them."""
    wanted = list(dict.fromkeys(prefixes))
    return [one for one in wanted if not any(one != other and one.startswith(other) for other in wanted)]
