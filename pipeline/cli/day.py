"""One day without Airflow: the same stages as the DAG, in the same order."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipeline import clock
from pipeline.accounts import load_accounts
from pipeline.analyze import analyze
from pipeline.cli.console import DayProgress
from pipeline.collect import collect
from pipeline.errors import AviaryError, RateLimited, RunStopped
from pipeline.lake import Lake
from pipeline.plan import plan
from pipeline.planned import AccountDay
from pipeline.report import report
from pipeline.settings import load_settings
from pipeline.settle import settle
from pipeline.verdict import verdict
from pipeline.window import Window, parse_day
from pipeline.x_api import XApi
from reports import publish

WORKERS = 8  # accounts at once: the work mostly waits for X and S3


@dataclass(frozen=True)
class DayRun:
    """How a day went."""

    day: date
    report: str  # the address of the page
    statuses: dict[str, int]  # how many accounts ended how
    posts: int

    def __str__(self) -> str:
        counted = ", ".join(f"{count} {status}" for status, count in sorted(self.statuses.items()))
        return f"{self.day}: {counted}; {self.posts:,} posts"


def run_day(
    day: date | str,
    *,
    accounts: Sequence[str] = (),
    refetch: bool = False,
    accounts_file: Path | None = None,
    progress: DayProgress | None = None,
) -> DayRun:
    """Run one local day from plan to verdict, by the settings in the environment.

    `accounts` narrows the run to some handles; `refetch` reads a finished day from X again. Raises
    `ConfigError` before anything started, and other `AviaryError`s when a stage or the verdict failed.
    """
    progress = progress or DayProgress()
    day = parse_day(day) if isinstance(day, str) else day
    settings = load_settings()
    config = load_accounts(accounts_file or settings.accounts_path)
    Window(day, config.timezone).require_closed(clock.now())
    x = XApi(settings.token(), settings.x_api_url)
    lake = Lake(settings.lake_url())
    lake.check()

    work = plan(
        lake,
        x,
        config,
        day,
        run_id=f"cli__{clock.now():%Y-%m-%dT%H:%M:%S.%f}",
        sample=settings.sample,
        only=accounts,
        refetch=refetch,
    )
    progress.planned(work)
    _Accounts(lake, x, progress).run(work)
    progress.stage("making the report")
    reported = report(lake, day, publish)
    judged = verdict(lake, work, config.tolerate.failed_accounts)
    return DayRun(
        day=day,
        report=f"{lake.url}/{reported.report}",
        statuses={str(status): count for status, count in judged.statuses.items()},
        posts=reported.posts,
    )


class _Accounts:
    """Collects and analyzes a run's accounts, several at once: one bad account costs one account."""

    def __init__(self, lake: Lake, x: XApi, progress: DayProgress) -> None:
        self._lake = lake
        self._x = x
        self._progress = progress
        self._stop: RunStopped | None = None

    def run(self, work: Sequence[AccountDay]) -> None:
        """Do them all. Raises `RunStopped` when X refuses the whole run; other failures are left as outcomes."""
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(self._one, work))
        if self._stop:
            raise self._stop

    def _one(self, work: AccountDay) -> None:
        if self._stop:
            return
        try:
            ended = self._collect_and_analyze(work)
        except RunStopped as stop:
            self._stop, ended = stop, "stopped"
        except AviaryError as error:
            ended = f"failed: {error}"  # its outcome stands in the lake; the verdict judges it
        self._progress.done(work, ended)

    def _collect_and_analyze(self, work: AccountDay) -> str:
        while True:
            try:
                collected = collect(
                    self._lake, self._x, work, lambda pages, posts: self._progress.page(work, pages, posts)
                )
                break
            except RateLimited as limited:
                self._wait(limited)
        if collected.skipped:
            return collected.skipped
        settle(self._lake, work)
        analyzed = analyze(self._lake, work)
        return f"{analyzed.status}, {analyzed.counts.kept} posts"

    def _wait(self, limited: RateLimited) -> None:
        """Count down to the reset. Here nothing else needs the worker, unlike in Airflow."""
        if clock.frozen_at():
            raise limited  # a frozen clock never reaches the reset
        while (left := int((limited.reset_at - clock.now()).total_seconds()) + 1) > 0:
            self._progress.waiting(str(limited), left)
            time.sleep(1)
