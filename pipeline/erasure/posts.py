"""Removes posts from everywhere they are stored; each keeps its place in the counts.

Killed anywhere, it is finished by running it again: the record comes first, and says what must go and where it
was; raw pages go before what is made of them; and what is left is found by looking, older versions included.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from io import BytesIO

import polars as pl

from pipeline.erasure import register
from pipeline.erasure.locate import find_matches, read_again_since, sources_since, stored_of, stored_on
from pipeline.erasure.rebuild import rebuild, redact_object
from pipeline.erasure.redact import ErasureTarget, copy_of, forgotten_items, related, related_in, versions
from pipeline.erasure.register import target_of
from pipeline.errors import LakeError
from pipeline.lake import catalogue
from pipeline.lake.catalogue import KINDS, account_day_of, find_kind
from pipeline.lake.client import Lake
from pipeline.lake.kinds import Redaction
from pipeline.lake.raw import parse_page
from pipeline.lake.records import AccountDay, ErasureRecord
from pipeline.lake.versions import Version, erase, list_versions, read_version
from pipeline.progress import OnProgress, no_progress
from pipeline.schema import POSTS
from pipeline.x_api.snowflakes import written_at

_A_DAY = timedelta(days=1)  # what a local day may differ from UTC's


@dataclass(frozen=True)
class Removed:
    """What an erasure has done so far: its record, and how many objects held any of it, by kind."""

    record: ErasureRecord
    objects: Counter[str]


@dataclass(frozen=True)
class Preview:
    """What an erasure would remove: how many posts, from how many objects by kind, of which account-days."""

    posts: int
    objects: Counter[str]
    account_days: tuple[AccountDay, ...]
    is_begun: bool  # an earlier attempt has left its record

    @property
    def is_held(self) -> bool:
        """Whether the lake holds anything to remove, or a record of what it held."""
        return self.is_begun or bool(self.objects)


@dataclass(frozen=True)
class _Search:
    """What was found of some posts, and how far it reaches."""

    record: ErasureRecord
    copies: frozenset[str]  # how retweets of the posts read
    found: list[Version]  # in what posts are looked for
    shown: list[Version]  # in what is made from that

    @property
    def target(self) -> ErasureTarget:
        return replace(target_of(self.record), copies=self.copies)

    @property
    def objects(self) -> Counter[str]:
        return Counter(label(version) for version in [*self.found, *self.shown])


def forget_posts(
    lake: Lake, account: str, post_ids: Collection[str], days: Collection[date], reason: str
) -> Removed:
    """Remove posts from what an account has stored of some days; `reason` is kept, so it holds no content.

    What all accounts share of these days (the roll-up, the spreadsheet of all, the pages) is not touched: make it
    again with `pipeline.report.report` for each of `record.days`, then call `finish`. Later readings leave the posts
    out on their own. Costs a few requests per day; what other accounts repeat of the posts is `forget_everywhere`'s.
    """
    record = register.begin(lake, post_ids, reason)
    register.save(lake, record)
    record = record.extended((), ((day, account) for day in days))
    record, found = _find(lake, record, stored_of(lake, account, days))
    register.save(lake, record)
    if days:  # a post also stands where X was asked about its day later
        read_again = [each for each in read_again_since(lake, account, min(days)) if each not in found]
        found += find_matches(lake, read_again, target_of(record))
    _remove(lake, record, found)
    return Removed(record, Counter(label(version) for version in found))


def forget_everywhere(
    lake: Lake, post_ids: Collection[str], reason: str, on_object: OnProgress = no_progress
) -> Removed:
    """Remove posts, and retweets of them, from all accounts and days; the rest is as with `forget_posts`.

    Reads what was stored since the posts were written: only looking tells where they are.
    """
    record = register.begin(lake, post_ids, reason)
    register.save(lake, record)
    search = _search(lake, record, on_object)
    register.save(lake, search.record)
    _remove(lake, search.record, search.found, search.copies)
    return Removed(search.record, search.objects)


def preview_posts(lake: Lake, post_ids: Collection[str], on_object: OnProgress = no_progress) -> Preview:
    """Return what `forget_everywhere` would remove; reads as much, and changes nothing."""
    search = _search(lake, register.begin(lake, post_ids, ""), on_object)
    return Preview(
        posts=count_posts(lake, search.found, search.target),
        objects=search.objects,
        account_days=search.record.account_days,
        is_begun=bool(register.erased_posts(lake, post_ids)),
    )


def count_posts(lake: Lake, found: Iterable[Version], target: ErasureTarget) -> int:
    """Return how many posts that must be forgotten the objects hold, versions of an edited post as one."""
    newest: set[str] = set()
    for version in found:
        kind = find_kind(version.key)
        if kind is catalogue.POSTS:
            newest |= related_in(_frame(lake, version), target)
        elif kind and kind.redaction is Redaction.PAGE and (body := read_version(lake, version)):
            ids = map(versions, forgotten_items(parse_page(lake, version.key, body), target))
            newest |= {max(of_post, key=int) for of_post in ids if of_post}
    return len(newest)


def finish(lake: Lake, record: ErasureRecord, on_object: OnProgress = no_progress) -> int:
    """Remove the older versions that still hold what `record` forgets; return how many objects were searched.

    Call it when the days' pages are made again. Raises `LakeError` when anything is still there, and names it.
    """
    stored = stored_on(lake, record.days)
    if record.account:  # of the days' other accounts only those matter that have repeated it
        stored = [each for each in stored if account_day_of(each.key) in {None, *record.account_days}]
        stored += shared_versions(lake)
    found = find_matches(lake, stored, target_of(record), on_object)
    if record.account:
        # Older lines of the index may name the account in words that no search could distinguish.
        found += [version for version in stored if not version.latest and _is_index(version.key)]
    left = [version.key for version in found if version.latest]
    for version in found:
        if not version.latest and version.holds:
            erase(lake, version)
    if left:
        raise LakeError(
            f"{lake.url}/{left[0]} still holds what must be forgotten; run the same command again"
        )
    return sum(version.holds for version in stored)


def erase_older(lake: Lake, record: ErasureRecord) -> None:
    """Remove the older versions that still hold what `record` forgets, when what is current is made again.

    Without versioning it reads nothing.
    """
    older = [version for version in stored_on(lake, record.days) if not version.latest]
    for version in find_matches(lake, older, target_of(record)):
        erase(lake, version)


def shared_versions(lake: Lake) -> list[Version]:
    """Return all versions of what has entries of several accounts, and is not made from anything else."""
    return [version for kind in KINDS if kind.names_accounts for version in list_versions(lake, kind.folder)]


def label(version: Version) -> str:
    """Return what an object is, for people."""
    return version.key.partition("/")[0] if version.latest else "older versions"


def _search(lake: Lake, record: ErasureRecord, on_object: OnProgress) -> _Search:
    """Look for the record's posts, and retweets of them, in all that was stored since they were written."""
    instants = [written_at(post_id) for post_id in record.post_ids]
    known = [instant.date() for instant in instants if instant]
    since = min(known) - _A_DAY if len(known) == len(instants) else None
    stored = sources_since(lake, since)
    own = {day + days * _A_DAY for day in known for days in (-1, 0, 1)} if since else None
    copies = _copies(lake, stored, target_of(record), own)
    record, found = _find(lake, record, stored, on_object, copies)
    primary = {version.key for version in stored}
    others = [version for version in stored_on(lake, record.days) if version.key not in primary]
    return _Search(record, copies, found, find_matches(lake, others, target_of(record)))


