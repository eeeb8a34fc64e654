"""config/airflow/start.py: what waits for what. Airflow's own commands are replaced; test_sqlite.py runs a real one."""

import runpy
import sys
import time
import urllib.error
import urllib.request
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.settings import ROOT

events: list[str] = []


@pytest.fixture(autouse=True)
def airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands and imports are recorded; the API server answers at the third request."""
    events.clear()
    answers = iter([urllib.error.URLError("refused"), TimeoutError(), nullcontext()])

    def ask(address: str, timeout: float) -> Any:
        answer = next(answers)
        events.append(f"ask {address}")
        if isinstance(answer, Exception):
            raise answer
        return answer

    conf = SimpleNamespace(get_mandatory_value=lambda *_: "http://127.0.0.1:8123")
    main = SimpleNamespace(main=lambda: events.append(" ".join(sys.argv)))
    monkeypatch.setitem(sys.modules, "airflow.__main__", main)
    monkeypatch.setitem(sys.modules, "airflow.configuration", SimpleNamespace(conf=conf))
    for module in (
        "airflow.jobs.scheduler_job_runner",
        "airflow.executors.local_executor",
        "airflow.jobs.dag_processor_job_runner",
        "airflow.dag_processing.processor",
    ):
        monkeypatch.setitem(sys.modules, module, SimpleNamespace())
    monkeypatch.setattr(urllib.request, "urlopen", ask)
    monkeypatch.setattr(time, "sleep", lambda _: None)


def start(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> list[str]:
    monkeypatch.setattr(sys, "argv", ["start.py", *arguments])
    runpy.run_path(str(ROOT / "config/airflow/start.py"), run_name="__main__")
    return events


@pytest.mark.parametrize(
    ("service", "command"),
    [("scheduler", "airflow scheduler --skip-serve-logs"), ("dag-processor", "airflow dag-processor")],
)
def test_it_starts_when_the_api_server_answers(
    monkeypatch: pytest.MonkeyPatch, service: str, command: str
) -> None:
    asked = "ask http://127.0.0.1:8123/api/v2/monitor/health"
    assert start(monkeypatch, service) == [asked, asked, asked, command]


def test_the_database_is_there_before_the_pools(monkeypatch: pytest.MonkeyPatch) -> None:
    assert start(monkeypatch, "prepare", "pools.json") == [
        "airflow db migrate",
        "airflow pools import pools.json",
    ]


def test_anything_else_is_refused_with_the_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="migrates the database"):
        start(monkeypatch, "webserver")
    assert events == []
