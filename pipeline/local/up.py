"""`make up` and `make down`: Airflow in the background, on the sandbox unless live settings are given."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
import typer

from pipeline.errors import AviaryError, ConfigError
from pipeline.local.airflow import (
    IMPORT_POOLS,
    PAUSED,
    SERVICES,
    UI_PORT,
    airflow_environment,
    airflow_home,
    make_private,
    passwords_file,
    run_airflow,
    service,
    tail,
)
from pipeline.local.console import ERRORS
from pipeline.local.processes import MARKER, STATE, StandaloneError, find_processes, record_session, stop
from pipeline.sandbox.serve import Sandbox, running
from pipeline.settings import Settings, load_settings

_START_SECONDS = 180

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def up(port: int = UI_PORT) -> None:
    """Start Airflow in the background and wait until it is ready."""
    if find_processes(STATE):
        raise ConfigError(
            "Aviary is already running in this folder, or processes of an earlier start are left; run `make down` first"
        )
    if not _is_free(port):
        raise ConfigError(
            f"port {port} is in use by another program; stop it, or choose another port: make up PORT=8081"
        )
    settings = load_settings()
    live = _is_live(settings)
    home = airflow_home(STATE, live=live)
    for line in announcement(settings, STATE):
        ERRORS.print(line)
    make_private(home)
    log = home / "up.log"
    with log.open("wb") as output:
        server = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "pipeline.local.up", "serve", "--port", str(port)],
            env={**os.environ, MARKER: str(STATE.resolve())},
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    record_session(STATE, server.pid)
    with ERRORS.status("Airflow is starting; this takes about a minute"):
        is_paused = _wait_until_ready(server, port, log)
    typer.echo(f"Airflow: http://127.0.0.1:{port}/dags/aviary_daily")
    user, password = _login(home)
    typer.echo(f"login:   {user} / {password}")
    if live and is_paused:
        typer.echo(
            "aviary_daily is switched off; once you switch it on, it reads each day from X, which bills it."
        )
    else:
        typer.echo("Trigger aviary_daily there.")
    typer.echo("`make down` stops everything.")


def announcement(settings: Settings, state: Path) -> list[str]:
    """Return what to say before Airflow starts: what is read, who pays, and whose state of Airflow's it is."""
    if not _is_live(settings):
        return [
            "SAMPLE DATA: no live settings are given, so Airflow uses the sandbox, with invented accounts and posts"
        ]
    lines = [
        f"LIVE: posts are read from {settings.x_api_url}, and X bills them; the lake is {settings.aviary_lake}"
    ]
    home, sandboxes = airflow_home(state, live=True), airflow_home(state, live=False)
    if not (home / "airflow.db").exists() and (sandboxes / "airflow.db").exists():
        lines.append(
            f"Airflow's state in {sandboxes}, with its runs and switches, is the sandbox's from now on; live reading "
            f"begins with its own, in {home}, where the DAG is switched off until you switch it on"
        )
    return lines


def _is_live(settings: Settings) -> bool:
    return bool(settings.x_bearer_token.get_secret_value())


@app.command()
def down() -> None:
    """Stop everything that `up` started, and verify it."""
    ended = stop(STATE)
    typer.echo(f"stopped {ended} processes; none is left" if ended else "nothing was running")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _wait_until_ready(server: "subprocess.Popen[bytes]", port: int, log: Path) -> bool:
    """Wait until Airflow knows the DAG and its scheduler is healthy, and return whether the DAG is switched off.

    Otherwise stops everything and raises.
    """
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if (dag := _find_dag(f"http://127.0.0.1:{port}", log.parent)) is not None:
                return bool(dag["is_paused"])
        except (httpx.HTTPError, OSError, ValueError, KeyError):
            pass  # not ready yet
        except StandaloneError:
            stop(STATE)
            raise
        time.sleep(0.5)
    stop(STATE)
    raise StandaloneError(f"Airflow did not start; the last lines of {log}:\n{tail(log)}")


def _find_dag(address: str, home: Path) -> dict[str, Any] | None:
    """Return the DAG as Airflow describes it; None while it is not known or the scheduler is not healthy."""
    health = httpx.get(f"{address}/api/v2/monitor/health", timeout=2).json()
    if health["scheduler"]["status"] != "healthy":
        return None
    user, password = _login(home)
    token = httpx.post(f"{address}/auth/token", json={"username": user, "password": password}, timeout=5)
    authorized = {"Authorization": f"Bearer {token.json()['access_token']}"}
    errors = httpx.get(f"{address}/api/v2/importErrors", headers=authorized, timeout=5).json()
    if errors["total_entries"]:
        raise StandaloneError(f"Airflow cannot read the DAG: {errors['import_errors'][0]['stack_trace']}")
    answer = httpx.get(f"{address}/api/v2/dags/aviary_daily", headers=authorized, timeout=5)
    dag: dict[str, Any] | None = answer.json() if answer.is_success else None
    return dag


def _sandbox(settings: Settings, state: Path) -> AbstractContextManager[Sandbox | None]:
    """Return the sandbox, or no context with live settings. Raises `ConfigError` when only half of them are set."""
    token, lake = bool(settings.x_bearer_token.get_secret_value()), bool(settings.aviary_lake)
    if token != lake:
        missing = "AVIARY_LAKE" if token else "X_BEARER_TOKEN"
        raise ConfigError(
            f"live settings need both X_BEARER_TOKEN and AVIARY_LAKE, but {missing} is not set; set both or neither"
        )
    return nullcontext() if token else running(state)


@app.command()
def serve(port: int = UI_PORT) -> None:
    """Run Airflow, and the sandbox without live settings, until SIGTERM. `up` starts this in the background."""
    with _sandbox(load_settings(), STATE) as sandbox, ExitStack() as services:
        signal.signal(signal.SIGTERM, _exit)
        given = sandbox.whole_environment() if sandbox else os.environ
        # Sample data costs nothing, so its DAG starts unpaused; live reads wait until someone unpauses it.
        live = sandbox is None
        environment = airflow_environment(STATE, given, port, live=live) | {PAUSED: str(live)}
        home = airflow_home(STATE, live=live)
        make_private(home)
        log = home / "prepare.log"
        run_airflow(["db", "migrate"], environment, log)
        running_services = [
            services.enter_context(service(command, environment, home)) for command in SERVICES
        ]
        run_airflow(IMPORT_POOLS, environment, log)
        while all(service.poll() is None for service in running_services):
            time.sleep(1)
        raise StandaloneError(f"one of Airflow's services stopped unexpectedly; its log is in {home}")


def _exit(signum: int, frame: FrameType | None) -> None:
    sys.exit(0)


def _login(home: Path) -> tuple[str, str]:
    """Return the user and the password that Airflow generated for this folder. Raises `ValueError` before it has."""
    user, password = next(iter(json.loads(passwords_file(home).read_text()).items()))
    return str(user), str(password)


def main() -> None:
    """Run `up`, `down` or `serve`. Prints an expected failure as one line on stderr."""
    try:
        app()
    except AviaryError as error:
        ERRORS.print(str(error))
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
