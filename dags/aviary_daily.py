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
from airflow.sdk.configuration import conf
from airflow.sdk.exceptions import AirflowSkipException, AirflowTaskTimeout
from aviary_timetable import LocalDayTimetable

from dags.failures import reason_first
from dags.links import ReportLink
from dags.messages import OverdueNotifier, RunNotifier
from dags.retries import RETRIES, AviaryRetryPolicy, lost_processes
from dags.run_day import day_of
from pipeline.accounts import load_accounts
from pipeline.settings import load_settings
from pipeline.x_api.prices import at_most_text, day_at_most

log = logging.getLogger(__name__)
SETTINGS = load_settings()
CONFIG = load_accounts(SETTINGS.accounts_path)
# The UI labels each mapped task with its account, however the task ends.
BY_HANDLE = "{{ task.op_kwargs['account']['handle'] }}"
NOTIFIERS = [RunNotifier(CONFIG.notify, CONFIG.timezone)] if CONFIG.notify else []
RUN_TIMEOUT = timedelta(hours=20)  # twice as long as a task may wait for X's windows
OVERDUE_NOTIFIERS = [OverdueNotifier(CONFIG.notify, CONFIG.timezone, RUN_TIMEOUT)] if CONFIG.notify else []
ACCOUNT_TIMEOUT = timedelta(hours=1)  # thirty pages at X's slowest
ACCOUNTS = "accounts"  # of a run, as `plan` hands them to `verdict`
LAKE = (
    SETTINGS.aviary_lake.strip().rstrip("/")
    if SETTINGS.aviary_lake.startswith("s3://")
    else "s3://AVIARY_LAKE"
)
POSTS = Asset("aviary_posts", f"{LAKE}/posts_daily")
REPORT = Asset("aviary_report", f"{LAKE}/reports")

DOCUMENTATION = """
### One day of X posts, with their tone

`plan` reads accounts.yaml and looks the accounts up on X. Each **account** is then read and analyzed in a task of its
own. `report` renders the day's page. `verdict` fails the run when too many accounts failed, and names each.

* A skipped account is suspended, protected, missing or over budget. The line "Skipping task" of its log says which.
* The first red line of a failed task's log is the reason. Clearing the task reads only what is still missing.
* Trigger the DAG for another **day**, for some **accounts**, to read a stored day again from X (**refetch**), or
  only to **render** the report again. The note of a run says what it was for.
* A run of all accounts that went well updates the assets `aviary_posts` and `aviary_report`.
"""


@task(
    pool="x_api",
    show_return_value_in_logs=False,
    execution_timeout=timedelta(minutes=30),
    on_failure_callback=NOTIFIERS,
)
@reason_first
def plan() -> list[dict[str, Any]]:
    """Plan the accounts of the day, and look them up on X."""
    from dags.connections import open_lake, open_x, x_settings
    from pipeline.plan import choose, plan

    context = get_current_context()
    params = context["params"]
    if params["render_only"]:
        return []
    require_room(len(choose(CONFIG.accounts, params["accounts"], named="Accounts:")))
    account_tasks = plan(
        open_lake(),
        open_x(),
        CONFIG,
        day_of_this_run(),
        run_id=context["run_id"],
        sample=x_settings().sample,
        only=params["accounts"],
        refetch=params["refetch"],
        refetch_id=refetch_id(),
    )
    context["ti"].xcom_push(ACCOUNTS, [account_task.account for account_task in account_tasks])
    return [account_task.mapping() for account_task in account_tasks]


@task(pool="x_api", map_index_template=BY_HANDLE, execution_timeout=ACCOUNT_TIMEOUT)
@reason_first
def account(account: dict[str, Any]) -> None:
    """Read the account's posts of the day, score them, and write what is made of them."""
    from dags.connections import open_lake, open_x
    from pipeline.account import fail_account, run_account
    from pipeline.lake.records import AccountTask

    lake, account_task = open_lake(), AccountTask.model_validate(account)
    if lost := lost_processes(get_current_context()):
        raise fail_account(
            lake,
            account_task,
            f"its process was killed {lost} times, as happens without enough memory; see the log of the scheduler",
        )
    try:
        ended = run_account(lake, open_x(), account_task)
    except AirflowTaskTimeout:
        hours = f"{ACCOUNT_TIMEOUT / timedelta(hours=1):g} h"
        raise fail_account(lake, account_task, f"it was stopped after {hours}; clear it to go on") from None
    log.info("@%s: %s", account["handle"], ended)
    if ended.skipped:
        raise AirflowSkipException(ended.skipped)


