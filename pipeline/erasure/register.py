"""What must stay forgotten: one small record for each post and account, and the test that every new page has to pass.

A record holds no content. `without_forgotten` reads the keys between the lowest and the highest id that a page
mentions: one request, however long the lake's history.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from pipeline import clock
from pipeline.erasure.redact import ErasureTarget, is_retweet, mentioned_ids, redact
from pipeline.lake import catalogue, keys
from pipeline.lake.kinds import ObjectKind
from pipeline.lake.records import ErasureRecord
from pipeline.page import Page

if TYPE_CHECKING:
    from pipeline.lake.client import Lake


def target_of(record: ErasureRecord) -> ErasureTarget:
    """Return what a record says must be forgotten."""
    return ErasureTarget(
        frozenset(record.post_ids),
        frozenset([record.account] if record.account else ()),
        frozenset(record.user_ids),
    )


def save(lake: "Lake", record: ErasureRecord) -> None:
    """Write the record at each of its names, its own first name last: that one says that the others are written."""
    if record.account:
        lake.put_model(keys.erased_account(record.account), record)
    for post_id in reversed(record.post_ids):
        lake.put_model(keys.erased_post(post_id), record)


def begin(lake: "Lake", post_ids: Iterable[str], reason: str) -> ErasureRecord:
    """Return the record of an erasure of posts: a new one, or as far as an earlier attempt has brought it."""
    wanted = sorted(set(post_ids), key=int)
    earlier = [
        record
        for post_id in wanted
        if (record := lake.find_model(keys.erased_post(post_id), ErasureRecord)) is not None
    ]
    return ErasureRecord(
        post_ids=tuple(wanted),
        reason=earlier[0].reason if earlier else reason,
        forgotten_at=min((record.forgotten_at for record in earlier), default=clock.now()),
    ).extended(
        (post_id for record in earlier for post_id in record.post_ids),
        (account_day for record in earlier for account_day in record.account_days),
    )


def begin_account(lake: "Lake", account: str, user_ids: Iterable[str], reason: str) -> ErasureRecord:
    """Return the record of an erasure of an account: a new one, or as far as an earlier attempt has brought it."""
    earlier = lake.find_model(keys.erased_account(account), ErasureRecord)
    record = earlier or ErasureRecord(account=account, reason=reason, forgotten_at=clock.now())
    return record.model_copy(update={"user_ids": tuple(sorted({*record.user_ids, *user_ids}, key=int))})


def erased_accounts(lake: "Lake") -> set[str]:
    """Return the lower-case handles of the accounts that must stay forgotten."""
    return {fields["account"] for _, fields in _stored(lake, catalogue.ERASED_ACCOUNT)}


def without_forgotten(lake: "Lake", page: Page) -> Page:
    """Return a page without what must stay forgotten, whatever X sends again."""
    target = erased_among(lake, [page])
    return redact(page, target) if target != ErasureTarget() else page


def erased_posts(lake: "Lake", post_ids: Collection[str]) -> set[str]:
    """Return those of the posts that must stay forgotten; one request."""
    if not post_ids:
        return set()
    lowest, highest = keys.erased_post(min(post_ids, key=int)), keys.erased_post(max(post_ids, key=int))
    stored = _stored(lake, catalogue.ERASED_POST, after=lowest.removesuffix(".json"), last=highest)
    return {fields["post"].lstrip("0") or "0" for _, fields in stored}.intersection(post_ids)


def erased_among(lake: "Lake", pages: Sequence[Page]) -> ErasureTarget:
    """Return what of the pages must stay forgotten; one request, or two where they may hold posts of others."""
    ids = {post_id for page in pages for post_id in mentioned_ids(page)}
    if not ids:
        return ErasureTarget()
    # Only what a page includes, or repeats, can be another account's.
    of_others = any(page.included or any(map(is_retweet, page.items)) for page in pages)
    accounts = [key for key, _ in _stored(lake, catalogue.ERASED_ACCOUNT)] if of_others else []
    records = [record for key in accounts if (record := lake.find_model(key, ErasureRecord))]
    return ErasureTarget(
        frozenset(erased_posts(lake, ids)),
        frozenset(record.account for record in records if record.account),
        frozenset(user_id for record in records for user_id in record.user_ids),
    )


def _stored(
    lake: "Lake", kind: ObjectKind, after: str = "", last: str | None = None
) -> list[tuple[str, dict[str, str]]]:
    """Return the keys of a kind, each with the values in it."""
    stored = lake.keys(kind.prefix(), after=after, last=last)
    return [(key, fields) for key in stored if (fields := kind.fields(key))]
