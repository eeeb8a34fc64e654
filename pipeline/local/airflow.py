"""Airflow in its own folder: environment and commands."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from dotenv import dotenv_values

from pipeline.local.capacity import parallelism
from pipeline.local.processes import StandaloneError, mark
from pipeline.settings import ROOT

UI_PORT = 8080
PAUSED = "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION"
PARALLELISM = "AIRFLOW__CORE__PARALLELISM"
_CONFIG = ROOT / "config/airflow"
POOLS = str(_CONFIG / "pools.json")
_DATABASE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
_SQLITE = {
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS": "pipeline.local.sqlite.CONNECT_ARGS",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS_ASYNC": "pipeline.local.sqlite.CONNECT_ARGS_ASYNC",
}


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
    """Return `given` with the settings of config/airflow added, and this repository as the DAG bundle.

    A database of the user's own (`AIRFLOW__DATABASE__SQL_ALCHEMY_CONN` is set) gets none of SQLite's settings.
    """
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
        **{name: value or "" for name, value in dotenv_values(_CONFIG / "airflow.env").items()},
        **({} if any(name.startswith(_DATABASE) for name in given) else _SQLITE),
        **mark(state),
        "AIRFLOW_HOME": str(home),
        PARALLELISM: given.get(PARALLELISM) or str(parallelism()),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "config/airflow/plugins"),
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps(bundle),
        "AIRFLOW__API__PORT": str(ui_port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{ui_port}",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{ui_port}/execution/",
        "PYTHONPATH": str(ROOT),
    }


def fork_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the scheduler, whose tasks are forked.

    Only there does Airflow find `airflow_local_settings`: importing the whole pipeline takes any other process a
    second and more for nothing.
    """
    return {**environment, "PYTHONPATH": os.pathsep.join([str(ROOT), str(_CONFIG)])}


def airflow_command(*arguments: str) -> list[str]:
    """Return the command line of an Airflow command."""
    return [sys.executable, "-m", "airflow", *arguments]


def start_command(service: str, *arguments: str) -> list[str]:
    """Return the command line of a service that config/airflow/start.py starts."""
    # With -P, Python does not find airflow_local_settings beside the script.
    return [sys.executable, "-P", str(_CONFIG / "start.py"), service, *arguments]


def start(command: Sequence[str], environment: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    """Start a command, its output added to a log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603  our own commands
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def make_config(environment: Mapping[str, str]) -> None:
    """Have Airflow write airflow.cfg, unless there is one, before several services begin.

    Each would write its own, with other secrets, and then refuse the others' tokens.
    """
    if not (Path(environment["AIRFLOW_HOME"]) / "airflow.cfg").exists():
        write = "from airflow.configuration import write_default_airflow_configuration_if_needed as write; write()"
        subprocess.run([sys.executable, "-c", write], env=environment, check=True)  # noqa: S603  our own code


def start_preparing(environment: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    """Start what makes Airflow's database and pools; `prepared` waits for it."""
    return start(start_command("prepare", POOLS), environment, log)


def prepared(process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until the database is prepared. Raises `StandaloneError` with the end of the log when that fails."""
    if process.wait():
        raise StandaloneError(f"Airflow's database could not be prepared; {ending(log)}")


def run_day_in_airflow(
    day: date, environment: Mapping[str, str], preparing: "subprocess.Popen[bytes]", log: Path
) -> None:
    """Let Airflow run the DAG once for `day`, and wait for it. Raises `StandaloneError` when the run fails."""
    prepared(preparing, log)
    run = start(
        airflow_command("dags", "test", "aviary_daily", "--conf", json.dumps({"day": str(day)})),
        environment,
        log,
    )
    if run.wait():
        raise StandaloneError(f"Airflow could not run {day}; {ending(log)}")


def ending(log: Path, lines: int = 15) -> str:
    """Return the last `lines` lines of a log, introduced by its name."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 100_000))
        last = file.read().decode(errors="replace").splitlines()[-lines:]
    return "\n".join([f"the last lines of {log}:", *last])
