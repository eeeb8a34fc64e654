"""The DAG only wires: its form, and one run of it by Airflow itself."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes
from pipeline.local.airflow import run_day_in_airflow
from pipeline.local.processes import StandaloneError
from pipeline.sandbox.app import create_app
from pipeline.sandbox.x.server import serving
from pipeline.status import Status
from tests.conftest import DAY
from tests.dags.post import Post, text_of
from tests.promises.broken import Broken, break_accounts
from tests.promises.days import write_accounts

ROOT = Path(__file__).parents[2]


def test_parsing_the_dag_imports_nothing_heavy() -> None:
    """Every task's process parses the file again."""
    script = (
        "import sys, dags.aviary_daily\n"
        "heavy = {'polars', 'tweepy', 'boto3', 'dataframely', 'vaderSentiment', 'reports'}\n"
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

    timetable = aviary_daily().timetable

    assert isinstance(timetable, LocalDayTimetable)
    assert timetable.serialize() == LocalDayTimetable(CONFIG.timezone, CONFIG.collect_at).serialize()


def test_no_task_waits_for_collect_at_so_a_manual_run_starts_at_once() -> None:
    from dags.aviary_daily import aviary_daily

    assert [task.task_id for task in aviary_daily().roots] == ["plan"]


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

        with pytest.raises(StandaloneError, match="dags failed"):
            run_day_in_airflow(DAY, tmp_path, dict(os.environ))

        outcomes = find_outcomes(lake, DAY)
        assert {account: outcome.status for account, outcome in outcomes.items()} == {
            "pixelforge": Status.OK,
            "orchardtv": Status.MISSING,
            "1729": Status.FAILED,
        }
        assert lake.exists(f"reports/{DAY}/index.html")
        with sqlite3.connect(tmp_path / "airflow" / "airflow.db") as database:
            rows = database.execute("select task_id, rendered_map_index, state from task_instance").fetchall()
        states = {(task, label): state for task, label, state in rows}
        assert states["account", "pixelforge"] == "success"
        assert states["account", "orchardtv"] == "skipped"
        assert states["account", "1729"] == "failed"
        assert states["report", None] == "success"
        assert states["verdict", None] == "failed"
        log = (tmp_path / "airflow" / "demo.log").read_text()
        assert "1 of 3 accounts failed, more than the 10% tolerated: @1729: " in log
        assert os.environ["X_BEARER_TOKEN"] not in log
        (mail,) = post.mails
        assert mail["Subject"] == "[sample data] X report, Sun 22 Nov: the run failed"
        text = text_of(mail)
        assert "1 of 3 accounts failed, more than the 10% tolerated: @1729: " in text
        assert "The report: http" in text
