"""The DAG only wires: its form, and one run of it by Airflow itself."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.errors import ConfigError
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes, put_outcome
from pipeline.lake.records import Outcome
from pipeline.local.processes import StandaloneError
from pipeline.sandbox.app import create_app
from pipeline.sandbox.x.server import serving
from pipeline.status import Status
from tests.conftest import DAY
from tests.dags.days import run_by_airflow
from tests.dags.post import Post, text_of
from tests.pipeline.given import work
from tests.promises.broken import Broken, break_accounts
from tests.promises.days import write_accounts

ROOT = Path(__file__).parents[2]


def test_parsing_the_dag_imports_nothing_heavy() -> None:
    """Every task's process parses the file again. (boto3 is there: Airflow checks an Asset's s3:// address by it.)"""
    script = (
        "import sys, dags.aviary_daily\n"
        "heavy = {'polars', 'tweepy', 'dataframely', 'vaderSentiment', 'reports'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert printed.stdout.splitlines()[-1] == "[]"


def test_every_task_has_an_owner_retries_and_a_policy_and_the_dag_its_documentation() -> None:
    from dags.aviary_daily import aviary_daily
    from dags.retries import RETRIES, AviaryRetryPolicy

    dag = aviary_daily()

    assert dag.doc_md
    assert dag.max_active_runs == 1
    assert {"aviary"} <= dag.tags
    for task in dag.tasks:
        assert task.owner == "aviary"
        assert isinstance(task.retry_policy, AviaryRetryPolicy)
        assert task.retries == (0 if task.task_id == "verdict" else RETRIES)


def test_a_run_is_for_the_local_day_of_accounts_yaml_and_starts_at_collect_at() -> None:
    from aviary_timetable import LocalDayTimetable

    from dags.aviary_daily import CONFIG, aviary_daily

    timetable: Any = aviary_daily().timetable

    # By its name: Airflow's plugin manager, which other tests start, loads the module once more.
    assert type(timetable).__qualname__ == LocalDayTimetable.__qualname__
    assert timetable.serialize() == LocalDayTimetable(CONFIG.timezone, CONFIG.collect_at).serialize()


def test_no_task_waits_for_collect_at_so_a_manual_run_starts_at_once() -> None:
    from dags.aviary_daily import aviary_daily

    assert [task.task_id for task in aviary_daily().roots] == ["plan"]


def test_no_task_runs_for_ever_and_the_run_outlasts_all_waits_for_x() -> None:
    from dags.aviary_daily import aviary_daily
    from dags.retries import RETRIES
    from pipeline.x_api.waiting import RATE_WINDOW

    dag = aviary_daily()

    assert all(task.execution_timeout for task in dag.tasks)
    assert dag.dagrun_timeout is not None
    assert dag.dagrun_timeout > RETRIES * RATE_WINDOW


def test_more_accounts_than_airflow_maps_are_refused_with_the_settings_name() -> None:
    from dags.aviary_daily import require_room

    require_room(1024)
    with pytest.raises(ConfigError, match=r"1,025 accounts .*\(1,024\); set AIRFLOW__CORE__MAX_MAP_LENGTH"):
        require_room(1025)


@pytest.mark.parametrize("finished", [True, False])
def test_an_account_that_runs_out_of_time_is_failed_and_a_finished_day_stays(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, finished: bool
) -> None:
    from airflow.sdk.exceptions import AirflowTaskTimeout

    from dags import aviary_daily

    def too_slow(*_: object) -> None:
        raise AirflowTaskTimeout("Timeout")

    context = {"ti": SimpleNamespace(try_number=1, max_tries=40)}
    monkeypatch.setattr(aviary_daily, "get_current_context", lambda: context)
    monkeypatch.setattr("pipeline.account.run_account", too_slow)
    if finished:
        put_outcome(lake, work().day, "nasa", Outcome(status=Status.OK))
    with pytest.raises(SystemExit) as ended:
        aviary_daily.account.function(work().model_dump(mode="json"))
    assert str(ended.value.__cause__) == "@NASA: it was stopped after 1 h; clear it to go on"
    [outcome] = find_outcomes(lake, work().day).values()
    assert outcome.status == (Status.OK if finished else Status.FAILED)


@pytest.mark.slow
class TestOneRunByAirflow:
    """Three accounts: one good, one that X does not know, one that X does not deliver."""

    @pytest.fixture
    def broken(self, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Broken]:
        app = Broken(create_app(environment["X_BEARER_TOKEN"]))
        with serving(app) as address:  # type: ignore[arg-type]
            monkeypatch.setenv("X_API_URL", address)
            yield app

    def test_one_failing_account_shows_by_name_and_the_verdict_decides(
        self, broken: Broken, lake: Lake, post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        accounts = (
            "tolerate: {failed_accounts: 10%}\nnotify: ['mailto:team@example.org']\n"
            "accounts: [pixelforge, orchardtv, 1729]\n"
        )
        write_accounts(tmp_path, monkeypatch, accounts)
        break_accounts(broken, "1729")
        broken.status = 400  # what cannot pass is not tried again, so nobody waits here

        with pytest.raises(StandaloneError, match="Airflow could not run"):
            run_by_airflow(DAY, tmp_path)

        outcomes = find_outcomes(lake, DAY)
        assert {account: outcome.status for account, outcome in outcomes.items()} == {
            "pixelforge": Status.OK,
            "orchardtv": Status.MISSING,
            "1729": Status.FAILED,
        }
        assert lake.exists(f"reports/{DAY}/index.html")
        with sqlite3.connect(tmp_path / "airflow" / "airflow.db") as database:
            rows = database.execute("select task_id, rendered_map_index, state from task_instance").fetchall()
            assert database.execute("select * from asset_event").fetchall() == []
        states = {(task, label): state for task, label, state in rows}
        assert states["account", "pixelforge"] == "success"
        assert states["account", "orchardtv"] == "skipped"
        assert states["account", "1729"] == "failed"
        assert states["report", None] == "success"
        assert states["verdict", None] == "failed"
        log = (tmp_path / "airflow" / "demo.log").read_text()
        assert "1 of 3 accounts failed, more than the 10% tolerated: @1729: " in log
        assert "Traceback" not in log
        assert os.environ["X_BEARER_TOKEN"] not in log
        (mail,) = post.mails
        assert mail["Subject"] == "[sample data] X report, Sun 22 Nov: the run failed"
        text = text_of(mail)
        assert "1 of 3 accounts failed, more than the 10% tolerated: @1729: " in text
        assert "The report: http" in text