@task(
    trigger_rule=TriggerRule.ALL_DONE,
    execution_timeout=timedelta(hours=1),
    on_failure_callback=NOTIFIERS,
)
@reason_first
def report() -> dict[str, Any]:
    """Roll the day up and render its report, even when accounts failed."""
    from dags.connections import open_lake
    from pipeline.report import report
    from reports import publish

    if accounts_of_this_run() is None:
        raise AirflowSkipException("the task plan did not succeed, so there is nothing to report")
    return report(open_lake(), day_of_this_run(), publish).model_dump(mode="json")


# Where `plan` or `report` failed this does not run, so that what failed is the one red task.
@task(
    trigger_rule=TriggerRule.NONE_FAILED,
    retries=0,
    outlets=[POSTS, REPORT],
    execution_timeout=timedelta(minutes=30),
    on_success_callback=NOTIFIERS,
    on_failure_callback=NOTIFIERS,
)
@reason_first
def verdict() -> dict[str, int]:
    """Fail the run when too many accounts failed, with their names and reasons."""
    from dags.connections import open_lake, open_x
    from dags.metrics import report_metrics
    from pipeline.lake import keys
    from pipeline.spend.reconcile import reconcile_after
    from pipeline.status import Status
    from pipeline.verdict import verdict

    context = get_current_context()
    accounts, day = accounts_of_this_run(), day_of_this_run()
    if not accounts or context["params"]["accounts"]:
        context["outlets"].clear()  # whoever waits for the assets waits for a day's new posts of all accounts
    if not accounts:
        return {}  # only rendered
    lake = open_lake()
    reconcile_after(lake, open_x(), context["run_id"])
    report_metrics(lake, day, accounts, context["dag_run"])  # of a run that fails, too
    statuses = verdict(lake, day, accounts, CONFIG.tolerate.failed_accounts, refetch_id()).statuses
    for asset in (POSTS, REPORT):
        context["outlet_events"][asset].extra = {
            "day": str(day),
            "accounts": len(accounts),
            "failed": statuses.get(Status.FAILED, 0),
            "report": keys.report(day),
        }
    return {str(status): count for status, count in statuses.items()}


def require_room(accounts: int) -> None:
    """Refuse more accounts than Airflow maps, before anything is asked of X."""
    from pipeline.errors import ConfigError

    most = conf.getint("core", "max_map_length")
    if accounts > most:
        raise ConfigError(
            f"{accounts:,} accounts are more than Airflow maps in one run ({most:,}); set "
            "AIRFLOW__CORE__MAX_MAP_LENGTH to a larger number, for the scheduler and the workers"
        )


def accounts_of_this_run() -> list[str] | None:
    """Return the lower-case handles that the run is for: none to render only, None when `plan` failed."""
    context = get_current_context()
    if context["params"]["render_only"]:
        return []
    accounts: list[str] | None = context["ti"].xcom_pull(task_ids="plan", key=ACCOUNTS)
    return accounts


def refetch_id() -> str | None:
    """Return by what a run is known that reads stored days again, so that none of its tasks does so twice."""
    context = get_current_context()
    return context["run_id"] if context["params"]["refetch"] else None


def day_of_this_run() -> date:
    """Return the local day of this run."""
    return day_of(get_current_context(), CONFIG.timezone)


@dag(
    schedule=LocalDayTimetable(CONFIG.timezone, CONFIG.collect_at),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    dagrun_timeout=RUN_TIMEOUT,
    on_failure_callback=OVERDUE_NOTIFIERS,
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
        "refetch": Param(
            False,
            type="boolean",
            title="Refetch",
            description="Read the day from X again although it is stored, which X bills again: at most "
            f"{at_most_text(sum(map(day_at_most, CONFIG.accounts)))} for all accounts. A run does so once, however "
            "often its tasks are retried or cleared.",
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
    [planned, reported] >> verdict()


aviary_daily()
