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
ACCOUNTS = "accounts"  # of a run, as `plan` hands them to `verdict`
POSTS, REPORT = Asset("aviary_posts"), Asset("aviary_report")

DOCUMENTATION = """
### One day of X posts, with their tone

`plan` reads accounts.yaml and looks the accounts up on X. Each **account** is then read and analyzed in a task of its
own. `report` renders the day's page. `verdict` fails the run when too many accounts failed, and names each.

* A skipped account is suspended, protected, missing or over budget. The last line of its log says which.
* The last line of a failed account's log says why. Clearing the task reads only what is still missing.
* Trigger the DAG for another **day**, for some **accounts**, or only to **render** the report again.
"""


@task(pool="x_api", show_return_value_in_logs=False)
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
    context["ti"].xcom_push(ACCOUNTS, [account_task.account for account_task in account_tasks])
    return [account_task.model_dump(mode="json", exclude_defaults=True) for account_task in account_tasks]


@task(pool="x_api", map_index_template=BY_HANDLE)
def account(account: dict[str, Any]) -> None:
    """Read the account's posts of the day, score them, and write what is made of them."""
    from dags.connections import open_lake, open_x
    from pipeline.account import run_account
    from pipeline.lake.records import AccountTask

    ended = run_account(open_lake(), open_x(), AccountTask.model_validate(account))
    log.info("@%s: %s", account["handle"], ended)
    if ended.skipped:
        raise AirflowSkipException(ended.skipped)


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
def verdict(reported: dict[str, Any] | None) -> dict[str, int]:
    """Fail the run when too many accounts failed, with their names and reasons."""
    from dags.connections import open_lake, open_x
    from pipeline.errors import RunFailed
    from pipeline.spend.reconcile import reconcile_after
    from pipeline.verdict import verdict

    context = get_current_context()
    render_only = context["params"]["render_only"]
    accounts = context["ti"].xcom_pull(task_ids="plan", key=ACCOUNTS)
    if reported is None or (accounts is None and not render_only):
        stage = "report" if accounts is not None else "plan"
        raise RunFailed(
            f"the task {stage} did not succeed, so the day is not finished; the task's log says why"
        )
    if render_only:
        return {}
    lake = open_lake()
    reconcile_after(lake, open_x(), context["run_id"])
    statuses = verdict(lake, day_of_this_run(), accounts, CONFIG.tolerate.failed_accounts).statuses
    return {str(status): count for status, count in statuses.items()}


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
    account.expand(account=planned) >> reported
    planned >> verdict(reported)


aviary_daily()
