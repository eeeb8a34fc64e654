"""Airflow on this machine: `make up`, `make down`, and one run of the DAG for `make demo`.

Every process started here carries a marker in its environment. `down` ends what carries it and looks again:
`airflow standalone` leaves its children behind when it is told to end.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from types import FrameType

import httpx
import psutil
import typer
from dotenv import dotenv_values

from pipeline.cli.console import ERRORS
from pipeline.errors import AviaryError, ConfigError
from pipeline.sandbox.serve import Sandbox, running
from pipeline.settings import ROOT, Settings, load_settings

STATE = Path(".aviary")
MARKER = "AVIARY_STANDALONE"
UI_PORT = 8080
_START_SECONDS = 180
_STOP_SECONDS = 30

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


class StandaloneError(AviaryError):
    """Airflow did not start or stop as it should."""


def airflow_environment(state: Path, settings: Mapping[str, str], ui_port: int = UI_PORT) -> dict[str, str]:
    """Return the environment to run Airflow in: config/airflow's settings, this repository as its DAG bundle."""
    home = (state / "airflow").resolve()
    bundle = [
        {
            "name": "aviary",
            "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
            "kwargs": {"path": str(ROOT)},
        }
    ]
    log_port, trigger_log_port = free_port(), free_port()
    return {
        **os.environ,
        **{name: value or "" for name, value in dotenv_values(ROOT / "config/airflow/airflow.env").items()},
        **settings,
        MARKER: str(state.resolve()),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps(bundle),
        "AIRFLOW__API__PORT": str(ui_port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{ui_port}",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{ui_port}/execution/",
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(log_port),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(trigger_log_port),
        # airflow_local_settings is found on the path, and standalone finds its children on PATH.
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "config/airflow")]),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }


def free_port() -> int:
    """Return a port on loopback that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def prepare(environment: Mapping[str, str], log: Path) -> None:
    """Make Airflow's database and the pool. Raises `StandaloneError` with the end of the log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    for command in (["db", "migrate"], ["pools", "import", str(ROOT / "config/airflow/pools.json")]):
        run_airflow(command, environment, log)


def run_airflow(command: list[str], environment: Mapping[str, str], log: Path) -> None:
    """Run one Airflow command to its end. Raises `StandaloneError` with the end of the log when it fails."""
    with log.open("ab") as output:
        ended = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "airflow", *command],
            env=environment,
            stdout=output,
            stderr=output,
            check=False,
        )
    if ended.returncode:
        raise StandaloneError(f"airflow {command[0]} failed; the end of {log}:\n{tail(log)}")


def run_day_in_airflow(day: date, state: Path, settings: Mapping[str, str]) -> None:
    """Have Airflow run the DAG once for `day`, in this process's terms: it ends when the run has ended."""
    environment = airflow_environment(state, settings)
    log = state / "airflow" / "demo.log"
    prepare(environment, log)
    run_airflow(["dags", "test", "aviary_daily", "--conf", json.dumps({"day": str(day)})], environment, log)


def marked(state: Path) -> list[psutil.Process]:
    """Return the processes started for `state`, this one apart."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.environ().get(MARKER) == str(state.resolve()):
                found.append(process)
        except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
            continue  # not ours, or gone
    return found


def stop(state: Path) -> int:
    """End every process of `state`; return how many there were. Raises `StandaloneError` if one stays."""
    total = 0
    for end in (psutil.Process.terminate, psutil.Process.kill):
        # Again and again: a process may have started another while it was being ended.
        deadline = time.monotonic() + _STOP_SECONDS
        while (left := marked(state)) and time.monotonic() < deadline:
            total = max(total, len(left))
            for process in left:
                try:
                    end(process)
                except psutil.NoSuchProcess:
                    continue
            psutil.wait_procs(left, timeout=5)
        if not left:
            return total
    raise StandaloneError(f"these processes did not end: {', '.join(str(process.pid) for process in left)}")


def tail(log: Path, lines: int = 15) -> str:
    """Return the end of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _world(settings: Settings, state: Path) -> AbstractContextManager[Sandbox | None]:
    """Return the sandbox, or nothing when live settings are given; half of them is a mistake."""
    token, lake = bool(settings.x_bearer_token.get_secret_value()), bool(settings.aviary_lake)
    if token != lake:
        missing = "AVIARY_LAKE" if token else "X_BEARER_TOKEN"
        raise ConfigError(f"live settings need X_BEARER_TOKEN and AVIARY_LAKE both; {missing} is not set")
    return nullcontext() if token else running(state)


