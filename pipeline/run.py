"""One day without Airflow: the five stages, in the order of the DAG."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

from pipeline import clock
from pipeline.accounts import AccountsConfig
from pipeline.analyze import analyze
from pipeline.collect import collect
from pipeline.errors import AviaryError, RateLimited, RunStopped
from pipeline.lake.client import Lake
from pipeline.lake.records import AccountTask
from pipeline.plan import plan
from pipeline.progress import DayProgress
from pipeline.refresh.apply import apply_refresh
from pipeline.report import Publish, report
from pipeline.verdict import verdict
from pipeline.x_api.client import XApi

WORKERS = 8  # accounts at once: they mostly wait for X and S3


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


def run_stages(
    lake: Lake,
    x: XApi,
    config: AccountsConfig,
    day: date,
    publish: Publish,
    *,
    sample: bool,
    only: Sequence[str] = (),
    refetch: bool = False,
    progress: DayProgress,
) -> DayRun:
    """Run one local day from plan to verdict; `only` and `refetch` as in `pipeline.plan.plan`.

    Raises `ConfigError` before anything started, and other `AviaryError`s when a stage or the verdict failed.
    """
    tasks = plan(
        lake,
        x,
        config,
        day,
        run_id=f"cli__{clock.now():%Y-%m-%dT%H:%M:%S.%f}",
        sample=sample,
        only=only,
        refetch=refetch,
    )
    progress.planned(tasks)
    _Accounts(lake, x, progress).run(tasks)
    progress.stage("making the report")
    reported = report(lake, day, publish)
    ended = verdict(lake, tasks, config.tolerate.failed_accounts)
    return DayRun(
        day=day,
        report=f"{lake.url}/{reported.report}",
        statuses={str(status): count for status, count in ended.statuses.items()},
        posts=reported.posts,
    )


class _Accounts:
    """Collects and analyzes a run's accounts, several at once: one bad account costs one account."""

    def __init__(self, lake: Lake, x: XApi, progress: DayProgress) -> None:
        self._lake = lake
        self._x = x
        self._progress = progress
        self._stop: RunStopped | None = None

    def run(self, tasks: Sequence[AccountTask]) -> None:
        """Do them all. Raises `RunStopped` when X refuses the whole run; other failures are left as outcomes."""
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(self._one, tasks))
        if self._stop:
            raise self._stop

    def _one(self, task: AccountTask) -> None:
        if self._stop:
            return
        try:
            ended = self._collect_and_analyze(task)
        except RunStopped as stop:
            self._stop, ended = stop, "stopped"
        except AviaryError as error:
            ended = f"failed: {error}"  # its outcome stands in the lake; the verdict judges it
        self._progress.done(task, ended)

    def _collect_and_analyze(self, task: AccountTask) -> str:
        while True:
            try:
                collected = collect(
                    self._lake, self._x, task, lambda pages, posts: self._progress.page(task, pages, posts)
                )
                break
            except RateLimited as limited:
                self._wait(limited)
        if collected.skipped:
            return collected.skipped
        apply_refresh(self._lake, task)
        analyzed = analyze(self._lake, task)
        return f"{analyzed.status}, {analyzed.counts.kept} posts"

    def _wait(self, limited: RateLimited) -> None:
        """Count down to the reset. Here nothing else needs the worker, unlike in Airflow."""
        if clock.frozen_at():
            raise limited  # a frozen clock never reaches the reset
        while (left := int((limited.reset_at - clock.now()).total_seconds()) + 1) > 0:
            self._progress.waiting(str(limited), left)
            time.sleep(1)
