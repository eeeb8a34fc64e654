"""One day without Airflow: the five stages, in the order of the DAG."""

import logging
import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from pipeline import clock
from pipeline.account import run_account
from pipeline.accounts import AccountsConfig
from pipeline.errors import AviaryError, RateLimited, RefetchRefused, RunFailed, RunStopped, describe
from pipeline.lake.client import Lake
from pipeline.lake.days import put_failure
from pipeline.lake.records import AccountTask
from pipeline.plan import plan
from pipeline.progress import DayProgress
from pipeline.report import Publish, report
from pipeline.spend.reconcile import reconcile_after
from pipeline.verdict import verdict
from pipeline.x_api.client import XApi
from pipeline.x_api.waiting import wait_after

log = logging.getLogger(__name__)
_Answer = TypeVar("_Answer")
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


@dataclass(frozen=True)
class AccountsRun:
    """The accounts of a day that a run has done: what `finish` goes by, also in another process."""

    day: date
    run_id: str
    accounts: tuple[str, ...]
    not_refetched: tuple[str, ...]  # why a finished day was not replaced, a line each
    failed_accounts: float  # the share (0 to 1) of them that may fail


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
    confirmed: bool = False,
    progress: DayProgress,
) -> DayRun:
    """Run one local day from plan to verdict; `only`, `refetch` and `confirmed` as in `pipeline.plan.plan`.

    Raises `ConfigError` before anything started, and other `AviaryError`s when a stage or the verdict failed.
    """
    done = run_accounts(
        lake,
        x,
        config,
        day,
        sample=sample,
        only=only,
        refetch=refetch,
        confirmed=confirmed,
        progress=progress,
    )
    return finish(lake, x, done, publish)


def run_accounts(
    lake: Lake,
    x: XApi,
    config: AccountsConfig,
    day: date,
    *,
    sample: bool,
    only: Sequence[str] = (),
    refetch: bool = False,
    confirmed: bool = False,
    progress: DayProgress,
) -> AccountsRun:
    """Run the stages plan, collect and analyze of one local day. Arguments and errors as those of `run_stages`."""
    run_id = f"cli__{clock.now():%Y-%m-%dT%H:%M:%S.%f}"
    tasks = _once_allowed(
        progress,
        lambda: plan(
            lake,
            x,
            config,
            day,
            run_id=run_id,
            sample=sample,
            only=only,
            refetch=refetch,
            confirmed=confirmed,
        ),
    )
    progress.planned(tasks)
    accounts = _Accounts(lake, x, progress)
    accounts.run(tasks)
    progress.stage("making the report")
    return AccountsRun(
        day=day,
        run_id=run_id,
        accounts=tuple(task.account for task in tasks),
        not_refetched=tuple(accounts.not_refetched),
        failed_accounts=config.tolerate.failed_accounts,
    )


def finish(lake: Lake, x: XApi, done: AccountsRun, publish: Publish) -> DayRun:
    """Run the stages report and verdict of a day whose accounts are done. Raises as `run_stages` does."""
    reported = report(lake, done.day, publish)
    reconcile_after(lake, x, done.run_id)
    if done.not_refetched:
        raise RunFailed("\n".join(done.not_refetched))
    ended = verdict(lake, done.day, done.accounts, done.failed_accounts)
    return DayRun(
        day=done.day,
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
        self.not_refetched: list[str] = []  # why a finished day was not replaced, a line each

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
            ended = str(
                _once_allowed(
                    self._progress,
                    lambda: run_account(
                        self._lake,
                        self._x,
                        task,
                        lambda pages, posts: self._progress.page(task, pages, posts),
                    ),
                )
            )
        except RunStopped as stop:
            self._stop, ended = stop, "stopped"
        except RefetchRefused as refused:
            self.not_refetched.append(str(refused))
            ended = str(refused)
        except AviaryError as error:
            ended = f"failed: {error}"  # its outcome is in the lake, for the verdict
        except Exception as error:
            # A fault of ours costs this account only: the log has the traceback, the outcome where it happened.
            log.exception("@%s: an unexpected error", task.handle)
            ended = f"failed: {describe(error)}"
            # Also where none could be left before.
            put_failure(self._lake, task.day, task.account, ended)
        self._progress.done(task, ended)


def _once_allowed(progress: DayProgress, ask: Callable[[], _Answer]) -> _Answer:
    """Return what `ask` returns; while X's window is used up, count down. Here nothing else needs the worker.

    That the waits grow is seen to where all requests pass (`pipeline.x_api.waiting.RequestGate`).
    """
    while True:
        try:
            return ask()
        except RateLimited as limited:
            if clock.frozen_at():
                raise  # a frozen clock never reaches the end of a wait
            ready_at = clock.now() + wait_after(limited, 0)
            while (left := math.ceil((ready_at - clock.now()).total_seconds())) > 0:
                progress.waiting(str(limited), left)
                time.sleep(1)
