"""What the lake holds of a day as a whole: its plan, and how each account's day ended."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta

from pipeline.errors import LakeDamaged, describe
from pipeline.lake import catalogue, keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import READERS
from pipeline.lake.records import Outcome, Plan, PlannedDay
from pipeline.status import Status
from pipeline.text import one_line
from pipeline.window import Window, tiled


def find_plan(lake: Lake, day: date) -> Plan | None:
    """Return the plan of a day, or None when it was never planned."""
    return lake.find_model(keys.plan(day), Plan)


def window_of(lake: Lake, day: date, timezone: str) -> Window:
    """Return the window of a day that is not planned yet, between the stored days around it. Raises `ConfigError`."""
    around = (
        day + timedelta(days=offset) for offset in (-2, -1, 1, 2)
    )  # no timezone is two days from another
    stored = (lake.find_model(keys.plan(other), PlannedDay) for other in around)
    return tiled(day, timezone, [planned.window for planned in stored if planned])


def stored_window(lake: Lake, day: date, outcome: Outcome) -> Window | None:
    """Return the window that an account's stored day was read with: by its outcome, else by the day's plan.

    None when the lake has no plan of the day, so that nothing tells its timezone.
    """
    planned = lake.find_model(keys.plan(day), PlannedDay)
    if planned is None or not (outcome.start and outcome.end):
        return planned.window if planned else None
    return Window(day, planned.timezone, outcome.start, outcome.end)


def find_outcome(lake: Lake, day: date, account: str) -> Outcome | None:
    """Return how an account's day ended, or None when nothing is recorded."""
    return lake.find_model(keys.outcome(day, account), Outcome)


def find_outcomes(lake: Lake, day: date, *, or_damaged: Outcome | None = None) -> dict[str, Outcome]:
    """Return a day's outcomes by lower-case handle.

    Raises `LakeDamaged` for one that cannot be read, unless `or_damaged` is given, which then stands for it.
    """

    def find(key: str) -> Outcome | None:
        try:
            return lake.find_model(key, Outcome)
        except LakeDamaged:
            if or_damaged is None:
                raise
            return or_damaged

    stored = lake.keys(catalogue.OUTCOME.prefix(day=day))
    with ThreadPoolExecutor(READERS) as pool:
        outcomes = list(pool.map(find, stored))
    return {
        account: outcome
        for key, outcome in zip(stored, outcomes, strict=True)
        if outcome
        and (account := catalogue.account_of(key))  # no outcome: removed meanwhile, to be read again
    }


def put_outcome(lake: Lake, day: date, account: str, outcome: Outcome) -> None:
    """Record how an account's day ended."""
    lake.put_model(keys.outcome(day, account), outcome)


def put_failure(lake: Lake, day: date, account: str, reason: str) -> None:
    """Record that an account's day failed, where it was not finished before: a finished day keeps its own outcome."""
    before = find_outcome(lake, day, account)
    if before is None or not before.status.finished:
        put_outcome(lake, day, account, Outcome(status=Status.FAILED, reason=reason))


@contextmanager
def outcome_on_failure(lake: Lake, day: date, account: str) -> Iterator[None]:
    """Record a `failed` outcome before the failure is raised on: each account leaves one, whatever happens."""
    try:
        yield
    except Exception as error:
        put_outcome(lake, day, account, Outcome(status=Status.FAILED, reason=one_line(describe(error))))
        raise
