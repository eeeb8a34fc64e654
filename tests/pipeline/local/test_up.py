"""`make up`: what is wrong is one line, before anything starts; what runs already is told again."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from pipeline.local import up
from pipeline.local.airflow import airflow_home, make_private, passwords_file
from pipeline.local.processes import StandaloneError
from pipeline.local.started import READY, save, this_process
from pipeline.sandbox.processes import MARKER
from pipeline.settings import ROOT

LIVE = ("X_BEARER_TOKEN", "AVIARY_LAKE", "AVIARY_ACCOUNTS", "X_API_URL")


def command(folder: Path, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if name not in LIVE}
    return subprocess.run(
        [sys.executable, "-m", "pipeline.local.up", *arguments],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(ROOT)} | settings,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("set_one", "missing"),
    [("X_BEARER_TOKEN=a-token", "AVIARY_LAKE"), ("AVIARY_LAKE=s3://a-lake", "X_BEARER_TOKEN")],
)
def test_a_half_filled_env_is_one_line_before_anything_starts(
    tmp_path: Path, set_one: str, missing: str
) -> None:
    (tmp_path / ".env").write_text(set_one)
    told = command(tmp_path, "up")
    assert told.returncode == 2
    assert told.stdout == ""
    assert told.stderr == (
        f"live settings need both X_BEARER_TOKEN and AVIARY_LAKE, but {missing} is not set; set both or neither\n"
    )
    assert not (tmp_path / ".aviary" / "airflow").exists()


@pytest.mark.heavy
def test_a_token_in_quotes_is_one_line_too(tmp_path: Path) -> None:
    told = command(tmp_path, "up", X_BEARER_TOKEN="'a-token'", AVIARY_LAKE="s3://a-lake")
    assert told.returncode == 2
    assert told.stderr.count("\n") == 1
    assert "LIVE" not in told.stderr


@pytest.mark.heavy
def test_a_broken_accounts_yaml_is_its_line_alone(tmp_path: Path) -> None:
    (tmp_path / "accounts.yaml").write_text("accounts:\n  - not a handle\n")
    told = command(tmp_path, "up")
    assert told.returncode == 2
    assert told.stdout == ""
    assert told.stderr.startswith("accounts.yaml:2:5: ")
    assert told.stderr.count("\n") == 1


@pytest.mark.heavy
def test_down_without_up_leaves_nothing(tmp_path: Path) -> None:
    told = command(tmp_path, "down")
    assert (told.returncode, told.stdout, told.stderr) == (0, "nothing was running\n", "")
    assert not (tmp_path / ".aviary").exists()


@pytest.mark.heavy
def test_down_tells_why_everything_had_ended_by_itself(tmp_path: Path) -> None:
    ended = replace(this_process(8080, live=False, phase=READY), created=0, failure="the scheduler died")
    save(ended, tmp_path / ".aviary")
    told = command(tmp_path, "down")
    assert told.stderr == "it had ended by itself: the scheduler died\n"
    assert "by itself" not in command(tmp_path, "down").stderr


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which this process plays the background process, and Airflow knows the DAG."""
    monkeypatch.chdir(tmp_path)
    for name in LIVE:
        monkeypatch.delenv(name, raising=False)
    home = airflow_home(Path(".aviary"), live=False)
    make_private(home)
    passwords_file(home).write_text('{"admin": "a-password"}')
    save(
        replace(this_process(8123, live=False, phase=READY), environment={"X_API_URL": "http://127.0.0.1:7"}),
        Path(".aviary"),
    )
    monkeypatch.setattr(up, "_find_dag", lambda started: {"is_paused": False})
    return tmp_path


def test_a_second_up_tells_address_and_login_again(ready: Path, capsys: pytest.CaptureFixture[str]) -> None:
    up.up(8080)
    told = capsys.readouterr()
    assert "Airflow: http://127.0.0.1:8123/dags/aviary_daily\n" in told.out
    assert "login:   admin / a-password\n" in told.out
    assert "LIVE" not in told.err
    assert "already" not in told.err


def test_a_second_up_that_asks_for_something_else_says_what_runs(
    ready: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("X_BEARER_TOKEN", "a-token")
    monkeypatch.setenv("AVIARY_LAKE", "s3://a-lake")
    up.up(9999)
    told = capsys.readouterr()
    assert "on port 8123; for another port, run `make down` first" in told.err
    assert "already runs on sample data, but live settings are given now" in told.err
    assert "Airflow: http://127.0.0.1:8123" in told.out


def test_a_dag_that_cannot_be_read_is_one_line(ready: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.chdir(ready)
    errors = {"import_errors": [{"stack_trace": "Traceback:\n  File a\nValueError: a reason\n"}]}

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            200, json=errors if "importErrors" in str(request.url) else {"access_token": "t"}
        )

    client = httpx.Client(transport=httpx.MockTransport(answer))
    monkeypatch.setattr(httpx, "get", client.get)
    monkeypatch.setattr(httpx, "post", client.post)
    started = this_process(8123, live=False, phase=READY)
    with pytest.raises(StandaloneError) as raised:
        up._find_dag(started)
    assert str(raised.value) == "Airflow cannot read the DAG: ValueError: a reason"


def test_any_airflow_command_runs_in_the_environment_of_what_runs(
    ready: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, Any] = {}

    def run(command: list[str], env: Mapping[str, str], check: bool) -> "subprocess.CompletedProcess[bytes]":
        seen.update(command=command, env=env)
        return subprocess.CompletedProcess(command, 3)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setenv("AWS_PROFILE", "work")
    with pytest.raises(SystemExit) as ended:
        up.app(["airflow", "backfill", "create", "--dag-id", "aviary_daily", "--help"], standalone_mode=False)
    assert ended.value.code == 3
    assert seen["command"][1:] == [
        "-m",
        "airflow",
        "backfill",
        "create",
        "--dag-id",
        "aviary_daily",
        "--help",
    ]
    assert seen["env"]["X_API_URL"] == "http://127.0.0.1:7"
    assert seen["env"]["AIRFLOW__API__PORT"] == "8123"
    assert seen["env"]["AIRFLOW_HOME"] == str(ready / ".aviary" / "airflow")
    assert seen["env"][MARKER] == str(ready / ".aviary")
    assert "AWS_PROFILE" not in seen["env"]
    assert json.loads(seen["env"]["AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"])
