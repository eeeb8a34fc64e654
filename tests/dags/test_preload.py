"""What the scheduler loads before it forks tasks leaves nothing that a forked process cannot use."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import json, os, pathlib, re, sys, threading
import dags.preload, psutil
print(json.dumps({
    "threads": threading.active_count(),
    "polars": [name for file in pathlib.Path("/proc/self/task").glob("*/comm")
               if re.match("polars-[0-9]", name := file.read_text())],
    "connections": len(psutil.Process().net_connections()),
    "missing": sorted({"polars", "tweepy", "boto3", "dataframely", "reports.publish"} - set(sys.modules)),
}))
"""


@pytest.fixture(scope="module")
def preloaded() -> dict[str, Any]:
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env={"PATH": "", "HOME": "/nonexistent", "PYTHONPATH": f"{ROOT}:{ROOT / 'config/airflow/plugins'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    loaded: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return loaded


def test_a_forked_task_inherits_all_that_is_slow_to_import(preloaded: dict[str, Any]) -> None:
    assert preloaded["missing"] == []


def test_no_thread_and_no_connection_is_left_behind_without_any_credentials(
    preloaded: dict[str, Any],
) -> None:
    # Importing polars starts threads of its allocator's, which a fork does without; a query starts its workers.
    assert (preloaded["threads"], preloaded["polars"], preloaded["connections"]) == (1, [], 0)
