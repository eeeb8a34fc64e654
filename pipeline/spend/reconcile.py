"""Compares the ledger with what X says was read, by UTC day: the only check of the ledger that is not our own.

Days that are over are stored once, with both numbers; the report of the day after reads them.
"""

import logging
from datetime import date, timedelta

from pipeline import clock
from pipeline.errors import AviaryError
from pipeline.lake import catalogue, keys
from pipeline.lake.client import Lake, to_json
from pipeline.lake.records import UsageDay
from pipeline.spend.ledger import spent
from pipeline.spend.month import MonthLedger, held, month_of, perhaps_billed
from pipeline.spend.writer import read_month
from pipeline.x_api.client import XApi
from pipeline.x_api.usage import posts_by_day

log = logging.getLogger(__name__)


def reconcile_after(lake: Lake, x: XApi, run_id: str) -> None:
    """Ask X, where days are missing, after a run that has bought something. No failure of this is one of the run's."""
    try:
        if run_id in read_month(lake, month_of(clock.now().date()))["runs"]:
            reconcile(lake, x)
    except AviaryError as error:
        log.warning("%s; the ledger is compared with X by a later run", error)


def reconcile(lake: Lake, x: XApi) -> None:
    """Store what X says of the UTC days that are over and that the ledger knows. Raises the errors of `x_api`."""
    today = clock.now().date()
    missing = missing_days(lake, today)
    if missing:
        save_usage(lake, x.usage((today - min(missing)).days + 1), missing)


def save_usage(lake: Lake, answer: dict[str, object], days: dict[date, int]) -> None:
    """Store X's answer about these days, of which the ledger says how many posts were read."""
    by_x = posts_by_day(answer)
    for day in sorted(days.keys() & by_x.keys()):
        usage = UsageDay(day=day, posts=by_x[day], ledger_posts=days[day], asked_at=clock.now())
        lake.put_if(keys.usage(day), to_json(usage), None)  # else another run has stored it meanwhile


def missing_days(lake: Lake, today: date) -> dict[date, int]:
    """Return the UTC days before `today` that are not stored yet, each with the posts read by the ledger.

    They begin with the first day of this month or the last that the ledger knows in full.
    """
    last = today - timedelta(days=1)
    months = [read_month(lake, month) for month in sorted({month_of(_month_before(today)), month_of(today)})]
    by_day = {date.fromisoformat(day): posts for month in months for day, posts in _known_days(month).items()}
    first = min(by_day, default=today)
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    if not days:
        return {}
    stored = lake.keys(catalogue.USAGE.prefix(), after=keys.usage(first - timedelta(days=1)))
    return {day: by_day.get(day, 0) for day in days if keys.usage(day) not in stored}


def _known_days(month_ledger: MonthLedger) -> dict[str, int]:
    """Return the posts by UTC day, without the first day where the first release has spent in the month as well."""
    by_day = dict(sorted(month_ledger.get("utc_days", {}).items()))
    of_runs = spent(month_ledger).posts - held(month_ledger).posts - perhaps_billed(month_ledger).posts
    if by_day and of_runs > sum(by_day.values()):
        del by_day[min(by_day)]
    return by_day


def _month_before(day: date) -> date:
    return day.replace(day=1) - timedelta(days=1)
