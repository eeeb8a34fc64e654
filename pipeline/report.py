"""Stage four: the day's roll-up, its spreadsheet of all accounts, and the report made from them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict

from pipeline import keys
from pipeline.errors import ReportError
from pipeline.gone import GONE, find_gone
from pipeline.lake import Lake
from pipeline.outcome import Outcome, find_outcomes
from pipeline.planned import Plan, find_plan
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
    _make_without_gone(lake, day, [account for account, outcome in outcomes.items() if outcome.gone], publish)
    return _make(lake, plan, outcomes, publish)


def _make_without_gone(lake: Lake, day: date, accounts: Sequence[str], publish: Publish) -> None:
    """Make earlier days again whose posts were found to be gone from X when `day` was run, and are forgotten.

    Oldest first, and with them the pages in between, which compare with them.
    """
    gone = {account: found for account in accounts if (found := find_gone(lake, day, account))}
    days = {each for found in gone.values() for each in found.days}
    if not days:
        return
    from pipeline import forget, forgotten  # noqa: PLC0415  # they bring all of analyzing

    for back in range((day - min(days)).days, 0, -1):
        earlier = day - timedelta(days=back)
        if plan := find_plan(lake, earlier) if earlier in days else None:
            _make(lake, plan, find_outcomes(lake, earlier), publish)
        elif lake.exists(keys.report(earlier)):
            publish(lake, earlier)
    for found in gone.values():
        forget.erase_older(lake, forgotten.begin(lake, found.post_ids, GONE))


def _make(lake: Lake, plan: Plan, outcomes: Mapping[str, Outcome], publish: Publish) -> Reported:
    day = plan.day
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
