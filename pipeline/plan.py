"""Stage one: which accounts this day is for, who they are on X, and whether the budget suffices."""

import difflib
from collections.abc import Sequence
from datetime import date

from pipeline import clock
from pipeline.accounts import Account, AccountsConfig
from pipeline.erasure.register import erased_accounts
from pipeline.errors import ConfigError
from pipeline.lake import keys, raw, retention
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes, find_plan, put_outcome
from pipeline.lake.records import AccountTask, Outcome, Plan, PlannedAccount
from pipeline.read.lookup import Found, look_up
from pipeline.spend.ledger import Budget, Ledger
from pipeline.status import Status
from pipeline.window import Window
from pipeline.x_api.client import XApi
from pipeline.x_api.problems import Refusal


def plan(
    lake: Lake,
    x: XApi,
    config: AccountsConfig,
    day: date,
    *,
    run_id: str,
    sample: bool,
    only: Sequence[str] = (),
    refetch: bool = False,
) -> list[AccountTask]:
    """Write the day's plan and return the tasks of this run, one per account it is for.

    Accounts already planned keep the settings they were planned with, so that a finished day repeats to the
    byte; a finished account is not looked up again. Accounts X refuses get their outcome here.

    Raises `ConfigError` for a day that is not over, an account that is not listed, or a lake that holds
    another timezone's or another source's day; `OverBudget` when not even the look-up can be paid; and the
    errors of `x_api`.
    """
    Window(day, config.timezone).require_closed(clock.now())
    chosen = choose(config.accounts, only)
    before = find_plan(lake, day)
    _require_same_source(before, config, sample)
    outcomes = find_outcomes(lake, day)
    if refetch:
        for account in chosen:
            _reset_account_day(lake, day, account.key)
            outcomes.pop(account.key, None)

    finished = {account for account, outcome in outcomes.items() if outcome.status.finished}
    budget = Budget(float(config.budget.usd_per_run), float(config.budget.usd_per_month))
    forgotten = erased_accounts(lake)
    unfinished = [account for account in chosen if account.key not in finished]
    ledger = Ledger(lake, run_id, budget)
    ledger.begin()
    unforgotten = [account for account in unfinished if account.key not in forgotten]
    found = look_up(lake, x, ledger, unforgotten, config.profile_days)
    again = {account.key: _forgotten(account) for account in unfinished if account.key in forgotten}
    found = Found(found.users, {**found.refusals, **again})
    for key, refusal in found.refusals.items():
        put_outcome(lake, day, key, Outcome(status=refusal.status, reason=refusal.reason))

    entries = {entry.account: entry for entry in before.accounts} if before else {}
    listed = {account.key for account in config.accounts}
    # An account that left accounts.yaml stays in a day it was stored for.
    planned = {account for account in entries if account in listed or account in outcomes}
    for account in chosen:
        planned.add(account.key)
        if account.key not in finished or account.key not in entries:
            frozen = None if refetch else entries.get(account.key)
            entries[account.key] = _entry(account, frozen, found)
    the_plan = Plan(
        day=day,
        timezone=config.timezone,
        sample=sample,
        failed_accounts=config.tolerate.failed_accounts,
        quarantined_posts=config.tolerate.quarantined_posts,
        accounts=tuple(entries[account] for account in sorted(planned)),
    )
    lake.put_model(keys.plan(day), the_plan)
    retention.keep(lake, config.retention.raw_days)
    return [_task(entries[account.key], the_plan, run_id, budget, found) for account in chosen]


def choose(accounts: Sequence[Account], only: Sequence[str]) -> list[Account]:
    """Return the accounts named by `only` in any letter case, or all. Raises `ConfigError` for others."""
    by_key = {account.key: account for account in accounts}
    wanted = {name.lower().removeprefix("@"): name for name in only}
    problems = []
    for key, name in wanted.items():
        if key not in by_key:
            near = difflib.get_close_matches(key, by_key, n=1)
            hint = f"did you mean {near[0]}?" if near else "add it there first"
            problems.append(f"--account {name!r} is not in accounts.yaml; {hint}")
    if problems:
        raise ConfigError(*problems)
    return [account for account in accounts if not only or account.key in wanted]


def _require_same_source(before: Plan | None, config: AccountsConfig, sample: bool) -> None:
    if before and before.timezone != config.timezone:
        raise ConfigError(
            f"{before.day} is stored with timezone {before.timezone}, and accounts.yaml now says {config.timezone}: "
            "the day would have other boundaries; put the timezone back to run this day again"
        )
    if before and before.sample != sample:
        kind, other = ("sample data", "X") if before.sample else ("posts of X", "the sandbox")
        raise ConfigError(
            f"{before.day} in this lake holds {kind}, and this run would read from {other}; use another AVIARY_LAKE"
        )


def _reset_account_day(lake: Lake, day: date, account: str) -> None:
    """Make the day unfinished before its pages go, so that after a crash in between a plain run completes it."""
    lake.delete(keys.outcome(day, account))
    raw.discard(lake, day, account)


def _forgotten(account: Account) -> Refusal:
    """Say why an account that was forgotten is not read: only a person can decide whether it may be again."""
    return Refusal(
        Status.FAILED,
        f"the account was forgotten by request; take it out of accounts.yaml, or delete "
        f"{keys.erased_account(account.key)} from the lake to read it again",
    )


def _entry(account: Account, frozen: PlannedAccount | None, found: Found) -> PlannedAccount:
    """Describe an account: settings as first planned, identity as now known."""
    user = found.users.get(account.key)
    return PlannedAccount(
        account=account.key,
        handle=user.handle if user else account.handle,
        group=frozen.group if frozen else account.group,
        user_id=user.user_id if user else None,
        name=user.name if user else None,
        followers=user.followers if user else None,
        followers_on=user.looked_up_on if user else None,
        post_count=user.post_count if user else None,
        created_at=user.created_at if user else None,
        include=frozen.include if frozen else account.include,
        max_posts=frozen.max_posts if frozen else account.max_posts,
        refresh_days=frozen.refresh_days if frozen else account.refresh_days,
    )


def _task(entry: PlannedAccount, plan: Plan, run_id: str, budget: Budget, found: Found) -> AccountTask:
    refusal = found.refusals.get(entry.account)
    return AccountTask(
        **entry.model_dump(),
        day=plan.day,
        timezone=plan.timezone,
        run_id=run_id,
        stopped=refusal.reason if refusal else None,
        quarantined_posts=plan.quarantined_posts,
        usd_per_run=budget.usd_per_run,
        usd_per_month=budget.usd_per_month,
    )
