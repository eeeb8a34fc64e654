"""The DAG beside an empty one of the same shape, on one Airflow: `python -m tests.bench.airflow_dag [pairs]`.

The runs take turns. CPU is that of every process of Airflow, the sandbox and S3, their ended children included, so what
else runs on the machine does not count. The states of all task instances are checked: a run whose tasks failed is fast.
"""

import json
import os
import socket
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import psutil
from rich.console import Console

from pipeline.local.airflow import PAUSED, airflow_environment, make_private, passwords_file
from pipeline.local.services import Services
from pipeline.sandbox.serve import running
from pipeline.settings import ROOT
from pipeline.window import last_full_day
from tests.bench.dags.empty import ACCOUNTS

PATIENCE = timedelta(minutes=15)
SETTLES = 2.0  # seconds after a run in which its last processes end
CPU_TARGET = 0.2  # seconds an account beyond the empty DAG
WALL_TARGET = 1.25  # times the CPU divided by the cores


@dataclass(frozen=True)
class Run:
    """What a run of a DAG took."""

    wall: float  # seconds from its start to its end
    cpu: float  # seconds of all processes together


@dataclass(frozen=True)
class Airflow:
    """A running Airflow."""

    address: str
    home: Path

    def query(self, statement: str, *values: str) -> list[tuple[Any, ...]]:
        """Return rows of Airflow's database."""
        with sqlite3.connect(f"file:{self.home / 'airflow.db'}?mode=ro", uri=True, timeout=30) as database:
            return database.execute(statement, values).fetchall()

    def run(self, dag: str, run_id: str, conf: dict[str, Any]) -> Run:
        """Run a DAG once. Exits where a task did not succeed."""
        cpu = cpu_seconds()
        self._trigger(dag, run_id, conf)
        wait_until(
            lambda: (
                self.query("select state from dag_run where run_id = ?", run_id)[0][0]
                in ("success", "failed")
            )
        )
        time.sleep(SETTLES)
        cpu = cpu_seconds() - cpu
        states = Counter(self.query("select task_id, state from task_instance where run_id = ?", run_id))
        expected = {("account", "success"): ACCOUNTS} | {
            (task, "success"): 1 for task in ("plan", "report", "verdict")
        }
        if {state: states[state] for state in expected} != expected:
            sys.exit(f"{run_id} did not do its work: {dict(states)}; the logs are in {self.home}")
        [(wall,)] = self.query(
            "select (julianday(end_date) - julianday(start_date)) * 86400 from dag_run where run_id = ?",
            run_id,
        )
        return Run(wall, cpu)

    def _trigger(self, dag: str, run_id: str, conf: dict[str, Any]) -> None:
        user, password = next(iter(json.loads(passwords_file(self.home).read_text()).items()))
        login = {"username": user, "password": password}
        token = httpx.post(f"{self.address}/auth/token", json=login, timeout=30).json()["access_token"]
        httpx.post(
            f"{self.address}/api/v2/dags/{dag}/dagRuns",
            headers={"Authorization": f"Bearer {token}"},
            json={"dag_run_id": run_id, "conf": conf, "logical_date": None},
            timeout=30,
        ).raise_for_status()


def cpu_seconds() -> float:
    """Return the processor time of all processes that this one has started, and of those that these have."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            total += sum(process.cpu_times()[:4])  # its own and its ended children's, user and system
    return total


def wait_until(done: Callable[[], object]) -> None:
    """Wait, for quarter of an hour at most."""
    deadline = time.monotonic() + PATIENCE.total_seconds()
    while not done():
        if time.monotonic() > deadline:
            sys.exit("it did not come to an end")
        time.sleep(0.5)


def started(folder: Path, stack: ExitStack) -> Airflow:
    """Start Airflow on the sandbox with both DAGs, and return it once it knows them."""
    accounts = folder / "accounts.yaml"
    handles = ", ".join(f"account_{number}" for number in range(ACCOUNTS))
    accounts.write_text(
        f'collect_at: "00:00"\nbudget: {{usd_per_run: 100, usd_per_month: 1000}}\naccounts: [{handles}]\n'
    )
    sandbox = stack.enter_context(running(folder / "sandbox"))
    given = sandbox.whole_environment() | {"AVIARY_ACCOUNTS": str(accounts)}
    port = free_port()
    environment = airflow_environment(folder, given, port) | {PAUSED: "False"}
    bundles = json.loads(environment["AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"])
    empty = bundles[0] | {"name": "bench", "kwargs": {"path": str(ROOT / "tests/bench/dags")}}
    environment["AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"] = json.dumps([*bundles, empty])
    home = Path(environment["AIRFLOW_HOME"])
    make_private(home)
    services = Services(environment, folder, home, port)
    stack.callback(services.stop)
    services.start(lambda _: None, lambda: None)
    airflow = Airflow(f"http://127.0.0.1:{port}", home)
    wait_until(lambda: len(airflow.query("select distinct dag_id from serialized_dag")) == 2)
    # The scheduler begins the last full day by itself; it also warms what the first run would load.
    wait_until(lambda: airflow.query("select 1 from dag_run where state in ('success', 'failed')"))
    return airflow


def free_port() -> int:
    """Return a port of loopback that nothing listens at."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def main(pairs: int) -> None:
    """Print the pairs, and the medians beside their targets."""
    cores, console = os.cpu_count() or 1, Console(highlight=False, width=120)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        airflow = started(Path(name), stack)
        newest = last_full_day(datetime.now(UTC), "UTC")
        results: list[tuple[Run, Run]] = []
        for pair in range(pairs):
            day: date = newest - timedelta(days=1 + pair)
            empty = airflow.run("empty", f"empty-{pair}", {})
            ours = airflow.run("aviary_daily", f"aviary-{pair}", {"day": str(day)})
            results.append((empty, ours))
            console.print(
                f"pair {pair + 1}: empty {empty.wall:.1f} s, CPU {empty.cpu:.1f} s; "
                f"aviary_daily {ours.wall:.1f} s, CPU {ours.cpu:.1f} s"
            )
    beyond = median((ours.cpu - empty.cpu) / ACCOUNTS for empty, ours in results)
    waiting = median(ours.wall / (ours.cpu / cores) for _, ours in results)
    console.print(f"CPU an account beyond the empty DAG: {beyond:.3f} s (target {CPU_TARGET})")
    console.print(f"wall / (CPU / cores): {waiting:.2f} (target {WALL_TARGET}), {cores} cores")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
