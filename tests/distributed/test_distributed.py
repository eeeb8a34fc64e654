"""Past one machine: the same bytes as on one, nothing bought twice, though a worker is lost in the middle."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
import requests
from rich.console import Console
from rich.table import Table

from pipeline.lake.client import Lake
from pipeline.sandbox.serve import running
from pipeline.settings import ROOT
from pipeline.window import Window, last_full_day
from tests.distributed.accounting import Bought, bought, has_paid_and_not_finished, is_asking
from tests.distributed.cluster import PYTHON, WORKERS, Cluster, running_cluster
from tests.distributed.servers import require_servers, running_postgres, running_redis
from tests.promises.days import etags

pytestmark = pytest.mark.slow
HANDLES = [f"account_{number}" for number in range(60)]
ACCOUNTS = f'collect_at: "00:00"\nbudget: {{usd_per_run: 100, usd_per_month: 1000}}\naccounts: [{", ".join(HANDLES)}]\n'
KILLED, LEFT = WORKERS
AFTER = 10  # accounts that are finished when the worker is lost
ENDED = "select 1 from dag_run where end_date is not null"
# Of each try of each account: its label, the worker, and how it ended. Tries but the last are in the history.
TRIES = """
    select rendered_map_index, hostname, state from task_instance where task_id = 'account'
    union all select rendered_map_index, hostname, state from task_instance_history where task_id = 'account'
"""


@dataclass(frozen=True)
class Finished:
    """What the run on the cluster has left, beside one machine's."""

    run_id: str
    state: str
    tries: list[list[str]]
    interrupted: list[str]  # accounts that the lost worker was at
    bought: Bought
    objects: dict[str, str]
    alone: dict[str, str]


@pytest.fixture
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    """Run the last full day on two workers, one killed by -9 in the middle, and then on this machine alone."""
    programs, redis = require_servers()
    if not PYTHON.exists():
        pytest.skip("needs .venv-celery: make test-distributed")
    folder = tmp_path_factory.mktemp("distributed")
    (folder / "accounts.yaml").write_text(ACCOUNTS)
    day = last_full_day(datetime.now(UTC), "UTC")
    now = Window(day, "UTC").end + timedelta(minutes=1)  # when Airflow's own clock has the run due
    with running(folder / "sandbox", story_day=day) as sandbox, pytest.MonkeyPatch.context() as patch:
        given = sandbox.whole_environment() | {
            "AVIARY_ACCOUNTS": str(folder / "accounts.yaml"),
            "AVIARY_NOW": now.isoformat(),
        }
        for name in os.environ.keys() - given.keys():
            patch.delenv(name)
        for name, value in given.items():
            patch.setenv(name, value)
        lakes = {name: f"{sandbox.environment['AVIARY_LAKE']}/{name}" for name in ("cluster", "alone")}
        lake, alone, x = Lake(lakes["cluster"]), Lake(lakes["alone"]), sandbox.environment["X_API_URL"]
        with (
            running_postgres(programs) as postgres,
            running_redis(redis, folder) as port,
            running_cluster(folder / "airflow", given | {"AVIARY_LAKE": lake.url}, postgres, port) as cluster,
        ):
            interrupted = lose_a_worker(cluster, lake, day, now.date())
            cluster.wait_until(lambda: cluster.postgres.query(ENDED))
            [(run_id, state)] = cluster.postgres.query("select run_id, state from dag_run")
            tries = cluster.postgres.query(TRIES)
        paid = bought(lake, day, now.date(), x)
        requests.post(f"{x}/sandbox/served/reset", timeout=10).raise_for_status()
        command = [sys.executable, "-m", "pipeline", "run", "--day", str(day)]
        subprocess.run(
            command, cwd=ROOT, env=given | {"AVIARY_LAKE": alone.url}, check=True, capture_output=True
        )
        yield Finished(run_id, state, tries, interrupted, paid, etags(lake), etags(alone))


def lose_a_worker(cluster: Cluster, lake: Lake, day: date, now: date) -> list[str]:
    """Kill a worker that has paid for an account and not finished it; return the accounts it was at.

    It is stopped first, to see that: of a request that is under way nobody knows whether X bills it, so that is waited
    for. (What the ledger then says is tried where a run is killed before each write.)
    """
    success = "select hostname from task_instance where task_id = 'account' and state = 'success'"
    running = (
        f"select rendered_map_index from task_instance where state = 'running' and hostname = '{KILLED}'"
    )

    def well_under_way() -> bool:
        assert not cluster.postgres.query(ENDED), "the run ended before a worker was lost"
        done = cluster.postgres.query(success)
        return len(done) >= AFTER and [KILLED] in done

    cluster.wait_until(well_under_way)
    lost: list[str] = []

    def caught() -> bool:
        left = "select 1 from task_instance where task_id = 'account' and state is distinct from 'success'"
        assert cluster.postgres.query(left), "the run was over before the worker was between two requests"
        with cluster.stopped(KILLED) as processes:
            accounts = [handle for (handle,) in cluster.postgres.query(running) if handle]
            paid = any(has_paid_and_not_finished(lake, day, account) for account in accounts)
            if not paid or is_asking(lake, now, processes):
                return False
            cluster.kill(KILLED, processes)
            lost.extend(accounts)
            return True

    cluster.wait_until(caught)
    return lost


def test_a_lost_worker_changes_no_byte_and_buys_nothing_twice(
    finished: Finished, capsys: pytest.CaptureFixture[str]
) -> None:
    """One test, so that the run happens once however tests are shared out."""
    with capsys.disabled():
        Console(width=100).print(table(finished))
    ends_well(finished)
    assert len(finished.objects) > 3 * len(HANDLES)
    assert finished.objects == finished.alone
    paid = finished.bought
    assert paid.by_x == paid.by_pages
    assert paid.by_x.total() > 0
    assert paid.ledger_of(finished.run_id) == (paid.by_x.total(), len(HANDLES), 0, 0)
    assert paid.users_by_x == len(HANDLES)


def ends_well(finished: Finished) -> None:
    """Assert that every account was finished, those of the lost worker by the other one."""
    assert finished.state == "success"
    assert finished.interrupted
    done = {label: worker for label, worker, state in finished.tries if state == "success"}
    assert sorted(done) == sorted(HANDLES)
    assert {done[account] for account in finished.interrupted} == {LEFT}
    assert set(done.values()) == set(WORKERS)


def table(finished: Finished) -> Table:
    """Return what `make test-distributed` shows."""
    shown = Table(title=f"{len(HANDLES)} accounts on two Celery workers, {finished.run_id}: {finished.state}")
    shown.add_column("what")
    shown.add_column("", justify="right")
    ended = Counter((worker, state) for _, worker, state in finished.tries)
    for (worker, state), count in sorted(ended.items()):
        shown.add_row(f"tries on {worker or 'no worker'}: {state}", str(count))
    by_ledger, *_ = finished.bought.ledger_of(finished.run_id)
    equal = finished.objects.items() & finished.alone.items()
    for name, value in {
        f"accounts that {KILLED} was at when it was killed by -9": len(finished.interrupted),
        "posts bought / by the ledger": f"{finished.bought.by_x.total()} / {by_ledger}",
        "posts bought twice": finished.bought.twice,
        "objects equal to one machine's": f"{len(equal)} of {len(finished.alone)}",
    }.items():
        shown.add_row(name, str(value))
    return shown
