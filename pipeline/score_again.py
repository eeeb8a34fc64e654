"""Scores a stored day again: without the phrases that accounts.yaml now lists under `no_tone`, by the scorers of now.

Reads nothing from X. Killed anywhere, it is finished by running it again: the day's lists and its plan come first, and
each account's outcome, which says by what its posts are scored, comes last.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from pipeline import clock
from pipeline.accounts import Account, AccountsConfig
from pipeline.errors import LakeError, ReportError
from pipeline.lake import catalogue, keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_plan
from pipeline.lake.frames import READERS, parse_frame
from pipeline.lake.no_tone import freeze_no_tone
from pipeline.lake.records import DaySettings, Outcome, Plan
from pipeline.lake.updates import update
from pipeline.lake.users import known_users
from pipeline.schema import POSTS, SCORERS
from pipeline.sentiment.no_tone import NoTone, no_tone
from pipeline.transform import account_day

_MAX_CONFLICTS = 40  # how often others may change an account's day meanwhile


def score_again(lake: Lake, config: AccountsConfig, day: date) -> int:
    """Replace the day's phrases without tone and its scorers, and score its stored posts by them.

    Return of how many accounts.

    Accounts that accounts.yaml no longer lists keep theirs, and those of which nothing is recorded yet those that their
    tasks were planned with. What is made from the posts of all accounts is the stage
    report's, which the caller runs next. Raises `ReportError` for a day that was never planned.
    """
    plan = find_plan(lake, day)
    if plan is None:
        raise ReportError(f"there is no plan for {day} in {lake.url}; run that day first")
    listed = _listed(lake, config, plan)
    pending = {entry.account for entry in plan.accounts} - _recorded(lake, day)
    phrases = {account: entry.no_tone for account, entry in listed.items()}
    lists = freeze_no_tone(lake, day, phrases, frozen=pending)
    plan = _with_scorers_of_now(lake, plan)

    def score(account: str) -> bool:
        settings = plan.settings_of(account)
        if settings is None:
            return False
        settings = settings.model_copy(update={"no_tone": lists.hash_of(account)})
        return _score(lake, settings, no_tone(lists.phrases_of(account)))

    with ThreadPoolExecutor(READERS) as pool:
        return sum(pool.map(score, [entry.account for entry in plan.accounts]))


def _with_scorers_of_now(lake: Lake, plan: Plan) -> Plan:
    """Return the day's plan, written with the scorers of this version: a later run keeps to what it says."""
    now = {"scorers": SCORERS}
    key = keys.plan(plan.day)
    written = update(lake, key, Plan, lambda stored: stored and stored.model_copy(update=now))
    if written is None:
        raise LakeError(
            f"{lake.url}/{key} was removed meanwhile; run the command again when nothing else runs"
        )
    return written


def _recorded(lake: Lake, day: date) -> set[str]:
    """Return the accounts that have an outcome, by lower-case handle."""
    found = map(catalogue.account_of, lake.keys(catalogue.OUTCOME.prefix(day=day)))
    return {account for account in found if account}


def _listed(lake: Lake, config: AccountsConfig, plan: Plan) -> Mapping[str, Account]:
    """Return accounts.yaml's entries by the handles that the day was planned with: accounts get renamed."""
    by_handle = {account.key: account for account in config.accounts}
    known = known_users(lake, clock.now().date())
    by_id = {known[handle].user_id: account for handle, account in by_handle.items() if handle in known}
    entries = {
        planned.account: by_handle.get(planned.account) or by_id.get(planned.user_id or "")
        for planned in plan.accounts
    }
    return {account: entry for account, entry in entries.items() if entry}


def _score(lake: Lake, settings: DaySettings, phrases: NoTone) -> bool:
    """Score an account's stored posts again; return whether it has any.

    Begins again when posts or outcome were changed meanwhile: what an erasure has removed must not be written back.
    """
    day, account = settings.day, settings.account
    posts_key, outcome_key = keys.posts(day, account), keys.outcome(day, account)
    written: set[str] = set()
    for _ in range(_MAX_CONFLICTS):
        found, recorded = lake.find(posts_key), lake.find(outcome_key)
        outcome = lake.parse_model(outcome_key, recorded.body, Outcome) if recorded else None
        if not (found and recorded and outcome and outcome.status.has_posts):
            for key in written:  # the account was erased meanwhile
                lake.delete(key)
            return False
        stored = parse_frame(lake, posts_key, found.body, POSTS)
        posts = account_day.score_stored(stored, settings, phrases)
        bodies = account_day.posts_by_key(day, account, posts)
        etag = lake.put_if(posts_key, bodies[posts_key], found.etag)
        if etag is None:
            continue
        etags = {posts_key: etag}
        for key in bodies.keys() - etags:
            etags[key] = lake.put(key, bodies[key])
        written |= etags.keys()
        current = lake.find(posts_key, known_etag=etag)
        if current is None or not current.unchanged:
            continue
        made = {key: (len(bodies[key]), etags[key]) for key in bodies}
        update = {
            "scored": posts["compound"].count(),
            "made": outcome.made | made,
            "made_from": outcome.made_from
            and outcome.made_from.model_copy(update={"settings": settings.fingerprint}),
        }
        if lake.put_model_if(outcome_key, outcome.model_copy(update=update), recorded.etag):
            return True
    raise LakeError(f"@{account}: {day} keeps changing; run the command again when nothing else runs")
