"""Stage four: the day's roll-up, its spreadsheet of all accounts, and the report made from them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
from pydantic import BaseModel, ConfigDict

from pipeline.erasure import register
from pipeline.erasure.posts import erase_older
from pipeline.errors import ReportError
from pipeline.lake import catalogue, keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes, find_plan
from pipeline.lake.frames import put_frame, read_frames
from pipeline.lake.no_tone import find_no_tone
from pipeline.lake.records import Outcome, Plan
from pipeline.refresh.deletions import DELETED_AT_X, forgotten_by
from pipeline.schema import POSTS
from pipeline.transform.rollup import roll_up
from pipeline.transform.spreadsheet import to_csv
from pipeline.transform.topics import count_topics

Publish = Callable[[Lake, date], str]


class Reported(BaseModel):
    """What `report` hands on: a key and counts."""

    model_config = ConfigDict(frozen=True)

    report: str  # the key of the page
    accounts: int
    posts: int


def report(lake: Lake, day: date, publish: Publish) -> Reported:
    """Roll the day up, write it, and have `publish` render it; nothing is read from X.

    `publish` is `reports.publish`, handed in because the pipeline does not know the pages made from it. Covers
    all of the day's outcomes, whichever accounts this run was for. Raises `ReportError` for a day that was
    never planned.
    """
    stored = _read(lake, day)
    if stored is None:
        raise ReportError(f"there is no plan for {day} in {lake.url}; run that day first")
    with_deleted = [account for account, outcome in stored.outcomes.items() if outcome.deleted]
    _make_without_deleted(lake, day, with_deleted, publish)
    return _make_current(lake, day, stored, publish)


@dataclass(frozen=True)
class _StoredDay:
    """What a day's roll-up is made from, and its ETags from before it was read."""

    etags: Mapping[str, str]
    plan: Plan
    outcomes: Mapping[str, Outcome]


def _read(lake: Lake, day: date) -> _StoredDay | None:
    """Return what is stored of a day; None when it was never planned."""
    etags = _made_from(lake, day)
    plan = find_plan(lake, day)
    return _StoredDay(etags, plan, find_outcomes(lake, day)) if plan else None


def _make_current(lake: Lake, day: date, stored: _StoredDay | None, publish: Publish) -> Reported:
    """Make a day's roll-up and pages from all that is stored of it, whichever runs write at the same time.

    A run that ended an account's day meanwhile may have written its report before this one, which lacks it: then the
    day is read and made again.
    """
    while stored is not None:
        made = _make(lake, stored.plan, stored.outcomes, publish)
        if _made_from(lake, day) == stored.etags:
            return made
        stored = _read(lake, day)
    raise ReportError(f"the plan of {day} in {lake.url} was removed meanwhile; run that day again")


def _made_from(lake: Lake, day: date) -> dict[str, str]:
    """Return what a day's roll-up is made from, as ETags: its plan and its outcomes."""
    return lake.etags(keys.plan(day)) | lake.etags(catalogue.OUTCOME.prefix(day=day))


def _make_without_deleted(lake: Lake, day: date, accounts: Sequence[str], publish: Publish) -> None:
    """Make earlier days again that have lost posts: X no longer had these when `day` was run, so they are forgotten.

    Oldest first, and with them the pages in between, which compare with them.
    """
    deleted = {account: forgotten_by(lake, day, account) for account in accounts}
    days = {each for found in deleted.values() for each in found.days}
    if not days:
        return
    for back in range((day - min(days)).days, 0, -1):
        earlier = day - timedelta(days=back)
        if earlier in days and (stored := _read(lake, earlier)):
            _make_current(lake, earlier, stored, publish)
        elif lake.exists(keys.report(earlier)):
            publish(lake, earlier)
    for found in deleted.values():
        erase_older(lake, register.begin(lake, found.post_ids, DELETED_AT_X))


def _make(lake: Lake, plan: Plan, outcomes: Mapping[str, Outcome], publish: Publish) -> Reported:
    day = plan.day
    with_posts = [
        entry.account
        for entry in plan.accounts
        if entry.account in outcomes and outcomes[entry.account].status.has_posts
    ]
    stored = [keys.posts(day, account) for account in with_posts]
    again = f"run the day again: ./aviary run --day {day}"
    posts = read_frames(lake, stored, POSTS, again).sort("account", "created_at", "post_id")
    put_frame(lake, keys.posts_daily(day), posts.select(pl.lit(day).alias("day"), *POSTS.names()))
    lake.put(keys.all_accounts_csv(day), to_csv(posts))
    put_frame(lake, keys.topics(day), count_topics(posts, day))
    put_frame(lake, keys.rollup(day), roll_up(plan, outcomes, posts, find_no_tone(lake, day)))
    return Reported(report=publish(lake, day), accounts=len(plan.accounts), posts=posts.height)
