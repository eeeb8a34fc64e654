"""The local day that a run is for, the same in each of its tasks and their retries."""

from datetime import date
from typing import Any

from pipeline import clock
from pipeline.window import run_day_of


def day_of(context: Any, timezone: str) -> date:
    """Return the day asked for; else its data interval's; else, without one, the last full day when it was triggered.

    Raises `ConfigError` when what was asked for is no day.
    """
    run = context["dag_run"]
    # A frozen clock may stand before the trigger.
    triggered = min(run.run_after, clock.now())
    return run_day_of(context["params"]["day"], run.data_interval_start, timezone, triggered)
