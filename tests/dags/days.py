"""A day run by Airflow itself, as `make demo` does."""

import os
from datetime import date
from pathlib import Path

from pipeline.local.airflow import (
    PAUSED,
    airflow_environment,
    airflow_home,
    make_private,
    run_day_in_airflow,
    start_day,
)


def run_by_airflow(day: date, state: Path) -> Path:
    """Run the DAG for a day on an Airflow of its own below `state`, and return the log. Raises `StandaloneError`."""
    home = airflow_home(state, live=False)
    make_private(home)
    log = home / "demo.log"
    environment = airflow_environment(state, os.environ) | {PAUSED: "False"}
    run_day_in_airflow(day, start_day(environment, log), log)
    return log
