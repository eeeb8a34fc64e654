"""`make demo`: four weeks of invented accounts through the real pipeline, and a report to open.

The sandbox stands in for X, SeaweedFS for S3. The command `backfill` fills the history as if day by day, and
Airflow runs the DAG for the last full day.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

from pipeline import clock
from pipeline.accounts import load_accounts
from pipeline.errors import AviaryError, ConfigError
from pipeline.lake import keys
from pipeline.lake.catalogue import KINDS, is_served
from pipeline.lake.client import Lake
from pipeline.local.airflow import (
    PAUSED,
    airflow_environment,
    airflow_home,
    make_private,
    run_day_in_airflow,
    start_day,
)
from pipeline.local.console import ERRORS
from pipeline.local.processes import STATE, find_processes, mark, stop
from pipeline.sandbox.serve import UNSET, running
from pipeline.settings import load_settings
from pipeline.window import Window, last_full_day

HISTORY_DAYS = 28  # what the report compares a day with
COPY = STATE / "demo"  # the pages to open
_READERS = 8  # objects that are copied at once


def demo() -> Path:
    """Run the demo and return the report to open. Raises `AviaryError` when a part of it fails."""
    began = time.monotonic()
    if find_processes(STATE):
        raise ConfigError(
            "Aviary is already running in this folder (`make up`); run `make down` first, then `make demo` again"
        )
    config = load_accounts(load_settings().accounts_path)
    day = last_full_day(clock.now(), config.timezone)
    first = day - timedelta(days=HISTORY_DAYS)
    # Collected at the same age as every other day, whatever the time is now.
    morning_after = Window(day, config.timezone).collect_at(config.collect_at)
    os.environ |= mark(STATE)
    ERRORS.print(
        f"SAMPLE DATA: {len(config.accounts)} invented accounts in a sandbox on this machine; no request goes to X, "
        "nothing is billed"
    )
    try:
        with running(STATE, story_day=day) as sandbox, clock.frozen(morning_after):
            os.environ |= sandbox.environment
            for name in UNSET:  # a real AWS session would override the sandbox's credentials
                os.environ.pop(name, None)
            environment = airflow_environment(STATE, os.environ) | {PAUSED: "False"}
            log = airflow_home(STATE, live=False) / "demo.log"
            make_private(log.parent)
            waiting = start_day(environment, log)  # its imports and its database take seconds: meanwhile
            ERRORS.print(
                f"1/3 filling the history: {first} to {day - timedelta(days=1)}, with `./aviary backfill`"
            )
            _backfill(first, day - timedelta(days=1))
            with ERRORS.status(f"2/3 running {day} in Airflow with the DAG aviary_daily"):
                run_day_in_airflow(day, waiting, log)
            ERRORS.print(f"2/3 Airflow has run {day} with the DAG aviary_daily")
            pages = copy_pages(Lake(sandbox.environment["AVIARY_LAKE"]), COPY)
            ERRORS.print(f"3/3 copied {pages} pages and spreadsheets to {COPY}/")
    finally:
        stop(STATE)
    ERRORS.print(f"done in {time.monotonic() - began:.0f} s")
    return COPY / keys.report(day)


def _backfill(first: date, last: date) -> None:
    command = ["backfill", "--from", str(first), "--to", str(last), "--as-if-daily"]
    ended = subprocess.run([sys.executable, "-m", "pipeline", *command], check=False)  # noqa: S603
    if ended.returncode:
        raise AviaryError(
            "the history could not be filled, for the reasons given above; fix them and run `make demo` again"
        )


def copy_pages(lake: Lake, folder: Path) -> int:
    """Copy the reports, and the spreadsheets they link to, from the lake to `folder`. Return how many objects."""
    folders = dict.fromkeys(kind.folder for kind in KINDS if kind.is_served)
    copied = [key for folder in folders for key in lake.keys(folder) if is_served(key)]

    def copy(key: str) -> None:
        target = folder / key
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(lake.get(key))

    with ThreadPoolExecutor(_READERS) as pool:
        list(pool.map(copy, copied))
    return len(copied)


def main() -> None:
    """Run the demo and print the path of the report to open."""
    try:
        page = demo()
    except AviaryError as error:
        ERRORS.print(str(error))
        sys.exit(error.exit_code)
    sys.stdout.write(f"\nOpen the report:  {page}\nAll days:         {COPY / keys.REPORTS_INDEX}\n")


if __name__ == "__main__":
    main()
