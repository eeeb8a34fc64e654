"""The DAG `aviary_daily`: wiring only. What a task does is in `pipeline` and `reports`.

Heavy modules are imported inside tasks, because the process of every task parses this file again.
"""

import logging
from datetime import UTC, date, datetime, timedelta
from typing import Any

from airflow.sdk import (
    Asset,
    Param,
    TriggerRule,
    dag,
    get_current_context,
    task,
    task_group,
)
from airflow.sdk.exceptions import AirflowSkipException
from aviary_timetable import LocalDayTimetable

from dags.links import ReportLink
from dags.messages import RunNotifier
from dags.retries import RETRIES, AviaryRetryPolicy
from dags.run_day import day_of
from pipeline.accounts import load_accounts
from pipeline.settings import load_settings

log = logging.getLogger(__name__)
CONFIG = load_accounts(load_settings().accounts_path)
# The UI labels each mapped task with its account, however the task ends.
BY_HANDLE = "{{ task.op_kwargs['account']['handle'] }}"
NOTIFIERS = [RunNotifier(CONFIG.notify, CONFIG.timezone)] if CONFIG.notify else []
POSTS, REPORT = Asset("aviary_posts"), Asset("aviary_report")

DOCUMENTATION = """
### One day of X posts, with their tone

`plan` reads accounts.yaml and looks the accounts up on X. Each **account** is then collected and analyzed on its
own. `report` renders the day's page. `verdict` fails the run when too many accounts failed, and names each.

* A skipped account is suspended, protected, missing or over budget. The last line of its log says which.
* The last line of a failed account's log says why. Clearing the task reads only what is still missing.
* Trigger the DAG for another **day**, for some **accounts**, or only to **render** the report again.
"""


@task(pool="x_api")
def plan() -> list[dict[str, Any]]:
    """Plan the accounts of the day, and look them up on X."""
    from dags.connections import open_lake, open_x, x_settings
    from pipeline.plan import plan

    context = get_current_context()
    if context["params"]["render_only"]:
        return []
    account_tasks = plan(
        open_lake(),
        open_x(),
        CONFIG,
        day_of_this_run(),
        run_id=context["run_id"],
        sample=x_settings().sample,
        only=context["params"]["accounts"],
    )
    return [account_task.model_dump(mode="json") for account_task in account_tasks]


@task(pool="x_api", map_index_template=BY_HANDLE)
def collect(account: dict[str, Any]) -> dict[str, Any]:
    """Read the account's posts of the day into raw/."""
    from dags.connections import open_lake, open_x
    from pipeline.collect import collect
    from pipeline.lake.records import AccountTask

    collected = collect(open_lake(), open_x(), AccountTask.model_validate(account))
    if collected.skipped:
        log.warning("@%s: %s", account["handle"], collected.skipped)
        raise AirflowSkipException(collected.skipped)
    return collected.model_dump(mode="json")


# Runs after a skipped collect too, so that the UI labels the task with the handle and not with a number.
@task(map_index_template=BY_HANDLE, trigger_rule=TriggerRule.NONE_FAILED)
def analyze(account: dict[str, Any]) -> dict[str, Any]:
    """Turn the pages in raw/ into the account's scored posts and its outcome."""
    from dags.connections import open_lake
    from pipeline.analyze import analyze
    from pipeline.lake.days import outcome_on_failure
    from pipeline.lake.records import AccountTask
    from pipeline.refresh.apply import apply_refresh

    lake, account_task = open_lake(), AccountTask.model_validate(account)
    with outcome_on_failure(lake, account_task.day, account_task.account):
        apply_refresh(lake, account_task)
    analyzed = analyze(lake, account_task)
    if not analyzed.status.has_posts:
        raise AirflowSkipException(f"nothing to analyze: the account is {analyzed.status}")
    return analyzed.model_dump(mode="json")


@task_group(group_id="account")
def each_account(account: dict[str, Any]) -> None:
    """Collect one account, then analyze it."""
    collect(account=account) >> analyze(account=account)


@task(trigger_rule=TriggerRule.ALL_DONE, outlets=[POSTS, REPORT])
def report() -> dict[str, Any]:
    """Roll the day up and render its report, even when accounts failed."""
    from dags.connections import open_lake
    from pipeline.report import report
    from reports import publish

    return report(open_lake(), day_of_this_run(), publish).model_dump(mode="json")


@task(
    trigger_rule=TriggerRule.ALL_DONE, retries=0, on_success_callback=NOTIFIERS, on_failure_callback=NOTIFIERS
)
def verdict(planned: list[dict[str, Any]] | None, reported: dict[str, Any] | None) -> dict[str, int]:
    """Fail the run when too many accounts failed, with their names and reasons."""
    from dags.connections import open_lake, open_x
    from pipeline.errors import RunFailed
    from pipeline.lake.records import AccountTask
    from pipeline.spend.reconcile import reconcile_after
    from pipeline.verdict import verdict

    if planned is None or reported is None:
        stage = "plan" if planned is None else "report"
        raise RunFailed(
            f"the task {stage} did not succeed, so the day is not finished; the task's log says why"
        )
    if get_current_context()["params"]["render_only"]:
        return {}
    account_tasks = [AccountTask.model_validate(account) for account in planned]
    lake = open_lake()
    reconcile_after(lake, open_x(), get_current_context()["run_id"])
    statuses = verdict(lake, account_tasks, CONFIG.tolerate.failed_accounts).statuses
    return {str(status): accounts for status, accounts in statuses.items()}


def day_of_this_run() -> date:
    """Return the local day of this run."""
    return day_of(get_current_context(), CONFIG.timezone)


@dag(
    schedule=LocalDayTimetable(CONFIG.timezone, CONFIG.collect_at),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    tags=["aviary", "x", "sentiment"],
    doc_md=DOCUMENTATION,
    default_args={
        "owner": "aviary",
        "retries": RETRIES,
        "retry_policy": AviaryRetryPolicy(),
        # Used where no exception reaches the policy, such as when a worker was killed.
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": 2,
        "max_retry_delay": timedelta(minutes=15),
    },
    params={
        "day": Param(
            None,
            type=["null", "string"],
            format="date",
            title="Day",
            description="The local day to run. If empty: the day of the run's data interval, else the last full day.",
        ),
        "accounts": Param(
            [],
            type="array",
            items={"type": "string"},
            title="Accounts",
            description="Run only these handles, one per line. If empty: all accounts in accounts.yaml.",
        ),
        "render_only": Param(
            False,
            type="boolean",
            title="Render only",
            description="Render the report again from the lake, without reading from X.",
        ),
    },
)
def aviary_daily() -> None:
    """Wire the stages of one day."""
    planned = plan()
    reported = report()
    reported.operator.operator_extra_links = [ReportLink(CONFIG.timezone)]  # type: ignore[attr-defined]
    each_account.expand(account=planned) >> reported
    verdict(planned, reported)


aviary_daily()
