"""Airflow on this machine: `make up`, `make down`, and one run of the DAG for `make demo`.

Its services are started one by one rather than by `airflow standalone`, which leaves them behind when it is
ended and opens log servers to the whole network. They share one session, and every process carries a marker
in its environment; `down` ends what belongs to either, and looks again. (Neither is enough alone: Airflow's
services overwrite their environment with their title, and the sandbox's X API leads a session of its own.)
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from datetime import date
from pathlib import Path
from types import FrameType

import httpx
import psutil
import typer
from dotenv import dotenv_values

from pipeline.cli.console import ERRORS
from pipeline.errors import AviaryError, ConfigError
from pipeline.sandbox.processes import end
from pipeline.sandbox.serve import Sandbox, running
from pipeline.settings import ROOT, Settings, load_settings

STATE = Path(".aviary")
MARKER = "AVIARY_STANDALONE"
UI_PORT = 8080
_START_SECONDS = 180
_STOP_SECONDS = 30
_PAUSED = "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"
_IMPORT_POOLS = ["pools", "import", str(ROOT / "config/airflow/pools.json")]

# Tasks run here, so their logs are read from disk and no log server is needed.
SERVICES = (
    ["api-server"],
    ["scheduler", "--skip-serve-logs"],
    ["dag-processor"],
    ["triggerer", "--skip-serve-logs"],
)

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
        # Where airflow_local_settings is found.
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "config/airflow")]),
    }


def run_airflow(command: list[str], environment: Mapping[str, str], log: Path) -> None:
    """Run one Airflow command to its end. Raises `StandaloneError` with the end of the log when it fails."""
    log.parent.mkdir(parents=True, exist_ok=True)
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
    environment = airflow_environment(state, {**settings, _PAUSED: "False"})
    log = state / "airflow" / "demo.log"
    run_airflow(["db", "migrate"], environment, log)
    run_airflow(_IMPORT_POOLS, environment, log)
    run_airflow(["dags", "test", "aviary_daily", "--conf", json.dumps({"day": str(day)})], environment, log)


def started_for(state: Path) -> list[psutil.Process]:
    """Return the living processes that were started for `state`, this one apart."""
    session = _session(state)
    found = []
    for process in psutil.process_iter():
        try:
            ours = os.getsid(process.pid) == session or process.environ().get(MARKER) == str(state.resolve())
        except (psutil.AccessDenied, psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            continue  # somebody else's, or gone
        if ours and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def _session(state: Path) -> int | None:
    """Return the session that `up` began, unless its number has passed to somebody else since."""
    try:
        recorded = json.loads((state / "airflow" / "session.json").read_text())
    except FileNotFoundError:
        return None
    try:
        leader = psutil.Process(recorded["pid"])
    except psutil.NoSuchProcess:
        return int(recorded["pid"])  # the number stays taken as long as one of its processes lives
    return leader.pid if leader.create_time() == recorded["created"] else None


def stop(state: Path) -> int:
    """End every process of `state`; return how many there were. Raises `StandaloneError` if one stays."""
    seen: set[int] = set()
    for ask in (psutil.Process.terminate, psutil.Process.kill):
        # Again and again: a process may have started another while it was being ended.
        deadline = time.monotonic() + _STOP_SECONDS
        while (left := started_for(state)) and time.monotonic() < deadline:
            seen |= {process.pid for process in left}
            for process in left:
                with suppress(psutil.NoSuchProcess):
                    ask(process)
            psutil.wait_procs(left, timeout=5)
        if not left:
            return len(seen)
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
    with _world(load_settings(), STATE) as sandbox, ExitStack() as services:
        signal.signal(signal.SIGTERM, _leave)
        # Sample data costs nothing, so its DAG may start by itself; real reads wait for someone to say so.
        settings = {**(sandbox.environment if sandbox else {}), _PAUSED: str(sandbox is None)}
        environment = airflow_environment(STATE, settings, port)
        log = STATE / "airflow" / "prepare.log"
        run_airflow(["db", "migrate"], environment, log)
        running_services = [
            services.enter_context(_service(command, environment, STATE / "airflow")) for command in SERVICES
        ]
        run_airflow(_IMPORT_POOLS, environment, log)
        while all(service.poll() is None for service in running_services):
            time.sleep(1)
        raise StandaloneError(
            f"one of Airflow's services ended by itself; see the logs in {STATE / 'airflow'}"
        )


@contextmanager
def _service(
    command: list[str], environment: Mapping[str, str], folder: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run one of Airflow's services, with a log of its own; ended with the block."""
    with (folder / f"{command[0]}.log").open("ab") as output:
        service = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "airflow", *command], env=environment, stdout=output, stderr=output
        )
        try:
            yield service
        finally:
            end(service, _STOP_SECONDS)


def _leave(signum: int, frame: FrameType | None) -> None:
    sys.exit(0)


@app.command()
def up(port: int = UI_PORT) -> None:
    """Start Airflow in the background and wait until it answers."""
    if started_for(STATE):
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
    session = {"pid": server.pid, "created": psutil.Process(server.pid).create_time()}
    (STATE / "airflow" / "session.json").write_text(json.dumps(session))
    with ERRORS.status("Airflow is starting; about a minute"):
        _wait_until_ready(server, port, log)
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


def _wait_until_ready(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Wait until Airflow knows the DAG and its scheduler is healthy; when it does not, end it all and say why."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if _is_ready(f"http://127.0.0.1:{port}"):
                return
        except (httpx.HTTPError, OSError, ValueError, KeyError):
            pass  # not up yet
        time.sleep(0.5)
    stop(STATE)
    raise StandaloneError(f"Airflow did not start; the end of {log}:\n{tail(log)}")


def _is_ready(address: str) -> bool:
    health = httpx.get(f"{address}/api/v2/monitor/health", timeout=2).json()
    if health["scheduler"]["status"] != "healthy":
        return False
    user, password = _login()
    token = httpx.post(f"{address}/auth/token", json={"username": user, "password": password}, timeout=5)
    authorized = {"Authorization": f"Bearer {token.json()['access_token']}"}
    errors = httpx.get(f"{address}/api/v2/importErrors", headers=authorized, timeout=5).json()
    if errors["total_entries"]:
        raise StandaloneError(f"Airflow cannot read the DAG: {errors['import_errors'][0]['stack_trace']}")
    return httpx.get(f"{address}/api/v2/dags/aviary_daily", headers=authorized, timeout=5).is_success


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
