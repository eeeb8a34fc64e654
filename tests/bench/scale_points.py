"""Measures one day of N invented accounts: `python -m tests.bench.scale_points [N ...]`.

Each point is added to scale_points.json as soon as it is measured, or replaces the one of so many accounts; the other
points stay. The tables of docs/scale.md follow.

Each in a process of its own, by the command line's runner, on the sandbox. Processor time is that process's
alone, without that of the sandbox's servers. Requests and bytes are counted, so they are the same on any machine.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests

from pipeline.accounts import load_accounts
from pipeline.cli.day import Runner
from pipeline.report import report
from pipeline.sandbox.serve import running
from pipeline.settings import ROOT, load_settings
from pipeline.window import Window
from reports import publish
from tests.conftest import DAY

FILE = Path(__file__).with_suffix(".json")
COUNTS = (10, 30, 100, 300, 1000, 3000)
# What S3 bills as a write; everything else but a deletion, which is free, is billed as a read.
_WRITES = {"PutObject", "ListObjectsV2", "CopyObject", "PutBucketLifecycleConfiguration"}


@dataclass(frozen=True)
class Point:
    """What one day of so many accounts took."""

    accounts: int
    posts: int  # read from X
    x_requests: int
    s3_writes: int  # lists included, which cost the same
    s3_reads: int
    lake_bytes: int
    objects: int
    cpu: float  # seconds, of the whole day in one process
    report_cpu: float  # of these, the stage `report`
    memory: int  # bytes, the most that were in use


def measured(file: Path = FILE) -> list[Point]:
    """Return the stored points, by the number of accounts."""
    return [Point(**each) for each in json.loads(file.read_text(encoding="utf-8"))]


def store(point: Point, file: Path = FILE) -> None:
    """Add a point to the stored ones; it replaces that of the same number of accounts."""
    points = {each.accounts: each for each in (*measured(file), point)}
    text = json.dumps([asdict(points[number]) for number in sorted(points)], indent=1)
    file.write_text(text + "\n", encoding="utf-8")


def measure(accounts: int) -> Point:
    """Run a day of `accounts` in a new process with a sandbox of its own."""
    with tempfile.TemporaryDirectory() as name, running(Path(name) / "sandbox") as sandbox:
        file = Path(name) / "accounts.yaml"
        handles = ", ".join(f"account_{number}" for number in range(accounts))
        file.write_text(f"budget: {{usd_per_run: 9999, usd_per_month: 9999}}\naccounts: [{handles}]\n")
        morning_after = Window(DAY, "UTC").end + timedelta(hours=6)
        given = {"AVIARY_ACCOUNTS": str(file), "AVIARY_NOW": morning_after.isoformat()}
        ended = subprocess.run(
            [sys.executable, "-m", "tests.bench.scale_points", "--here"],
            cwd=ROOT,
            env=sandbox.whole_environment() | given,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    return Point(**json.loads(ended.stdout.splitlines()[-1]))


def measure_here() -> Point:
    """Run a day with the settings of the environment, and count."""
    settings = load_settings()
    config = load_accounts(settings.accounts_path)
    runner, asked = Runner.open(settings, config), Counter[str]()

    def count(model: Any, **_: Any) -> None:
        asked[model.name] += 1

    runner.lake.client.meta.events.register("before-call.s3", count)
    began = time.process_time()
    day = runner.run(DAY)
    cpu = time.process_time() - began
    of_day = asked.copy()
    began = time.process_time()
    report(runner.lake, DAY, publish)
    report_cpu = time.process_time() - began
    stored = runner.lake.entries("")
    served = requests.get(f"{os.environ['X_API_URL']}/sandbox/served", timeout=60).json()
    writes = sum(number for name, number in of_day.items() if name in _WRITES)
    return Point(
        accounts=sum(day.statuses.values()),
        posts=sum(each["posts"] for each in served["accounts"].values()),
        x_requests=served["requests"],
        s3_writes=writes,
        s3_reads=of_day.total() - writes - of_day["DeleteObject"],
        lake_bytes=sum(entry.size for entry in stored.values()),
        objects=len(stored),
        cpu=round(cpu, 2),
        report_cpu=round(report_cpu, 2),
        memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["--here"]:
        print(json.dumps(asdict(measure_here())))  # noqa: T201  # read by `measure`
    else:
        for number in map(int, sys.argv[1:] or COUNTS):
            store(measure(number))
            subprocess.run([sys.executable, "-m", "tests.bench.scale", "--write"], cwd=ROOT, check=True)
