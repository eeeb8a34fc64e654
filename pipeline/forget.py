"""Removes posts from everywhere they are stored, and what is theirs keeps its place in the sums.

Killed anywhere, it is finished by running it again: the record comes first, and tells what must go and where it
was; raw pages go before what is made of them; and what is left is found by looking, older versions included.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from io import BytesIO

import polars as pl

from pipeline import forgotten, keys
from pipeline.errors import LakeError
from pipeline.forgotten import Record
from pipeline.lake import Lake, Version
from pipeline.mend import make_again, strip_object
from pipeline.raw import unpack
from pipeline.schema import POSTS
from pipeline.search import OnObject, holding, nobody, stored_of, stored_on, stored_since
from pipeline.snowflakes import written_at
from pipeline.tombstones import Subject, copy_of, related, related_in

_A_DAY = timedelta(days=1)  # what a local day may differ from UTC's


@dataclass(frozen=True)
class Removed:
    """What a forgetting has done so far: its record, and how many objects held any of it, by kind."""

    record: Record
    objects: Counter[str]


def forget_posts(
    lake: Lake, account: str, post_ids: Collection[str], days: Collection[date], reason: str
) -> Removed:
    """Remove posts from what an account has stored of some days; `reason` is kept, so it holds no content.

    What all accounts share of these days (the roll-up, the spreadsheet of all, the pages) is not touched: make it
    again with `pipeline.report.report` for each of `record.days`, then call `finish`. Later readings leave the posts
    out on their own. Costs a few requests per day; what other accounts repeat of the posts is `forget_everywhere`'s.
    """
    record = forgotten.begin(lake, post_ids, reason)
    forgotten.remember(lake, record)
    record = record.reaching((), ((day, account) for day in days))
    record, found = _find(lake, record, stored_of(lake, account, days))
    _remove(lake, record, found)
    return Removed(record, Counter(kind(version) for version in found))


def forget_everywhere(
    lake: Lake, post_ids: Collection[str], reason: str, on_object: OnObject = nobody
) -> Removed:
    """Remove posts, and retweets of them, from all accounts and days; the rest is as with `forget_posts`.

    Reads what was stored since the posts were written: where they stand is only told by looking.
    """
    record = forgotten.begin(lake, post_ids, reason)
    forgotten.remember(lake, record)
    instants = [written_at(post_id) for post_id in record.post_ids]
    known = [instant.date() for instant in instants if instant]
    since = min(known) - _A_DAY if len(known) == len(instants) else None
    stored = stored_since(lake, since)
    own = {day + days * _A_DAY for day in known for days in (-1, 0, 1)} if since else None
    copies = _copies(lake, stored, record.subject, own)
    record, found = _find(lake, record, stored, on_object, copies)
    primary = {version.key for version in stored}
    shown = [version for version in stored_on(lake, record.days) if version.key not in primary]
    shown = holding(lake, shown, record.subject)
    _remove(lake, record, found, copies)
    return Removed(record, Counter(kind(version) for version in [*found, *shown]))


def finish(lake: Lake, record: Record, on_object: OnObject = nobody) -> int:
    """Remove the older versions that still hold what `record` forgets; return how many objects were looked through.

    Call it when the days' pages are made again. Raises `LakeError` when anything is still there, and names it.
    """
    stored = stored_on(lake, record.days)
    if record.account:  # of the days' other accounts only those matter that have repeated it
        stored = [each for each in stored if keys.place(each.key) in {None, *record.places}]
        stored += [*lake.versions("plans/"), *lake.versions("users/")]
    found = holding(lake, stored, record.subject, on_object)
    if record.account:
        # Older lines of the index may name the account in words that no search could tell from others.
        found += [version for version in stored if not version.latest and _is_index(version.key)]
    left = [version.key for version in found if version.latest]
    for version in found:
        if not version.latest and version.holds:
            lake.erase(version)
    if left:
        raise LakeError(
            f"{lake.url}/{left[0]} still holds what must be forgotten; run the same command again"
        )
    return sum(version.holds for version in stored)


def erase_older(lake: Lake, record: Record) -> None:
    """Remove the older versions that still hold what `record` forgets, when what is current is made again.

    Without versioning it reads nothing.
    """
    older = [version for version in stored_on(lake, record.days) if not version.latest]
    for version in holding(lake, older, record.subject):
        lake.erase(version)


def _copies(
    lake: Lake, stored: Iterable[Version], subject: Subject, days: Collection[date] | None
) -> frozenset[str]:
    """Return how retweets of the posts read, of which the posts themselves, stored on `days`, tell the text."""
    own = [
        version
        for version in stored
        if version.key.startswith("posts/") and (days is None or keys.day_of(version.key) in days)
    ]
    return frozenset(
        copy_of(row["account"], row["text"])
        for version in holding(lake, own, subject)
        for row in _frame(lake, version).to_dicts()
        if row["post_id"] in subject.post_ids and row["kind"] != "retweet"
    )


def _find(
    lake: Lake,
    record: Record,
    stored: list[Version],
    on_object: OnObject = nobody,
    copies: frozenset[str] = frozenset(),
) -> tuple[Record, list[Version]]:
    """Find what must go, and record how far it reaches before any of it goes."""
    while True:
        subject = replace(record.subject, copies=copies)
        found = holding(lake, stored, subject, on_object)
        others = _related(lake, found, subject)
        if others <= set(record.post_ids):
            break
        record = record.reaching(others, ())  # a retweet has an id of its own, by which other objects know it
    record = record.reaching((), (place for version in found if (place := keys.place(version.key))))
    forgotten.remember(lake, record)
    return record, found


def _remove(
    lake: Lake, record: Record, found: Iterable[Version], copies: frozenset[str] = frozenset()
) -> None:
    """Take what must go out of what was found, and make what is made of that again."""
    subject = replace(record.subject, copies=copies)
    for version in found:
        if version.latest:
            strip_object(lake, version.key, subject)
    for place in record.places:
        make_again(lake, place, subject)
    for version in found:
        if not version.latest:
            lake.erase(version)


def _is_index(key: str) -> bool:
    return key.startswith("reports/") and keys.day_of(key) is None


def kind(version: Version) -> str:
    """Return what an object is, for people."""
    return version.key.partition("/")[0] if version.latest else "older versions"


def _related(lake: Lake, found: Iterable[Version], subject: Subject) -> set[str]:
    """Return the ids that go with the posts: their other versions, and retweets of them."""
    others: set[str] = set()
    for version in found:
        if version.key.startswith("raw/"):
            body = lake.find_version(version)
            others |= related(unpack(body), subject) if body else set()
        elif version.key.startswith("posts/"):
            others |= related_in(_frame(lake, version), subject)
    return others


def _frame(lake: Lake, version: Version) -> pl.DataFrame:
    body = lake.find_version(version)
    return pl.read_parquet(BytesIO(body)) if body else pl.DataFrame(schema=POSTS)
