"""`./aviary sandbox`, alone and around a command, as a process of its own."""

import json
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from pipeline.sandbox.s3 import uses_moto
from tests.pipeline.sandbox.processes import read_line

ROOT = Path(__file__).parents[3]
APP = """
import typer
from pipeline.cli.sandbox import sandbox
app = typer.Typer()
app.command()(sandbox)
app.callback()(lambda: None)
app()
"""
pytestmark = [pytest.mark.slow, pytest.mark.skipif(uses_moto(), reason="no SeaweedFS on this machine")]


def _command(directory: Path, *words: str) -> list[str]:
    return [sys.executable, "-c", APP, "sandbox", "--dir", str(directory), *words]


def _run(directory: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(directory, *words), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def _start(directory: Path, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        _command(directory, *words), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _alive(directory: Path) -> list[str]:
    """Return the command lines that name the folder. By psutil, because a minimal Debian has no `ps`."""
    commands = (" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"]))
    return [command for command in commands if str(directory) in command]


def test_a_command_runs_with_the_settings_and_its_exit_code_is_returned(tmp_path: Path) -> None:
    script = "import os, sys; print(os.environ['X_API_URL'], os.environ['AVIARY_LAKE']); sys.exit(7)"
    done = _run(tmp_path, "--", sys.executable, "-c", script)
    assert done.returncode == 7
    address, lake = done.stdout.split()
    assert address.startswith("http://127.0.0.1:")
    assert lake == "s3://lake"
    assert "SAMPLE DATA" in done.stderr
    assert _alive(tmp_path) == []


def test_options_of_the_command_are_the_command_s(tmp_path: Path) -> None:
    done = _run(tmp_path, "--", "echo", "--dir", "elsewhere", "--help")
    assert done.stdout == "--dir elsewhere --help\n"


def test_faults_and_a_rate_limit_can_be_set(tmp_path: Path) -> None:
    script = """
import os, requests
address, token = os.environ["X_API_URL"], os.environ["X_BEARER_TOKEN"]
answer = requests.get(f"{address}/2/users/1/tweets", headers={"Authorization": f"Bearer {token}"}, timeout=10)
print(answer.status_code, answer.headers["x-rate-limit-limit"], int(answer.headers["x-rate-limit-reset"]) % 60)
for rule in requests.get(f"{address}/sandbox/orders", timeout=10).json():
    print(*rule.values())
"""
    rules = ["--fault", "*=503:2", "--fault", "CityMetro=suspended::3", "--fault", "1729=depth:::20"]
    done = _run(
        tmp_path, *rules, "--rate-limit", "7", "--rate-window", "60", "--", sys.executable, "-c", script
    )
    assert done.stdout.splitlines() == [
        "503 7 0",
        "* 503 2 0 None None 1",
        "citymetro suspended None 3 None None 0",
        "1729 depth None 0 None 20 0",
    ]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("citymetro=teapot", "there is no fault 'teapot'; the faults are 429, 429_without_reset, "),
        ("city-metro=503", "'city-metro' is not a handle: 1 to 15 letters, digits or _, without @"),
        ("citymetro", "'citymetro' is not a fault rule; write HANDLE=FAULT[:TIMES[:AFTER[:POSTS]]]"),
        ("citymetro=503:often", "'citymetro=503:often' is not a fault rule: 'often' is not a whole number"),
        ("citymetro=503:0", "times must be a whole number of at least 1, not 0"),
        ("citymetro=503:1:0:5:1", "'citymetro=503:1:0:5:1' is not a fault rule"),
    ],
)
def test_a_wrong_rule_is_one_line_and_exit_code_2_and_nothing_starts(
    tmp_path: Path, rule: str, message: str
) -> None:
    done = _run(tmp_path, "--fault", rule, "--", "echo", "started")
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_command_ended_by_a_signal_gives_the_shell_s_exit_code(tmp_path: Path) -> None:
    assert _run(tmp_path, "--", "sh", "-c", "kill -9 $$").returncode == 128 + 9


def test_a_command_that_does_not_exist_is_one_line_and_127(tmp_path: Path) -> None:
    done = _run(tmp_path, "--", "no-such-command")
    assert done.returncode == 127
    assert "there is no command 'no-such-command'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 128 + 15)])
def test_alone_it_prints_its_settings_and_stays_until_a_signal(
    tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    process = _start(tmp_path)
    lines = [read_line(process) for _ in range(12)]
    settings = dict(shlex.split(line)[1].split("=", 1) for line in lines)
    assert all(line.startswith("export ") for line in lines)
    assert {
        "X_API_URL",
        "X_BEARER_TOKEN",
        "AVIARY_LAKE",
        "AWS_ENDPOINT_URL_S3",
        "AWS_REGION",
    } <= settings.keys()
    assert process.poll() is None
    process.send_signal(sent)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == code
    assert "SAMPLE DATA" in errors
    assert "Traceback" not in errors
    assert _alive(tmp_path) == []


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_command_and_the_sandbox(tmp_path: Path, sent: signal.Signals) -> None:
    script = f"import time; print('up', flush=True); time.sleep(600)  # {tmp_path}"
    process = _start(tmp_path, "--", sys.executable, "-c", script)
    assert read_line(process) == "up\n"
    process.send_signal(sent)
    process.communicate(timeout=30)
    assert process.returncode == 128 + sent
    assert _alive(tmp_path) == []


def test_a_command_beside_a_running_sandbox_uses_that_one(tmp_path: Path) -> None:
    script = "import os, sys; print(os.environ['X_API_URL'], os.environ['AWS_ENDPOINT_URL_S3']); sys.exit(7)"
    first = _start(tmp_path)
    printed = [read_line(first) for _ in range(6)]
    beside = _run(tmp_path, "--", sys.executable, "-c", script)
    wrong = [_run(tmp_path, "--", name) for name in ("no-such-command", str(tmp_path))]
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=30)
    assert beside.returncode == 7
    assert "SAMPLE DATA" in beside.stderr
    for address in beside.stdout.split():
        assert any(address in line for line in printed)
    assert [done.returncode for done in wrong] == [127, 126]
    assert _alive(tmp_path) == []


@pytest.mark.parametrize(
    "options", [(), ("--fault", "*=402", "--", "true"), ("--rate-limit", "5", "--", "true")]
)
def test_a_sandbox_of_its_own_in_a_folder_in_use_is_one_line_and_exit_code_2(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    first = _start(tmp_path)
    read_line(first)
    done = _run(tmp_path, *options)
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=30)
    assert done.returncode == 2
    assert done.stderr.startswith("another sandbox is running in ")
    assert done.stderr.count("\n") == 1


def test_a_server_that_ends_by_itself_ends_the_sandbox_with_one_line(tmp_path: Path) -> None:
    process = _start(tmp_path)
    read_line(process)
    os.kill(json.loads((tmp_path / "sandbox.json").read_text())["s3_pid"], signal.SIGKILL)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "one of the sandbox's servers ended by itself" in errors
    assert _alive(tmp_path) == []


def test_a_session_token_of_the_user_s_is_unset_before_the_settings(tmp_path: Path) -> None:
    process = subprocess.Popen(
        _command(tmp_path),
        cwd=ROOT,
        env=os.environ | {"AWS_SESSION_TOKEN": "mine"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert read_line(process) == "unset AWS_SESSION_TOKEN\n"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
