"""Stage four: the day's roll-up, its spreadsheet of all accounts, and the report made from them."""

from collections.abc import Callable
from datetime import date

from pydantic import BaseModel, ConfigDict

from pipeline import keys
from pipeline.errors import ReportError
from pipeline.lake import Lake
from pipeline.outcome import find_outcomes
from pipeline.planned import find_plan
from pipeline.rollup import roll_up
from pipeline.schema import POSTS
from pipeline.spreadsheet import to_csv

Publish = Callable[[Lake, date], str]


class Reported(BaseModel):
    """What `report` hands on: a key and counts."""

    model_config = ConfigDict(frozen=True)

    report: str  # the key of the page
    accounts: int
    posts: int


def report(lake: Lake, day: date, publish: Publish) -> Reported:
    """Roll the day up, write it, and have `publish` render it; nothing is read from X.

    `publish` is `reports.publish`, handed in because the work does not know the pages made from it. Covers
    all of the day's outcomes, whichever accounts this run was for. Raises `ReportError` for a day that was
    never planned.
    """
    plan = find_plan(lake, day)
    if plan is None:
        raise ReportError(f"there is no plan for {day} in {lake.url}; run that day first")
    outcomes = find_outcomes(lake, day)
    with_posts = [
        entry.account
        for entry in plan.accounts
        if entry.account in outcomes and outcomes[entry.account].status.has_posts
    ]
    stored = [keys.posts(day, account) for account in with_posts]
    again = f"run the day again: python -m pipeline run --day {day}"
    posts = lake.collect(lake.scan_parquet(stored, POSTS), stored, again).sort(
        "account", "created_at", "post_id"
    )
    lake.put(keys.all_accounts_csv(day), to_csv(posts), "text/csv; charset=utf-8")
    lake.put_parquet(keys.rollup(day), roll_up(plan, outcomes, posts))
    return Reported(report=publish(lake, day), accounts=len(plan.accounts), posts=posts.height)
