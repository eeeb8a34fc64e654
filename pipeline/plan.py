"""Stage one: which accounts this day is for, who they are on X, and whether the budget suffices."""

import difflib
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from pipeline import clock
from pipeline.accounts import Account, AccountsConfig
from pipeline.erasure.register import erased_accounts
from pipeline.errors import ConfigError
from pipeline.lake import keys, retention
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes, find_plan, put_outcome, window_of
from pipeline.lake.made import unchanged_accounts
from pipeline.lake.no_tone import NoToneLists, freeze_no_tone
from pipeline.lake.records import AccountTask, Outcome, Plan, PlannedAccount
from pipeline.lake.updates import update
from pipeline.read.lookup import Found, look_up
from pipeline.schema import SCORERS
from pipeline.sentiment.sums import OWN_SUMS
from pipeline.spend.ledger import Budget, Ledger
from pipeline.status import Status
from pipeline.transform.maker import maker
from pipeline.window import Window
from pipeline.x_api.client import XApi
from pipeline.x_api.problems import Refusal

_DAMAGED = Outcome(status=Status.FAILED, reason="its outcome cannot be read, so the day is made again")


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
    refetch_id: str | None = None,
    confirmed: bool = False,
) -> list[AccountTask]:
    """Write the day's plan and return the tasks of this run, one per account it is for.

    Accounts already planned keep the settings they were planned with, so that a finished day repeats to the
    byte; a finished account is not looked up again. Accounts X refuses get their outcome here. `refetch` makes
    tasks that read finished days again, by the settings of now, once for each `refetch_id`
    where there is one; `confirmed` lets that replace a day of which X
    shows little.

    Raises `ConfigError` for a day that is not over or has no hours left, an account that is not listed, or a lake that
    holds another source's day; `OverBudget` when not even the look-up can be paid; and the errors of `x_api`.
    """
    chosen = choose(config.accounts, only)
    before = find_plan(lake, day)
    window = before.window if before else window_of(lake, day, config.timezone)
    window.require_closed(clock.now())
    _require_same_source(before, sample)
    outcomes = find_outcomes(lake, day, or_damaged=_DAMAGED)
    finished = {account for account, outcome in outcomes.items() if outcome.status.finished}
    budget = Budget(float(config.budget.usd_per_run), float(config.budget.usd_per_month))
    ledger = Ledger(lake, run_id, budget, day)
    ledger.begin()
    to_read = [account for account in chosen if refetch or account.key not in finished]
    found = _found(lake, x, ledger, to_read, config.profile_days)
    listed = {account.key for account in config.accounts}
    chosen = _under_their_first_handles(chosen, before, listed, found)
    found = _each_once(chosen, before, found)
    for account in chosen:
        refusal = found.refusals.get(account.key)
        if refusal and account.key not in finished:
            put_outcome(lake, day, account.key, Outcome(status=refusal.status, reason=refusal.reason))

    planned = {entry.account for entry in before.accounts} if before else set()
    lists = freeze_no_tone(lake, day, {each.key: each.no_tone for each in chosen}, frozen=planned)
    the_plan = update(
        lake,
        keys.plan(day),
        Plan,
        lambda stored: _merged(stored, window, sample, config, chosen, outcomes, found),
    )
    retention.keep(lake, config.retention.raw_days)
    entries = {entry.account: entry for entry in the_plan.accounts}
    tasks = [_task(the_plan, entries[account.key], lists, run_id, budget, found) for account in chosen]
    if not refetch:
        settings = {task.account: task for task in tasks}
        unchanged = unchanged_accounts(lake, day, outcomes, settings, maker())
        return [task.model_copy(update={"unchanged": task.account in unchanged}) for task in tasks]
    return [
        _refetching(task, account, refetch_id, confirmed) for task, account in zip(tasks, chosen, strict=True)
    ]


def choose(accounts: Sequence[Account], only: Sequence[str], named: str = "--account") -> list[Account]:
    """Return the accounts that `only` lists in any letter case, or all.

    Raises `ConfigError` for others, in terms of where they were `named`.
    """
    by_key = {account.key: account for account in accounts}
    wanted = {name.lower().removeprefix("@"): name for name in only}
    problems = []
    for key, name in wanted.items():
        if key not in by_key:
            near = difflib.get_close_matches(key, by_key, n=1)
            hint = f"did you mean {near[0]}?" if near else "add it there first"
            problems.append(f"{named} {name!r} is not in accounts.yaml; {hint}")
    if problems:
        raise ConfigError(*problems)
    return [account for account in accounts if not only or account.key in wanted]


def _require_same_source(before: Plan | None, sample: bool) -> None:
    if before and before.sample != sample:
        kind, other = ("sample data", "X") if before.sample else ("posts of X", "the sandbox")
        raise ConfigError(
            f"{before.day} in this lake holds {kind}, and this run would read from {other}; use another AVIARY_LAKE"
        )