def _copies(
    lake: Lake, stored: Iterable[Version], target: ErasureTarget, days: Collection[date] | None
) -> frozenset[str]:
    """Return how retweets of the posts read; the text comes from the posts themselves, stored on `days`."""
    own = [
        version
        for version in stored
        if find_kind(version.key) is catalogue.POSTS
        and (days is None or catalogue.day_of(version.key) in days)
    ]
    return frozenset(
        copy_of(row["account"], row["text"])
        for version in find_matches(lake, own, target)
        for row in _frame(lake, version).to_dicts()
        if row["post_id"] in target.post_ids and row["kind"] != "retweet"
    )


def _find(
    lake: Lake,
    record: ErasureRecord,
    stored: list[Version],
    on_object: OnProgress = no_progress,
    copies: frozenset[str] = frozenset(),
) -> tuple[ErasureRecord, list[Version]]:
    """Find what must go, and return the record as far as that reaches."""
    while True:
        target = replace(target_of(record), copies=copies)
        found = find_matches(lake, stored, target, on_object)
        others = _related(lake, found, target)
        if others <= set(record.post_ids):
            break
        record = record.extended(others, ())  # a retweet has an id of its own, by which other objects know it
    places = (place for version in found if (place := account_day_of(version.key)))
    return record.extended((), places), found


def _remove(
    lake: Lake, record: ErasureRecord, found: Iterable[Version], copies: frozenset[str] = frozenset()
) -> None:
    """Take what must go out of what was found, and rebuild what is made of that."""
    target = replace(target_of(record), copies=copies)
    for version in found:
        if version.latest:
            redact_object(lake, version.key, target)
    for place in record.account_days:
        rebuild(lake, place, target)
    for version in found:
        if not version.latest:
            erase(lake, version)


def _is_index(key: str) -> bool:
    kind = find_kind(key)
    return kind is not None and kind.redaction is Redaction.RENDERED and not kind.has_day


def _related(lake: Lake, found: Iterable[Version], target: ErasureTarget) -> set[str]:
    """Return the ids that go with the posts: their other versions, and retweets of them."""
    others: set[str] = set()
    for version in found:
        kind = find_kind(version.key)
        if kind and kind.redaction is Redaction.PAGE:
            body = read_version(lake, version)
            others |= related(parse_page(lake, version.key, body), target) if body else set()
        elif kind is catalogue.POSTS:
            others |= related_in(_frame(lake, version), target)
    return others


def _frame(lake: Lake, version: Version) -> pl.DataFrame:
    body = read_version(lake, version)
    return pl.read_parquet(BytesIO(body)) if body else pl.DataFrame(schema=POSTS)
