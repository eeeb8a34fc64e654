"""What the lake holds of a day as a whole: its plan, and how each account's day ended."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date

from pipeline.errors import AviaryError
from pipeline.lake import catalogue, keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import READERS
from pipeline.lake.records import Outcome, Plan
from pipeline.status import Status
from pipeline.text import one_line


def find_plan(lake: Lake, day: date) -> Plan | None:
    """Return the plan of a day, or None when it was never planned."""
    return lake.find_model(keys.plan(day), Plan)


def find_outcome(lake: Lake, day: date, account: str) -> Outcome | None:
    """Return how an account's day ended, or None when nothing is recorded."""
    return lake.find_model(keys.outcome(day, account), Outcome)


def find_outcomes(lake: Lake, day: date) -> dict[str, Outcome]:
    """Return a day's outcomes by lower-case handle."""
    stored = lake.keys(catalogue.OUTCOME.prefix(day=day))
    with ThreadPoolExecutor(READERS) as pool:
        outcomes = list(pool.map(lambda key: lake.find_model(key, Outcome), stored))
    return {
        account: outcome
        for key, outcome in zip(stored, outcomes, strict=True)
        if outcome
        and (account := catalogue.account_of(key))  # no outcome: removed meanwhile, to be read again
    }


def put_outcome(lake: Lake, day: date, account: str, outcome: Outcome) -> None:
    """Record how an account's day ended."""
    lake.put_model(keys.outcome(day, account), outcome)


@contextmanager
def outcome_on_failure(lake: Lake, day: date, account: str) -> Iterator[None]:
    """Record a `failed` outcome before the failure is raised on: each account leaves one, whatever happens."""
    try:
        yield
    except Exception as error:
        reason = str(error) if isinstance(error, AviaryError) else f"{type(error).__name__}: {error}"
        put_outcome(lake, day, account, Outcome(status=Status.FAILED, reason=one_line(reason)))
        raise
