"""A plan made for tests."""

from datetime import date
from typing import Any

from pipeline.lake.client import Lake
from pipeline.lake.days import find_plan, put_outcome
from pipeline.lake.records import AccountTask, Counts, Outcome, Plan
from pipeline.plan import plan
from pipeline.status import Status
from pipeline.x_api.client import XApi
from tests.pipeline.given import DAY, config


def planned(lake: Lake, x: XApi, *accounts: Any, **changes: Any) -> list[AccountTask]:
    options = {
        name: changes.pop(name) for name in ("only", "refetch", "sample", "run_id", "day") if name in changes
    }
    defaults: dict[str, Any] = {"run_id": "a-run", "sample": True}
    return plan(
        lake,
        x,
        config(*accounts, **changes),
        options.pop("day", DAY),
        **(defaults | options),
    )


def the_plan(lake: Lake, day: date = DAY) -> Plan:
    found = find_plan(lake, day)
    assert found is not None
    return found


def finish(lake: Lake, *accounts: str) -> None:
    for account in accounts:
        put_outcome(lake, DAY, account, Outcome(status=Status.OK, counts=Counts(fetched=1, kept=1)))


# --- what a plan says ----------------------------------------------------------------------------
