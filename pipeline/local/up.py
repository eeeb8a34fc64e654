"""`make up`, `make down`, `make airflow`: Airflow in the background, on the sandbox unless live settings are given."""

import fcntl
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import typer

from pipeline.accounts import load_accounts
from pipeline.errors import AviaryError, ConfigError
from pipeline.local import background
from pipeline.local.airflow import (
    PAUSED,
    UI_PORT,
    airflow_command,
    airflow_environment,
    airflow_home,
    ending,
    make_private,
    passwords_file,
)
from pipeline.local.background import is_live
from pipeline.local.console import ERRORS
from pipeline.local.processes import STATE, StandaloneError, find_processes, mark, stop
from pipeline.local.started import READY, Started, background_log, find_started, forget
from pipeline.sandbox.serve import UNSET, end_leftovers, running
from pipeline.settings import Settings, load_settings

_START_SECONDS = 300  # on a machine that is busy with other things
_POLL_SECONDS = 0.3
_TELL_SECONDS = 15

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command()
def up(port: int = UI_PORT) -> None:
    """Start Airflow in the background, wait until it is ready, and print its address and login."""
    with _one_at_a_time(STATE):
        started = find_started(STATE)
        server = None
        if started and started.is_alive:
            _tell_if_other(started, port)
        else:
            server = _start(port, started)
        started, is_paused = _wait_until_ready(server)
    typer.echo(f"Airflow: http://127.0.0.1:{started.port}/dags/aviary_daily")
    user, password = _login(airflow_home(STATE, live=started.live))
    typer.echo(f"login:   {user} / {password}")
    if started.live and is_paused:
        typer.echo(
            "aviary_daily is switched off; once you switch it on, it reads each day from X, which bills it."
        )
    else:
        typer.echo("Trigger aviary_daily there.")
    typer.echo("`make down` stops everything.")


def _start(port: int, before: Started | None) -> "subprocess.Popen[bytes]":
    """Start the background process. Raises `ConfigError` when settings or accounts.yaml are wrong: nothing started."""
    settings = load_settings()
    load_accounts(settings.accounts_path)
    lines = announcement(settings, STATE)
    if find_processes(STATE):
        raise ConfigError(
            "`make demo` is running in this folder, or processes of an earlier start are left; wait for the demo, or "
            "run `make down`"
        )
    if not _is_free(port):
        raise ConfigError(
            f"port {port} is in use by another program; stop it, or choose another port: make up PORT=8081"
        )
    if before and before.failure:
        ERRORS.print(f"The last start ended by itself: {before.failure}")
    forget(STATE)
    for line in lines:
        ERRORS.print(line)
    with background_log(STATE).open("wb") as output:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "pipeline.local.up", "serve", "--port", str(port)],
            env={**os.environ, **mark(STATE)},
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # ctrl-c in the terminal does not reach it
        )


def announcement(settings: Settings, state: Path) -> list[str]:
    """Return what to say before Airflow starts: what is read, who pays, and whose state of Airflow's it is.

    Raises `ConfigError` when only half of the live settings are given.
    """
    if not is_live(settings):
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


def _tell_if_other(started: Started, port: int) -> None:
    """Say when what runs is not what was asked for. The settings may be broken by now: then nothing is said of them."""
    if port not in {started.port, UI_PORT}:
        ERRORS.print(
            f"Aviary already runs in this folder, on port {started.port}; for another port, run `make down` first"
        )
    with suppress(ConfigError):
        if is_live(load_settings()) != started.live:
            runs, given = ("live", "none") if started.live else ("on sample data", "live settings")
            ERRORS.print(
                f"Aviary already runs {runs}, but {given} are given now; to change over: make down, then make up"
            )


