"""config/airflow/start.py: what waits for what. Airflow's own commands are replaced; test_sqlite.py runs a real one."""

import io
import os
import runpy
import sys
import time
import urllib.error
import urllib.request
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from pipeline.settings import ROOT

events: list[str] = []


def serve(request: httpx.Request) -> httpx.Response:
    """Answer in place of the API that serves tasks in this process."""
    events.append(f"serve tasks: {request.url.path}")
    return httpx.Response(200)


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
    supervisor = SimpleNamespace(
        in_process_api_server=lambda: SimpleNamespace(transport=httpx.MockTransport(serve))
    )
    monkeypatch.setitem(sys.modules, "airflow.sdk.execution_time.supervisor", supervisor)
    for module in (
        "airflow.cli.commands.dag_command",
        "airflow.api_fastapi.execution_api.app",
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
    ("service", "path", "command"),
    [
        ("scheduler", "/execution/health", "airflow scheduler --skip-serve-logs"),
        ("dag-processor", "/api/v2/monitor/health", "airflow dag-processor"),
    ],
)
def test_it_starts_when_the_api_server_answers_what_tasks_ask(
    monkeypatch: pytest.MonkeyPatch, service: str, path: str, command: str
) -> None:
    asked = f"ask http://127.0.0.1:8123{path}"
    assert start(monkeypatch, service) == [asked, asked, asked, command]


@pytest.mark.parametrize(
    ("given", "run"),
    [
        (
            '["aviary_daily", "--conf", "{}"]\n',
            ["serve tasks: /health", "airflow dags test aviary_daily --conf {}", "end at once"],
        ),
        ("", ["serve tasks: /health"]),
    ],
)
def test_a_day_is_run_once_it_is_named_and_never_when_whoever_would_name_it_has_ended(
    monkeypatch: pytest.MonkeyPatch, given: str, run: list[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(given))
    this, end = os.getpid(), os._exit
    # The fork that prepares the database really ends.
    monkeypatch.setattr(
        os, "_exit", lambda code: events.append("end at once") if os.getpid() == this else end(code)
    )
    assert start(monkeypatch, "dag-test", "pools.json") == run


def test_a_database_that_cannot_be_prepared_ends_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "waitpid", lambda child, _: (child, 256))
    with pytest.raises(SystemExit, match="could not be prepared"):
        start(monkeypatch, "dag-test", "pools.json")
    assert events == []


def test_anything_else_is_refused_with_the_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="migrates the database"):
        start(monkeypatch, "webserver")
    assert events == []
