"""Airflow's services, one by one and in order; a service that dies is started again.

`airflow standalone` would start them all at once, leave its children running when it ends, and open log servers on
every network interface.
"""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import httpx

from pipeline.local.airflow import airflow_command, ending, fork_environment, start
from pipeline.local.processes import STATE, STOP_SECONDS, StandaloneError, kill_service, mark

RESTARTS = 3  # within an hour: after that, starting again does not help
_HOUR = 3600
POLL_SECONDS = 0.2


class Deaths:
    """How often something has died within the last hour, and its log."""

    def __init__(self, name: str, log: Path) -> None:
        self._name = name
        self._log = log
        self._times: list[float] = []

    def add(self, code: int) -> str:
        """Count a death by its exit code and return a line about it.

        Raises `StandaloneError`, with the end of the log, at the fourth within an hour.
        """
        now = time.monotonic()
        self._times = [*(before for before in self._times if now - before < _HOUR), now]
        ended = f"{self._name} {'was killed by signal' if code < 0 else 'ended with exit code'} {abs(code)}"
        if len(self._times) > RESTARTS:
            raise StandaloneError(
                f"{ended} for the {len(self._times)}th time within an hour, so everything was stopped; "
                f"{ending(self._log)}"
            )
        return f"{ended} and was started again ({len(self._times)} of {RESTARTS} times within an hour)"


class Service:
    """One of Airflow's services, which is started again when it dies."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], home: Path) -> None:
        self._command = airflow_command(*command)
        self._key = command[0]
        self._environment = {**environment, **mark(STATE, self._key)}
        self._log = home / f"{self._key}.log"
        self._deaths = Deaths(f"Airflow's {name}", self._log)
        self._process = start(self._command, self._environment, self._log)

    def keep_alive(self) -> str:
        """Start the process again if it has ended. Return a line about that, empty when it runs."""
        code = self._process.poll()
        if code is None:
            return ""
        kill_service(STATE, self._key)  # a scheduler's tasks outlive it, and would run beside their retries
        died = self._deaths.add(code)
        self._process = start(self._command, self._environment, self._log)
        return died

    def ask_to_end(self) -> None:
        """Send SIGTERM to the process; its children are its own to end."""
        if self._process.poll() is None:
            self._process.terminate()

    def end(self, seconds: float) -> None:
        """Wait for the process to end, then kill what is left of it."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0, seconds))
        kill_service(STATE, self._key)
        self._process.wait()


class Services:
    """The services of one Airflow, which end together."""

    def __init__(self, environment: Mapping[str, str], home: Path, port: int) -> None:
        self._environment = environment
        self._home = home
        self._health_address = f"http://127.0.0.1:{port}/api/v2/monitor/health"
        self._services: list[Service] = []

    def start(self, phase: Callable[[str], None], keep_alive: Callable[[], None]) -> None:
        """Start the services in order, each when those that it needs answer.

        A scheduler that hands out tasks before the API server answers loses minutes to refused connections. `phase` is
        told what is waited for; `keep_alive` is called meanwhile.
        """
        phase("starting the API server")
        self._add("API server", "api-server")
        self._add("DAG processor", "dag-processor")
        self._wait(lambda: self._health() is not None, keep_alive)
        phase("starting the scheduler")
        # Tasks run on this machine, so the UI reads their logs from disk and needs no log server.
        self._add("scheduler", "scheduler", "--skip-serve-logs", forks=True)
        self._wait(lambda: (self._health() or {}).get("scheduler") == "healthy", keep_alive)
        self._add("triggerer", "triggerer", "--skip-serve-logs")

    def keep_alive(self) -> list[str]:
        """Start again what has died, and return a line about each.

        Raises `StandaloneError` when one dies repeatedly.
        """
        return [died for service in self._services if (died := service.keep_alive())]

    def stop(self) -> None:
        """End all services at once."""
        for service in self._services:
            service.ask_to_end()
        deadline = time.monotonic() + STOP_SECONDS
        for service in self._services:
            service.end(deadline - time.monotonic())

    def _add(self, name: str, *command: str, forks: bool = False) -> None:
        environment = fork_environment(self._environment) if forks else self._environment
        self._services.append(Service(name, command, environment, self._home))

    def _wait(self, is_ready: Callable[[], bool], keep_alive: Callable[[], None]) -> None:
        while not is_ready():
            keep_alive()
            time.sleep(POLL_SECONDS)

    def _health(self) -> dict[str, str] | None:
        """Return the state of each service, as Airflow's API server knows it; None while that does not answer."""
        try:
            answer = httpx.get(self._health_address, timeout=5)
            return {name: str(told["status"]) for name, told in answer.raise_for_status().json().items()}
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return None
