"""Promise 3: killed anywhere, right afterwards; and no reader sees half of anything."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import run as run_module
from pipeline import run_day
from pipeline.lake.client import Lake
from pipeline.spend.ledger import spent
from pipeline.spend.writer import read_month
from tests.conftest import DAY, RequestStats
from tests.promises.days import etags, points_at_nothing_missing, write_accounts
from tests.promises.kills import Killed, counting, dies_at

ROOT = Path(__file__).parents[2]


@pytest.fixture
def undisturbed(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[str, str], int]:
    """What the day looks like when nothing goes wrong, and how many writes it takes."""
    write_accounts(tmp_path, monkeypatch)
    monkeypatch.setattr(run_module, "WORKERS", 1)
    url = f"{environment['AVIARY_LAKE']}-undisturbed"
    writes: list[int] = []
    with monkeypatch.context() as patch:
        patch.setenv("AVIARY_LAKE", url)
        counting(patch, writes.append)
        run_day(DAY)
    return etags(Lake(url)), len(writes)


def test_killed_before_any_write_the_next_run_ends_in_the_same_bytes(
    undisturbed: tuple[dict[str, str], int],
    environment: dict[str, str],
    request_stats: RequestStats,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The state after one write is the state before the next, so this is every state a kill can leave."""
    expected, writes = undisturbed
    assert writes > 30
    for last in range(1, writes + 1):
        url = f"{environment['AVIARY_LAKE']}-{last}"
        lake, before = Lake(url), request_stats.counts()
        with monkeypatch.context() as patch:
            patch.setenv("AVIARY_LAKE", url)
            with patch.context() as dying:
                counting(dying, dies_at(last))
                with pytest.raises(Killed):
                    run_day(DAY)
            points_at_nothing_missing(lake)
            run_day(DAY)
            # The ledger may say too much after a kill, never too little.
            paid = request_stats.counts()
            said = spent(read_month(lake, "2026-11"))
            assert said.posts >= paid["posts"] + paid["included"] - before["posts"] - before["included"]
            assert said.users >= paid["users"] - before["users"]
        assert etags(lake) == expected, f"killed before write {last}"


@pytest.mark.parametrize(("last", "workers"), [(3, 1), (9, 8), (17, 8), (27, 8)])
def test_kill_9_of_the_real_process_is_no_different_whatever_its_workers_were_doing(
    last: int, workers: int, undisturbed: tuple[dict[str, str], int], lake: Lake
) -> None:
    expected, _ = undisturbed
    command = [sys.executable, "-m", "tests.promises.killed_run", str(last), str(workers), str(DAY)]

    ended = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, check=False, timeout=120)

    assert ended.returncode == -signal.SIGKILL, ended.stderr
    points_at_nothing_missing(lake)
    run_day(DAY)
    assert etags(lake) == expected
