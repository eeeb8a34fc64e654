"""`make demo`: four weeks of invented accounts, through the real parts, to a report to open.

The sandbox answers as X, SeaweedFS as S3; the pipeline's own `backfill` fills the history as if day by day,
and Airflow runs the DAG for the last full day.
"""

import os
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from pipeline import clock
from pipeline.accounts import load_accounts
from pipeline.cli.console import ERRORS
from pipeline.errors import AviaryError, ConfigError
from pipeline.lake import keys
from pipeline.lake.catalogue import KINDS, is_served
from pipeline.lake.client import Lake
from pipeline.local.airflow import run_day_in_airflow
from pipeline.local.processes import MARKER, STATE, started_for, stop
from pipeline.sandbox.serve import UNSET, running
from pipeline.settings import load_settings
from pipeline.window import Window, last_full_day

HISTORY_DAYS = 28  # what a usual day is made from
COPY = STATE / "demo"  # where the pages are left to be opened


def demo() -> Path:
    """Run the demo; return the report to open. Raises `AviaryError` when a part of it fails."""
    began = time.monotonic()
    if started_for(STATE):
        raise ConfigError("Aviary is up in this folder (`make up`); `make down` first, then the demo")
    config = load_accounts(load_settings().accounts_path)
    day = last_full_day(clock.now(), config.timezone)
    first = day - timedelta(days=HISTORY_DAYS)
    # Counts are as old as on every other day, whatever the time of this one.
    morning_after = Window(day, config.timezone).collect_at(config.collect_at)
    os.environ[MARKER] = str(STATE.resolve())
    ERRORS.print(
        f"SAMPLE DATA: {len(config.accounts)} invented accounts on a sandbox of this machine; X is not asked, "
        "nothing is billed"
    )
    try:
        with running(STATE, story_day=day) as sandbox, clock.frozen(morning_after):
            os.environ |= sandbox.environment
            for name in UNSET:  # somebody's real AWS session would contradict the sandbox's keys
                os.environ.pop(name, None)
            ERRORS.print(
                f"1/3 history: {first} to {day - timedelta(days=1)}, through `python -m pipeline backfill`"
            )
            _backfill(first, day - timedelta(days=1))
            with ERRORS.status(f"2/3 {day} by Airflow: making its database, then the DAG aviary_daily"):
                run_day_in_airflow(day, STATE, os.environ)
            ERRORS.print(f"2/3 {day}: run by Airflow, DAG aviary_daily")
            pages = copy_pages(Lake(sandbox.environment["AVIARY_LAKE"]), COPY)
            ERRORS.print(f"3/3 {pages} pages and spreadsheets copied to {COPY}/")
    finally:
        stop(STATE)
    ERRORS.print(f"done in {time.monotonic() - began:.0f} s")
    return COPY / keys.report(day)


def _backfill(first: date, last: date) -> None:
    command = ["backfill", "--from", str(first), "--to", str(last), "--as-if-daily"]
    ended = subprocess.run([sys.executable, "-m", "pipeline", *command], check=False)  # noqa: S603
    if ended.returncode:
        raise AviaryError("the history could not be filled; the lines above say why")


def copy_pages(lake: Lake, folder: Path) -> int:
    """Copy the reports and the spreadsheets they link to out of the lake; return how many."""
    folders = dict.fromkeys(kind.folder for kind in KINDS if kind.is_served)
    copied = [key for folder in folders for key in lake.keys(folder) if is_served(key)]
    for key in copied:
        target = folder / key
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(lake.get(key))
    return len(copied)


def main() -> None:
    """Run the demo and name the report to open."""
    try:
        page = demo()
    except AviaryError as error:
        ERRORS.print(str(error))
        sys.exit(error.exit_code)
    sys.stdout.write(f"\nOpen the report:  {page}\nAll days:         {COPY / keys.REPORTS_INDEX}\n")


if __name__ == "__main__":
    main()
