"""One day with the settings of the environment: for `run`, `backfill` and `from pipeline import run_day`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline.accounts import AccountsConfig, load_accounts
from pipeline.lake.client import Lake
from pipeline.lake.health import require_bucket
from pipeline.progress import DayProgress
from pipeline.run import AccountsRun, DayRun, run_accounts, run_stages
from pipeline.settings import Settings, load_settings
from pipeline.window import parse_day
from pipeline.x_api.client import XApi
from reports import publish


@dataclass(frozen=True)
class Runner:
    """Runs days on one connection to X and one to the lake."""

    lake: Lake
    x: XApi
    config: AccountsConfig
    sample: bool

    @classmethod
    def open(cls, settings: Settings, config: AccountsConfig) -> "Runner":
        """Connect, by the settings. Raises `ConfigError` when they cannot work."""
        x = XApi(settings.token(), settings.x_api_url)
        lake = Lake(settings.lake_url())
        require_bucket(lake)
        return cls(lake, x, config, settings.sample)

    def run(
        self,
        day: date,
        accounts: Sequence[str] = (),
        *,
        refetch: bool = False,
        confirmed: bool = False,
        progress: DayProgress | None = None,
    ) -> DayRun:
        """Run one local day, as `run_day` does."""
        return run_stages(
            self.lake,
            self.x,
            self.config,
            day,
            publish,
            sample=self.sample,
            only=accounts,
            refetch=refetch,
            confirmed=confirmed,
            progress=progress or DayProgress(),
        )

    def run_accounts(self, day: date, accounts: Sequence[str], progress: DayProgress) -> AccountsRun:
        """Run one local day up to its accounts; `pipeline.run.finish` does the rest."""
        return run_accounts(
            self.lake,
            self.x,
            self.config,
            day,
            sample=self.sample,
            only=accounts,
            progress=progress,
        )


def run_day(
    day: date | str,
    *,
    accounts: Sequence[str] = (),
    refetch: bool = False,
    confirmed: bool = False,
    accounts_file: Path | None = None,
    progress: DayProgress | None = None,
) -> DayRun:
    """Run one local day from plan to verdict, with the settings of the environment.

    `accounts` limits the run to some handles; `refetch` reads a finished day from X again, and
    `confirmed` lets that replace a day of which X shows little. Raises
    `ConfigError` before anything starts, and other `AviaryError`s when a stage or the verdict fails.
    """
    day = parse_day(day) if isinstance(day, str) else day
    settings = load_settings()
    runner = Runner.open(settings, load_accounts(accounts_file or settings.accounts_path))
    return runner.run(day, accounts, refetch=refetch, confirmed=confirmed, progress=progress)
