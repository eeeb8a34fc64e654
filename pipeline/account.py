"""One account's day from X to the lake, `collect` and then `analyze`: one task in Airflow."""

from dataclasses import dataclass

from pipeline.analyze import analyze
from pipeline.collect import collect
from pipeline.errors import AccountStopped
from pipeline.lake.client import Lake
from pipeline.lake.days import outcome_on_failure, put_failure
from pipeline.lake.records import AccountTask
from pipeline.progress import OnPage, no_progress
from pipeline.refresh.apply import apply_refresh
from pipeline.status import Status
from pipeline.x_api.client import XApi


@dataclass(frozen=True)
class AccountResult:
    """How an account's day ended: analyzed, or skipped for a reason."""

    status: Status | None = None
    posts: int = 0  # kept
    skipped: str | None = None  # why there is nothing to analyze
    unchanged: bool = False

    def __str__(self) -> str:
        if self.unchanged:
            return "finished before, and unchanged"
        return self.skipped or f"{self.status}, {self.posts} posts"


def run_account(lake: Lake, x: XApi, task: AccountTask, on_page: OnPage = no_progress) -> AccountResult:
    """Read what is missing of the account's day, apply what reading earlier days again has brought, and analyze.

    A day that `plan` found `unchanged` is not touched. Raises as `collect` and `analyze` do.
    """
    if task.unchanged:
        return AccountResult(unchanged=True)
    collected = collect(lake, x, task, on_page)
    if collected.skipped:
        return AccountResult(skipped=collected.skipped)
    with outcome_on_failure(lake, task.day, task.account):
        apply_refresh(lake, task)
    analyzed = analyze(lake, task, collected.raw_day)
    return AccountResult(analyzed.status, analyzed.counts.kept)


def fail_account(lake: Lake, task: AccountTask, reason: str) -> AccountStopped:
    """Record that the account's task was stopped, and return what to raise. A finished day keeps its outcome."""
    put_failure(lake, task.day, task.account, reason)
    return AccountStopped(f"@{task.handle}: {reason}")