@app.command()
def serve(port: int = UI_PORT) -> None:
    """Run the sandbox, if wanted, and Airflow until told to end. `up` starts this in the background."""
    signal.signal(signal.SIGTERM, _leave)
    with _world(load_settings(), STATE) as sandbox:
        settings = sandbox.environment if sandbox else {}
        # Sample data costs nothing, so it may start by itself; real reads wait for someone to say so.
        paused = {"AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": str(sandbox is None)}
        environment = airflow_environment(STATE, {**settings, **paused}, port)
        prepare(environment, STATE / "airflow" / "prepare.log")
        subprocess.run([sys.executable, "-m", "airflow", "standalone"], env=environment, check=False)


def _leave(signum: int, frame: FrameType | None) -> None:
    sys.exit(0)


@app.command()
def up(port: int = UI_PORT) -> None:
    """Start Airflow in the background and wait until it answers."""
    if marked(STATE):
        raise ConfigError("Aviary is already up here, or did not end well; `make down` first")
    if not _is_free(port):
        raise ConfigError(f"port {port} is taken by another program; end it, or choose: make up PORT=8081")
    settings = load_settings()
    if settings.x_bearer_token.get_secret_value():
        ERRORS.print(
            f"LIVE: posts are read from {settings.x_api_url} and billed by X; lake {settings.aviary_lake}"
        )
    else:
        ERRORS.print(
            "SAMPLE DATA: no live settings are given, so this runs on the sandbox: invented accounts and posts"
        )
    log = STATE / "airflow" / "up.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        server = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "pipeline.standalone", "serve", "--port", str(port)],
            env={**os.environ, MARKER: str(STATE.resolve())},
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    with ERRORS.status("Airflow is starting; about a minute"):
        _wait_until_healthy(server, port, log)
    typer.echo(f"Airflow: http://127.0.0.1:{port}/dags/aviary_daily")
    user, password = _login()
    typer.echo(f"login:   {user} / {password}")
    typer.echo("Trigger aviary_daily there; `make down` ends it all.")


@app.command()
def down() -> None:
    """End everything `up` started, and make sure of it."""
    ended = stop(STATE)
    typer.echo(f"{ended} processes ended; none is left" if ended else "nothing was running")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _wait_until_healthy(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until the scheduler reports itself healthy and the DAG is known. Ends everything when it does not."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            health = httpx.get(f"http://127.0.0.1:{port}/api/v2/monitor/health", timeout=2).json()
            if health["scheduler"]["status"] == "healthy" and health["dag_processor"]["status"] == "healthy":
                return
        except (httpx.HTTPError, ValueError, KeyError):
            pass  # not up yet
        time.sleep(0.5)
    stop(STATE)
    raise StandaloneError(f"Airflow did not start; the end of {log}:\n{tail(log)}")


def _login() -> tuple[str, str]:
    """Return the user and the password Airflow made up for this folder."""
    passwords = STATE / "airflow" / "simple_auth_manager_passwords.json.generated"
    user, password = next(iter(json.loads(passwords.read_text()).items()))
    return str(user), str(password)


def main() -> None:
    """Run `up`, `down` or `serve`; an expected failure is one line on stderr."""
    try:
        app()
    except AviaryError as error:
        ERRORS.print(str(error))
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
