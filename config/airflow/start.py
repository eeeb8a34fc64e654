"""Starts what takes Airflow seconds to import, so that the imports overlap with what has to be waited for.

python -P config/airflow/start.py dag-test POOLS_FILE      migrates the database and imports the pools, starts what
                                                           serves the tasks, then runs `dags test` with the arguments
                                                           that it reads from its standard input, a JSON list
python -P config/airflow/start.py api-server POOLS_FILE    prepares the same, then runs the API server
python -P config/airflow/start.py dag-processor            runs the DAG processor once the API server answers, and so
                                                           the database is there
python -P config/airflow/start.py scheduler                the same; a scheduler that hands out tasks before loses
                                                           minutes to connections that are refused or time out
"""

import importlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
from typing import NoReturn

import httpx
from airflow.__main__ import main
from airflow.configuration import conf

IMPORTS = {
    # The last two: what the tasks import, which run in the process of `dags test`.
    "dag-test": (
        "airflow.cli.commands.dag_command",
        "airflow.api_fastapi.execution_api.app",
        "airflow.sdk.execution_time.supervisor",
        "pipeline.run",
        "reports",
    ),
    "api-server": ("airflow.api_fastapi.core_api.app", "airflow.api_fastapi.execution_api.app"),
    "dag-processor": ("airflow.jobs.dag_processor_job_runner", "airflow.dag_processing.processor"),
    "scheduler": ("airflow.jobs.scheduler_job_runner", "airflow.executors.local_executor"),
}

# What the API server has to answer first. The part for tasks makes its routes at its first request: seconds of CPU, in
# which it answers nothing else. Where the machine is busy, a first task that asked meanwhile gave up and failed.
NEEDED = {"dag-processor": "/api/v2/monitor/health", "scheduler": "/execution/health"}


def run(*command: str) -> None:
    """Run an Airflow command in this process."""
    sys.argv = ["airflow", *command]
    main()


def prepare(pools: str) -> None:
    """Migrate the database and import the pools."""
    run("db", "migrate")
    run("pools", "import", pools)


def prepare_beside(pools: str, modules: tuple[str, ...]) -> None:
    """Prepare the database in a fork, which leaves no trace in this process, and import modules meanwhile."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        prepare(pools)
        sys.stdout.flush()
        os._exit(0)
    for module in modules:
        importlib.import_module(module)
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit("Airflow's database could not be prepared; the lines above say why")


def serve_tasks_here() -> None:
    """Start the API for tasks in this process, and have it make its routes, for which the first task would wait."""
    from airflow.sdk.execution_time.supervisor import in_process_api_server  # noqa: PLC0415  of this service alone

    with httpx.Client(transport=in_process_api_server().transport, base_url="http://in-process") as client:
        client.get("/health")


def end_at_once() -> NoReturn:
    """End without freeing each of thousands of modules, which takes seconds; nothing is left to be written."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def wait_for_api_server(path: str) -> None:
    """Return when the API server answers a request for `path`."""
    address = conf.get_mandatory_value("api", "base_url") + path
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310  our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)


match sys.argv[1:]:
    case ["dag-test", pools]:
        prepare_beside(pools, IMPORTS["dag-test"])
        serve_tasks_here()
        if arguments := sys.stdin.readline():  # none: whoever started this has ended
            run("dags", "test", *json.loads(arguments))
            end_at_once()
    case ["api-server", pools]:
        prepare_beside(pools, IMPORTS["api-server"])
        run("api-server")
    case ["dag-processor" | "scheduler" as service]:
        for module in IMPORTS[service]:
            importlib.import_module(module)
        wait_for_api_server(NEEDED[service])
        # Tasks run on this machine, so the UI reads their logs from disk and needs no log server.
        run(service, *(["--skip-serve-logs"] if service == "scheduler" else []))
    case _:
        sys.exit(__doc__)
