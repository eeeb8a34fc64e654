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

import httpx
import typer

from pipeline.cli.console import ERRORS
from pipeline.errors import AviaryError, ConfigError
from pipeline.local.airflow import (
    IMPORT_POOLS,
    PAUSED,
    SERVICES,
    UI_PORT,
    airflow_environment,
    run_airflow,
    service,
    tail,
)
from pipeline.local.processes import MARKER, STATE, StandaloneError, remember_session, started_for, stop
from pipeline.sandbox.serve import Sandbox, running
from pipeline.settings import Settings, load_settings

_START_SECONDS = 180

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


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
            [sys.executable, "-m", "pipeline.local.up", "serve", "--port", str(port)],
            env={**os.environ, MARKER: str(STATE.resolve())},
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    remember_session(STATE, server.pid)
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
        except StandaloneError:
            stop(STATE)
            raise
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
        given = sandbox.whole_environment() if sandbox else os.environ
        # Sample data costs nothing, so its DAG may start by itself; real reads wait for someone to say so.
        environment = airflow_environment(STATE, given, port) | {PAUSED: str(sandbox is None)}
        log = STATE / "airflow" / "prepare.log"
        run_airflow(["db", "migrate"], environment, log)
        running_services = [
            services.enter_context(service(command, environment, STATE / "airflow")) for command in SERVICES
        ]
        run_airflow(IMPORT_POOLS, environment, log)
        while all(service.poll() is None for service in running_services):
            time.sleep(1)
        raise StandaloneError(
            f"one of Airflow's services ended by itself; see the logs in {STATE / 'airflow'}"
        )


def _leave(signum: int, frame: FrameType | None) -> None:
    sys.exit(0)


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
