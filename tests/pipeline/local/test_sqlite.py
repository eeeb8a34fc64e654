"""Airflow opens its SQLite database with the patience that is set; a database of the user's own is left alone."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.local.airflow import airflow_environment, fork_environment, make_private, start_day

pytestmark = pytest.mark.heavy

ASK = """
import asyncio
from airflow import settings
from sqlalchemy import text

async def timeout():
    async with settings.async_engine.connect() as connection:
        return (await connection.execute(text("PRAGMA busy_timeout"))).scalar()

with settings.engine.connect() as connection:
    print("ANSWER", connection.execute(text("PRAGMA busy_timeout")).scalar(), asyncio.run(timeout()))
"""


def test_every_connection_of_airflows_waits_a_minute_for_a_lock(tmp_path: Path) -> None:
    environment = airflow_environment(tmp_path, os.environ)
    make_private(Path(environment["AIRFLOW_HOME"]))
    asked = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, check=True
    )
    answer = next(line for line in asked.stdout.splitlines() if line.startswith("ANSWER"))
    assert answer.split()[1:] == ["60000", "60000"]


def test_a_database_of_the_users_own_gets_no_setting_of_sqlites() -> None:
    own = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "postgresql+psycopg2://a@b/c"}
    added = airflow_environment(Path("state"), own).keys() - airflow_environment(Path("state"), {}).keys()
    removed = airflow_environment(Path("state"), {}).keys() - airflow_environment(Path("state"), own).keys()
    assert added == own.keys()
    assert removed == {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS_ASYNC",
    }


def test_database_and_pools_are_there_before_anything_starts(tmp_path: Path) -> None:
    environment = airflow_environment(tmp_path, os.environ)
    log = tmp_path / "prepare.log"
    make_private(Path(environment["AIRFLOW_HOME"]))
    waiting = start_day(environment, log)
    waiting.communicate()  # no day
    assert waiting.returncode == 0, log.read_text()
    assert "Uploaded 1 pool(s)" in log.read_text()
    assert (Path(environment["AIRFLOW_HOME"]) / "airflow.db").exists()


def test_only_what_forks_tasks_imports_the_pipeline_at_its_start() -> None:
    environment = airflow_environment(Path("state"), {})
    assert "config/airflow" not in environment["PYTHONPATH"]
    assert fork_environment(environment)["PYTHONPATH"].split(os.pathsep)[1].endswith("config/airflow")