def _found(lake: Lake, x: XApi, ledger: Ledger, to_read: Sequence[Account], profile_days: int) -> Found:
    """Return who the accounts are; those that were forgotten are not looked up, and refused."""
    erased = erased_accounts(lake)
    found = look_up(lake, x, ledger, [each for each in to_read if each.key not in erased], profile_days)
    forgotten = {account.key: _forgotten(account) for account in to_read if account.key in erased}
    return Found(found.users, {**found.refusals, **forgotten})


def _under_their_first_handles(
    chosen: Sequence[Account], before: Plan | None, listed: Collection[str], found: Found
) -> list[Account]:
    """Return the accounts, those that have been renamed since the day was planned under the handle they had then.

    X's id tells: without this, the same account's day would be bought, and counted, once for each of its handles.
    """
    first = {entry.user_id: entry.account for entry in before.accounts} if before else {}

    def as_planned(account: Account) -> Account:
        user = found.users.get(account.key)
        planned = first.get(user.user_id) if user else None
        renamed = planned and planned != account.key and planned not in listed
        return account.model_copy(update={"handle": planned}) if renamed else account

    return list(map(as_planned, chosen))


def _each_once(chosen: Sequence[Account], before: Plan | None, found: Found) -> Found:
    """Refuse an account that is listed twice, under the handle it has and the one it had, except under one of these.

    The day's plan decides which, else the newer look-up: for a while both handles are known to be of the same id.
    """
    planned = before.accounts if before else ()
    readers = {each.user_id: each.account for each in planned if each.account not in found.refusals}
    users = {
        account.key: found.users[account.key]
        for account in chosen
        if account.key in found.users and account.key not in found.refusals
    }
    for account, user in sorted(users.items(), key=lambda known: known[1].looked_up_on, reverse=True):
        readers.setdefault(user.user_id, account)
    twice = {
        account: Refusal(
            Status.FAILED,
            f"it is the same account on X as @{readers[user.user_id]} (id {user.user_id}), which was renamed; take one "
            "of the two out of accounts.yaml",
        )
        for account, user in users.items()
        if readers[user.user_id] != account
    }
    return Found(found.users, {**found.refusals, **twice})


def _merged(
    stored: Plan | None,
    window: Window,
    sample: bool,
    config: AccountsConfig,
    chosen: Sequence[Account],
    outcomes: Mapping[str, Outcome],
    found: Found,
) -> Plan:
    """Return the stored plan with what this run adds: accounts not planned yet, and who the unfinished ones are."""
    entries = {entry.account: entry for entry in stored.accounts} if stored else {}
    # An account that left accounts.yaml stays in a day it was stored for.
    staying = {account.key for account in [*config.accounts, *chosen]} | outcomes.keys()
    planned = {account for account in entries if account in staying}
    for account in chosen:
        planned.add(account.key)
        entry = entries.get(account.key)
        outcome = outcomes.get(account.key)
        if entry is None or entry.user_id is None or not (outcome and outcome.status.finished):
            entries[account.key] = _entry(account, entry, found)
    return Plan(
        day=window.day,
        timezone=window.timezone,
        start=window.starts,
        end=window.ends,
        sample=sample,
        failed_accounts=config.tolerate.failed_accounts,
        quarantined_posts=config.tolerate.quarantined_posts,
        sums=stored.sums if stored else OWN_SUMS,
        scorers=stored.scorers if stored else SCORERS,
        accounts=tuple(entries[account] for account in sorted(planned)),
    )


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
        mentions=frozen.mentions if frozen else account.mentions,
        completeness=frozen.completeness if frozen else account.completeness,
    )


def _task(
    the_plan: Plan, entry: PlannedAccount, lists: NoToneLists, run_id: str, budget: Budget, found: Found
) -> AccountTask:
    refusal = found.refusals.get(entry.account)
    settings = the_plan.settings_for(entry).model_copy(update={"no_tone": lists.hash_of(entry.account)})
    return AccountTask(
        **dict(settings),
        handle=entry.handle,
        user_id=entry.user_id,
        post_count=entry.post_count,
        created_at=entry.created_at,
        run_id=run_id,
        stopped=refusal.reason if refusal else None,
        usd_per_run=budget.usd_per_run,
        usd_per_month=budget.usd_per_month,
    )


def _refetching(task: AccountTask, account: Account, refetch_id: str | None, confirmed: bool) -> AccountTask:
    """Return a task that reads its day again, by the settings of now."""
    return task.model_copy(
        update={
            "include": account.include,
            "max_posts": account.max_posts,
            "mentions": account.mentions,
            "completeness": account.completeness,
            "refetch": True,
            "refetch_id": refetch_id,
            "confirmed": confirmed,
        }
    )