@app.command()
def down() -> None:
    """Stop everything that `up` started, and verify it."""
    started = find_started(STATE)
    ended = stop(STATE)
    with suppress(ConfigError):  # a sandbox in the foreground runs in this folder, or its record is damaged
        end_leftovers(STATE)
    forget(STATE)
    if started and started.failure:
        ERRORS.print(f"it had ended by itself: {started.failure}")
    typer.echo(f"stopped {ended} processes; none is left" if ended else "nothing was running")


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)
def airflow(context: typer.Context) -> None:
    """Run any Airflow command in the environment of `up`; without it, with a sandbox of its own or live."""
    started = find_started(STATE)
    if started and started.is_alive:
        given = {name: value for name, value in os.environ.items() if name not in UNSET or started.live}
        code = _run(context.args, given | started.environment, started.port, live=started.live)
    elif is_live(load_settings()):
        code = _run(context.args, os.environ, UI_PORT, live=True)
    else:
        with running(STATE) as sandbox:
            code = _run(context.args, sandbox.whole_environment(), UI_PORT, live=False)
    sys.exit(code)


@app.command()
def serve(port: int = UI_PORT) -> None:
    """Run Airflow, and the sandbox without live settings, until SIGTERM. `up` starts this in the background."""
    background.serve(port)


def _run(arguments: list[str], given: Mapping[str, str], port: int, *, live: bool) -> int:
    """Run an Airflow command to its end and return its exit code, as a shell reports it."""
    make_private(airflow_home(STATE, live=live))
    environment = airflow_environment(STATE, given, port, live=live) | {PAUSED: str(live)}
    try:
        code = subprocess.run(airflow_command(*arguments), env=environment, check=False).returncode  # noqa: S603
    except KeyboardInterrupt:
        return 130
    return code if code >= 0 else 128 - code


@contextmanager
def _one_at_a_time(state: Path) -> Iterator[None]:
    """Let a second `make up` wait until the first one has ended: it then finds what runs."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "up.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _wait_until_ready(server: "subprocess.Popen[bytes] | None") -> tuple[Started, bool]:
    """Wait until Airflow knows the DAG and its scheduler is healthy; `server` is the process that was just started.

    Return what was started, and whether the DAG is switched off. Otherwise stops everything and raises.
    """
    began = told = time.monotonic()
    phase = ""
    while (now := time.monotonic()) - began < _START_SECONDS:
        started = find_started(STATE)
        if not (started.is_alive if started else server is not None and server.poll() is None):
            break
        doing = started.phase if started and started.phase != READY else "waiting for the DAG"
        if started and (doing != phase or now - told > _TELL_SECONDS):
            phase, told = doing, now
            ERRORS.print(f"{now - began:3.0f} s  {doing}")
        if started and started.phase == READY and (dag := _find_dag(started)) is not None:
            return started, bool(dag["is_paused"])
        time.sleep(_POLL_SECONDS)
    started = find_started(STATE)
    stop(STATE)
    forget(STATE)
    if started and started.failure:
        raise StandaloneError(started.failure)
    raise StandaloneError(f"Airflow did not start ({phase}); {ending(background_log(STATE))}")


def _find_dag(started: Started) -> dict[str, Any] | None:
    """Return the DAG as Airflow describes it; None while it is not known. Raises `StandaloneError` if it is broken."""
    address = f"http://127.0.0.1:{started.port}"
    try:
        user, password = _login(airflow_home(STATE, live=started.live))
        token = httpx.post(f"{address}/auth/token", json={"username": user, "password": password}, timeout=5)
        authorized = {"Authorization": f"Bearer {token.json()['access_token']}"}
        errors = httpx.get(f"{address}/api/v2/importErrors", headers=authorized, timeout=5).json()
        answer = httpx.get(f"{address}/api/v2/dags/aviary_daily", headers=authorized, timeout=5)
        broken = errors["import_errors"]
    except (httpx.HTTPError, OSError, ValueError, KeyError):
        return None  # not ready yet
    if broken:
        stop(STATE)
        forget(STATE)
        raise StandaloneError(
            f"Airflow cannot read the DAG: {broken[0]['stack_trace'].strip().splitlines()[-1]}"
        )
    dag: dict[str, Any] | None = answer.json() if answer.is_success else None
    return dag


def _login(home: Path) -> tuple[str, str]:
    """Return the user and the password that Airflow generated for this folder. Raises `ValueError` before it has."""
    user, password = next(iter(json.loads(passwords_file(home).read_text()).items()))
    return str(user), str(password)


def main() -> None:
    """Run one of the commands. Prints an expected failure as one line on stderr."""
    try:
        app()
    except AviaryError as error:
        ERRORS.print(str(error))
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
