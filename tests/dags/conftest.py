"""Airflow with a home of its own, set before anything imports it."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="aviary-airflow-"))
os.environ.setdefault("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
os.environ.setdefault("AIRFLOW__CORE__UNIT_TEST_MODE", "False")
os.environ.setdefault(
    "AIRFLOW__CORE__PLUGINS_FOLDER", str(Path(__file__).parents[2] / "config/airflow/plugins")
)

import pytest

from tests.dags.post import post  # noqa: F401  # a fixture


@pytest.fixture(scope="session", autouse=True)
def airflow_logs() -> None:
    """Airflow configures logging when it is first imported: within a test, that would take its `caplog` away."""
    import airflow.settings  # noqa: F401
