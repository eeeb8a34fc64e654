"""A DAG of the shape of `aviary_daily` whose tasks return constants: what Airflow itself costs."""

from typing import Any

from airflow.sdk import dag, task

ACCOUNTS = 100


@task
def plan() -> list[dict[str, str]]:
    """Return a mapping an account."""
    return [{"handle": f"account_{number}"} for number in range(ACCOUNTS)]


@task(map_index_template="{{ task.op_kwargs['account']['handle'] }}")
def account(account: dict[str, str]) -> int:
    """Do nothing for an account."""
    return 0


@task
def report() -> int:
    """Report nothing."""
    return 0


@task
def verdict() -> int:
    """Judge nothing."""
    return 0


@dag(schedule=None)
def empty() -> Any:
    """Wire them as `aviary_daily` does."""
    account.expand(account=plan()) >> report() >> verdict()


empty()
