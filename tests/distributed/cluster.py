"""Airflow as on several machines: two Celery workers, each with a home of its own, beside scheduler and API server."""

import os
import secrets
import signal
import subprocess
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from dotenv import dotenv_values

from pipeline.local.airflow import PAUSED, POOLS, airflow_environment, ending, make_private, start
from pipeline.local.processes import find_processes, mark, stop
from pipeline.settings import ROOT
from tests.bench.airflow_dag import free_port
from tests.distributed.servers import Postgres
from tests.distributed.worker_name import VARIABLE

PYTHON = ROOT / ".venv-celery/bin/python"
WORKERS = ("worker-a", "worker-b")
CONCURRENCY = 4  # tasks at once on each worker
LOST_AFTER = {  # seconds: sooner than cluster.env and Airflow have it
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "30",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT": "180",
    "AIRFLOW__SCHEDULER__TASK_QUEUED_TIMEOUT_CHECK_INTERVAL": "20",
}
PATIENCE = 900  # seconds
_CONFIG = ROOT / "config/airflow"


@dataclass
class Cluster:
    """A running Airflow on Celery. Each of its processes carries the marker of `state`, a worker's its name too."""

    state: Path
    postgres: Postgres
    environment: dict[str, str]
    services: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def start(self, name: str, command: list[str | Path], more: Mapping[str, str]) -> None:
        """Start one of its services, with a log of its name."""
        given = {**self.environment, **mark(self.state, name), **more}
        self.services[name] = start([str(part) for part in command], given, self.log(name))

    def log(self, name: str) -> Path:
        """Return the log of a service."""
        return self.state / f"{name}.log"

    def wait_until(self, done: Callable[[], object]) -> None:
        """Wait; fails the test with the end of a service's log when that ends, or after a quarter of an hour."""
        deadline = time.monotonic() + PATIENCE
        while not done():
            for name, process in self.services.items():
                if process.poll() is not None:
                    pytest.fail(f"{name} ended with {process.returncode}; {ending(self.log(name))}")
            if time.monotonic() > deadline:
                states = self.postgres.query(
                    "select task_id, state, count(*) from task_instance group by 1, 2"
                )
                pytest.fail(f"it did not come to an end: {states}; {ending(self.log('scheduler'))}")
            with suppress(subprocess.TimeoutExpired):
                self.services["scheduler"].wait(0.2)

    @contextmanager
    def stopped(self, worker: str) -> Iterator[list[psutil.Process]]:
        """Stop every process of a worker, as if its machine froze; those that are not killed go on afterwards."""
        frozen: dict[int, psutil.Process] = {}
        while new := [found for found in find_processes(self.state, worker) if found.pid not in frozen]:
            for process in new:
                with suppress(psutil.NoSuchProcess):
                    process.suspend()
                    frozen[process.pid] = process
        try:
            yield list(frozen.values())
        finally:
            for process in frozen.values():
                with suppress(psutil.NoSuchProcess):
                    process.resume()

    def kill(self, worker: str, processes: list[psutil.Process]) -> None:
        """Kill a worker's processes by -9, all of them, as the loss of its machine does."""
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        self.services.pop(worker).wait()


@contextmanager
def running_cluster(
    state: Path, given: Mapping[str, str], postgres: Postgres, redis_port: int
) -> Iterator[Cluster]:
    """Run it with config/airflow/cluster.env until the block ends, then verify that no process is left."""
    port = free_port()
    settings = {name: value or "" for name, value in dotenv_values(_CONFIG / "cluster.env").items()}
    connections = {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"postgresql+psycopg2://{postgres.address}",
        "AIRFLOW__CELERY__RESULT_BACKEND": f"db+postgresql+psycopg2://{postgres.address}",
        "AIRFLOW__CELERY__BROKER_URL": f"redis://127.0.0.1:{redis_port}/0",
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(32),
        "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(32),
        "AIRFLOW__CORE__FERNET_KEY": urlsafe_b64encode(os.urandom(32)).decode(),
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "tests.distributed.worker_name.worker_name",
    }
    environment = airflow_environment(state, {**given, **connections}, port)
    environment |= (
        settings | LOST_AFTER | {PAUSED: "False", "AIRFLOW__CELERY__WORKER_CONCURRENCY": str(CONCURRENCY)}
    )
    # A home for each: they share the database and the broker, not a disk.
    homes = {name: state / f"home-{name}" for name in ("api-server", "scheduler", "dag-processor", *WORKERS)}
    for home in homes.values():
        make_private(home)
    cluster = Cluster(state, postgres, environment)
    forks = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(_CONFIG)])}
    try:
        for service in ("api-server", "scheduler", "dag-processor"):
            arguments = [POOLS] if service == "api-server" else []
            command: list[str | Path] = [PYTHON, "-P", _CONFIG / "start.py", service, *arguments]
            cluster.start(service, command, {"AIRFLOW_HOME": str(homes[service])})
        cluster.wait_until(lambda: _has_pool(postgres))
        for worker in WORKERS:
            command = [PYTHON, "-m", "airflow", "celery", "worker", "--skip-serve-logs"]
            command += ["--celery-hostname", f"{worker}@127.0.0.1", "--without-mingle", "--without-gossip"]
            cluster.start(worker, command, forks | {"AIRFLOW_HOME": str(homes[worker]), VARIABLE: worker})
        yield cluster
    finally:
        stop(state)


def _has_pool(postgres: Postgres) -> bool:
    with suppress(subprocess.CalledProcessError):  # the table is not there yet
        return bool(postgres.query("select 1 from slot_pool where pool = 'x_api'"))
    return False
