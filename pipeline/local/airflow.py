"""Airflow in its own folder: environment, commands, services.

Starts the services one by one instead of with `airflow standalone`, which leaves its children running when it
ends and opens log servers on every network interface.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from dotenv import dotenv_values

from pipeline.local.capacity import parallelism
from pipeline.local.processes import MARKER, STOP_SECONDS, StandaloneError
from pipeline.sandbox.processes import end
from pipeline.settings import ROOT

UI_PORT = 8080
PAUSED = "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"
PARALLELISM = "AIRFLOW__CORE__PARALLELISM"
IMPORT_POOLS = ["pools", "import", str(ROOT / "config/airflow/pools.json")]

# Tasks run on this machine, so the UI reads their logs from disk and needs no log server.
SERVICES = (
    ["api-server"],
    ["scheduler", "--skip-serve-logs"],
    ["dag-processor"],
    ["triggerer", "--skip-serve-logs"],
)


def airflow_home(state: Path, *, live: bool) -> Path:
    """Return the folder of Airflow's own state: its runs, its switches, its logins.

    Live reading and the sandbox each have theirs: a DAG that was switched on for sample data buys nothing, and a day
    that the sandbox has run is not done. That of earlier versions, which knew one only, is the sandbox's.
    """
    return state / ("airflow-live" if live else "airflow")


def make_private(home: Path) -> None:
    """Create the folder, and in it the file that Airflow writes its passwords to, so that no other user reads them."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)  # the log that names a new password lies there too
    passwords = passwords_file(home)
    passwords.touch(mode=0o600)
    passwords.chmod(0o600)


def passwords_file(home: Path) -> Path:
    """Return the file of the logins that Airflow generates."""
    return home / "simple_auth_manager_passwords.json.generated"


def airflow_environment(
    state: Path, given: Mapping[str, str], ui_port: int = UI_PORT, *, live: bool = False
) -> dict[str, str]:
    """Return `given` with the settings of config/airflow added, and this repository as the DAG bundle."""
    home = airflow_home(state, live=live).resolve()
    bundle = [
        {
            "name": "aviary",
            "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
            "kwargs": {"path": str(ROOT)},
        }
    ]
    return {
        **given,
        **{name: value or "" for name, value in dotenv_values(ROOT / "config/airflow/airflow.env").items()},
        MARKER: str(state.resolve()),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "config/airflow/plugins"),
        PARALLELISM: given.get(PARALLELISM) or str(parallelism()),
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps(bundle),
        "AIRFLOW__API__PORT": str(ui_port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{ui_port}",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{ui_port}/execution/",
        # Airflow imports airflow_local_settings from here.
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "config/airflow")]),
    }


def run_airflow(command: list[str], environment: Mapping[str, str], log: Path) -> None:
    """Run one Airflow command and wait for it. Raises `StandaloneError` with the end of the log when it fails."""
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
        raise StandaloneError(f"airflow {command[0]} failed; the last lines of {log}:\n{tail(log)}")


def run_day_in_airflow(day: date, state: Path, given: Mapping[str, str]) -> None:
    """Let Airflow run the DAG once for `day`, and wait for it. Raises `StandaloneError` when the run fails."""
    environment = airflow_environment(state, given) | {PAUSED: "False"}
    home = airflow_home(state, live=False)
    make_private(home)
    log = home / "demo.log"
    run_airflow(["db", "migrate"], environment, log)
    run_airflow(IMPORT_POOLS, environment, log)
    run_airflow(["dags", "test", "aviary_daily", "--conf", json.dumps({"day": str(day)})], environment, log)


@contextmanager
def service(
    command: list[str], environment: Mapping[str, str], folder: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run one of Airflow's services, with its own log in `folder`, until the block ends."""
    with (folder / f"{command[0]}.log").open("ab") as output:
        service = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "airflow", *command], env=environment, stdout=output, stderr=output
        )
        try:
            yield service
        finally:
            end(service, STOP_SECONDS)


def tail(log: Path, lines: int = 15) -> str:
    """Return the last `lines` lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
