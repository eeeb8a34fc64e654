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
# Airflow warns at each of its commands that it cannot draw graphs.
_NO_GRAPHVIZ = "ignore:Could not import graphviz:UserWarning"
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
        # Python lets the last that fits win: a filter of the user's own.
        "PYTHONWARNINGS": ",".join(filter(None, [_NO_GRAPHVIZ, given.get("PYTHONWARNINGS")])),
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


def start(
    command: Sequence[str], environment: Mapping[str, str], log: Path, stdin: int = subprocess.DEVNULL
) -> "subprocess.Popen[bytes]":
    """Start a command, its output added to a log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603  our own commands
            command,
            env=environment,
            stdin=stdin,
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


def start_day(environment: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    """Start an Airflow that makes its database and pools, imports what it needs, and waits for `run_day_in_airflow`."""
    return start(start_command("dag-test", POOLS), environment, log, stdin=subprocess.PIPE)


def run_day_in_airflow(day: date, waiting: "subprocess.Popen[bytes]", log: Path) -> None:
    """Let the Airflow of `start_day` run the DAG once for `day`, and end. Raises `StandaloneError` when it fails."""
    arguments = ["aviary_daily", "--conf", json.dumps({"day": str(day)})]
    waiting.communicate(json.dumps(arguments).encode() + b"\n")
    if waiting.returncode:
        raise StandaloneError(f"Airflow could not run {day}; {ending(log)}")


def ending(log: Path, lines: int = 15) -> str:
    """Return the last `lines` lines of a log, introduced by its name."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 100_000))
        last = file.read().decode(errors="replace").splitlines()[-lines:]
    return "\n".join([f"the last lines of {log}:", *last])
