"""Airflow's services; one that dies is started again.

`airflow standalone` would leave its children running when it ends, and open log servers on every network interface.
"""

import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import httpx

from pipeline.local.airflow import (
    POOLS,
    airflow_command,
    ending,
    fork_environment,
    make_config,
    start,
    start_command,
)
from pipeline.local.processes import STOP_SECONDS, StandaloneError, kill_service, mark

RESTARTS = 3  # within an hour: after that, starting again does not help
POLL_SECONDS = 0.5
_HOUR = 3600


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
    """A process that is started again when it dies. `key` names its log, and marks it and its children."""

    def __init__(
        self,
        key: str,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        state: Path,
        home: Path,
    ) -> None:
        self._key = key
        self._command = command
        self._environment = {**environment, **mark(state, key)}
        self._state = state
        self._log = home / f"{key}.log"
        self._deaths = Deaths(name, self._log)
        self.process = start(command, self._environment, self._log)

    def keep_alive(self) -> str:
        """Start the process again if it has ended. Return a line about that, empty when it runs."""
        code = self.process.poll()
        if code is None:
            return ""
        # A scheduler's tasks outlive it, and would run beside their retries.
        kill_service(self._state, self._key)
        died = self._deaths.add(code)
        self.process = start(self._command, self._environment, self._log)
        return died

    def ask_to_end(self) -> None:
        """Send SIGTERM to the process; its children are its own to end."""
        if self.process.poll() is None:
            self.process.terminate()

    def end(self, seconds: float) -> None:
        """Wait for the process to end, then kill what is left of it."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0, seconds))
        kill_service(self._state, self._key)
        self.process.wait()


class Services:
    """The services of one Airflow, which end together."""

    def __init__(self, environment: Mapping[str, str], state: Path, home: Path, port: int) -> None:
        self._environment = environment
        self._state = state
        self._home = home
        self._health_address = f"http://127.0.0.1:{port}/api/v2/monitor/health"
        self._services: list[Service] = []

    def start(self, phase: Callable[[str], None], keep_alive: Callable[[], None]) -> None:
        """Start all services and wait until the scheduler works.

        `phase` is told what is waited for; `keep_alive` is called meanwhile.
        """
        phase("creating Airflow's database, starting the API server")
        make_config(self._environment)
        self._add("api-server", "API server", start_command("api-server", POOLS))
        self._add("scheduler", "scheduler", start_command("scheduler"), fork_environment(self._environment))
        self._add("dag-processor", "DAG processor", start_command("dag-processor"))
        with httpx.Client(timeout=5, trust_env=False) as client:
            while not (health := self._health(client)):
                self._wait(keep_alive)
            phase("starting the scheduler")
            while health.get("scheduler") != "healthy":
                self._wait(keep_alive)
                health = self._health(client)
        # Nothing here needs it to start.
        self._add("triggerer", "triggerer", airflow_command("triggerer", "--skip-serve-logs"))

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

    def _add(
        self, key: str, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        self._services.append(
            Service(
                key, f"Airflow's {name}", command, environment or self._environment, self._state, self._home
            )
        )

    def _wait(self, keep_alive: Callable[[], None]) -> None:
        keep_alive()
        time.sleep(POLL_SECONDS)

    def _health(self, client: httpx.Client) -> dict[str, str]:
        """Return the state of each service, as the API server knows it; nothing while that does not answer."""
        try:
            answer = client.get(self._health_address).raise_for_status().json()
            return {name: str(told["status"]) for name, told in answer.items()}
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return {}
