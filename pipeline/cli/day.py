"""One day with the settings of the environment: for `run`, `backfill` and `from pipeline import run_day`."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pipeline import clock
from pipeline.accounts import load_accounts
from pipeline.lake.client import Lake
from pipeline.progress import DayProgress
from pipeline.run import DayRun, run_stages
from pipeline.settings import load_settings
from pipeline.window import Window, parse_day
from pipeline.x_api.client import XApi
from reports import publish


def run_day(
    day: date | str,
    *,
    accounts: Sequence[str] = (),
    refetch: bool = False,
    accounts_file: Path | None = None,
    progress: DayProgress | None = None,
) -> DayRun:
    """Run one local day from plan to verdict, with the settings of the environment.

    `accounts` limits the run to some handles; `refetch` reads a finished day from X again. Raises
    `ConfigError` before anything starts, and other `AviaryError`s when a stage or the verdict fails.
    """
    day = parse_day(day) if isinstance(day, str) else day
    settings = load_settings()
    config = load_accounts(accounts_file or settings.accounts_path)
    Window(day, config.timezone).require_closed(clock.now())
    x = XApi(settings.token(), settings.x_api_url)
    lake = Lake(settings.lake_url())
    lake.check()
    return run_stages(
        lake,
        x,
        config,
        day,
        publish,
        sample=settings.sample,
        only=accounts,
        refetch=refetch,
        progress=progress or DayProgress(),
    )
