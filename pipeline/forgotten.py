"""What must stay forgotten: one small record for each post and account, and the test that every new page has to pass.

A record holds no content. `without_forgotten` reads the keys between the lowest and the highest id that a page
speaks of: one request, however long the lake's history.
"""

from collections.abc import Iterable
from datetime import date

from pydantic import AwareDatetime, BaseModel, ConfigDict

from pipeline import clock, keys
from pipeline.lake import Lake
from pipeline.raw import Page
from pipeline.tombstones import Subject, is_retweet, mentioned, strip

Place = tuple[date, str]  # a local day, and an account of it


class Record(BaseModel):
    """One forgetting. It stands at each of its posts, so that whoever begins it again knows how far it reaches."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    post_ids: tuple[str, ...] = ()  # with their versions and the retweets of them that were found
    account: str | None = None
    user_ids: tuple[str, ...] = ()  # of the account
    places: tuple[Place, ...] = ()  # that held any of it
    reason: str
    forgotten_at: AwareDatetime

    @property
    def subject(self) -> Subject:
        """What must be forgotten."""
        return Subject(
            frozenset(self.post_ids),
            frozenset([self.account] if self.account else ()),
            frozenset(self.user_ids),
        )

    @property
    def days(self) -> list[date]:
        """The local days that held any of it."""
        return sorted({day for day, _ in self.places})

    def reaching(self, post_ids: Iterable[str], places: Iterable[Place]) -> "Record":
        """Return the record with these posts and places as well."""
        others = sorted(set(post_ids) - set(self.post_ids), key=int)
        return self.model_copy(
            update={"post_ids": (*self.post_ids, *others), "places": tuple(sorted({*self.places, *places}))}
        )


def remember(lake: Lake, record: Record) -> None:
    """Write the record at each of its names, its own first name last: that one tells that the others are written."""
    if record.account:
        lake.put_model(keys.forgotten_account(record.account), record)
    for post_id in reversed(record.post_ids):
        lake.put_model(keys.forgotten_post(post_id), record)


def begin(lake: Lake, post_ids: Iterable[str], reason: str) -> Record:
    """Return the record of a forgetting of posts: a new one, or as far as an earlier attempt has brought it."""
    wanted = sorted(set(post_ids), key=int)
    earlier = [record for post_id in wanted if (record := find(lake, keys.forgotten_post(post_id)))]
    return Record(
        post_ids=tuple(wanted),
        reason=earlier[0].reason if earlier else reason,
        forgotten_at=min((record.forgotten_at for record in earlier), default=clock.now()),
    ).reaching(
        (post_id for record in earlier for post_id in record.post_ids),
        (place for record in earlier for place in record.places),
    )


def begin_account(lake: Lake, account: str, user_ids: Iterable[str], reason: str) -> Record:
    """Return the record of a forgetting of an account: a new one, or as far as an earlier attempt has brought it."""
    earlier = find(lake, keys.forgotten_account(account))
    record = earlier or Record(account=account, reason=reason, forgotten_at=clock.now())
    return record.model_copy(update={"user_ids": tuple(sorted({*record.user_ids, *user_ids}, key=int))})


def find(lake: Lake, key: str) -> Record | None:
    """Return the record at `key`, or None."""
    body = lake.find(key)
    return Record.model_validate_json(body) if body else None


def without_forgotten(lake: Lake, page: Page) -> Page:
    """Return a page without what must stay forgotten, whatever X sends again."""
    ids = mentioned(page)
    if not ids:
        return page
    lowest, highest = keys.forgotten_post(min(ids, key=int)), keys.forgotten_post(max(ids, key=int))
    stored = lake.keys(keys.FORGOTTEN_POSTS, after=lowest.removesuffix(".json"), last=highest)
    forgotten = ids & {keys.name_of_forgotten(key) for key in stored}
    # Only what a page includes, or repeats, can be another account's.
    of_others = page.included or any(map(is_retweet, page.items))
    accounts = lake.keys(keys.FORGOTTEN_ACCOUNTS) if of_others else []
    records = [record for key in accounts if (record := find(lake, key))]
    subject = Subject(
        frozenset(forgotten),
        frozenset(record.account for record in records if record.account),
        frozenset(user_id for record in records for user_id in record.user_ids),
    )
    return strip(page, subject) if subject != Subject() else page
