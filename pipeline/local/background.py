"""The background process of `make up`: the sandbox without live settings, and Airflow; both are kept running."""

import os
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import FrameType

from pipeline.errors import AviaryError, ConfigError
from pipeline.local.airflow import (
    PAUSED,
    airflow_environment,
    airflow_home,
    make_private,
)
from pipeline.local.console import ERRORS
from pipeline.local.processes import STATE, StandaloneError
from pipeline.local.services import POLL_SECONDS, Deaths, Services
from pipeline.local.started import READY, background_log, save, this_process
from pipeline.sandbox.serve import Sandbox, running
from pipeline.settings import Settings, load_settings


def is_live(settings: Settings) -> bool:
    """Whether the settings of both X and the lake are given. Raises `ConfigError` when only half of them are."""
    token, lake = bool(settings.x_bearer_token.get_secret_value()), bool(settings.aviary_lake)
    if token != lake:
        missing = "AVIARY_LAKE" if token else "X_BEARER_TOKEN"
        raise ConfigError(
            f"live settings need both X_BEARER_TOKEN and AVIARY_LAKE, but {missing} is not set; set both or neither"
        )
    if token:
        settings.token()  # refuses one that is malformed
    return token


class KeptSandbox:
    """The sandbox, which is started again on the same ports when one of its servers dies."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._s3_deaths = Deaths("the sandbox's S3 server", state / "s3.log")
        self._x_deaths = Deaths("the sandbox's X API", background_log(state))
        self._stack = ExitStack()
        self.running: Sandbox = self._stack.enter_context(running(state))

    def keep_alive(self) -> list[str]:
        """Start both servers again if one has ended, and return a line about each that had.

        Raises `StandaloneError` when that happens repeatedly, or another program has taken a port.
        """
        died = [
            deaths.add(code)
            for deaths, code in (
                (self._s3_deaths, self.running.s3_process.poll()),
                (self._x_deaths, self.running.x_process.poll()),
            )
            if code is not None
        ]
        if not died:
            return []
        before = self.running.environment
        self.stop()
        self.running = self._stack.enter_context(running(self._state))
        if self.running.environment != before:
            raise StandaloneError(
                f"{died[0]}, but another program has taken its port, so everything was stopped; run `make up` again"
            )
        return died

    def stop(self) -> None:
        """End both servers."""
        self._stack.close()


def serve(port: int) -> None:
    """Run Airflow, and the sandbox without live settings, until SIGTERM.

    Raises `AviaryError`, and records it for `make up` and `make down`.
    """
    signal.signal(signal.SIGTERM, _exit)
    started = this_process(port, live=is_live(load_settings()), phase="starting the sandbox")
    save(started)

    def phase(name: str) -> None:
        nonlocal started
        started = replace(started, phase=name)
        save(started)

    try:
        with ExitStack() as stack:
            home = airflow_home(STATE, live=started.live)
            make_private(home)
            sandbox = None if started.live else KeptSandbox(STATE)
            given = dict(os.environ)
            if sandbox:
                stack.callback(sandbox.stop)
                started = replace(started, environment=sandbox.running.environment)
                given = sandbox.running.whole_environment()
            # Sample data costs nothing, so its DAG starts unpaused; live reads wait until someone unpauses it.
            environment = airflow_environment(STATE, given, port, live=started.live) | {
                PAUSED: str(started.live)
            }
            services = Services(environment, STATE, home, port)
            stack.callback(services.stop)

            def keep_alive() -> None:
                for died in [*services.keep_alive(), *(sandbox.keep_alive() if sandbox else [])]:
                    ERRORS.print(died)

            services.start(phase, keep_alive)
            phase(READY)
            while True:
                time.sleep(POLL_SECONDS)
                keep_alive()
    except AviaryError as error:
        save(replace(started, failure=str(error)))
        raise


def _exit(signum: int, frame: FrameType | None) -> None:
    sys.exit(0)
