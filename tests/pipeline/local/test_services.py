"""A service that dies is started again, three times within an hour; then it is named, with the end of its own log."""

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.local.processes import StandaloneError, find_processes, stop
from pipeline.local.services import Deaths, Service, Services

WAITING = "import time; time.sleep(600)"
DYING = "import sys; print('database is locked', flush=True); sys.exit(3)"
# A scheduler that dies leaves its task running, in a process group of its own.
LEAVING = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {WAITING!r}], process_group=0)"

Start = Callable[[str], Service]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    def service(script: str) -> Service:
        command = [sys.executable, "-c", script]
        return Service("scheduler", "Airflow's scheduler", command, {}, tmp_path, tmp_path / "home")

    yield service
    stop(tmp_path)


def test_a_running_service_is_left_alone(start: Start) -> None:
    service = start(WAITING)
    before = service.process.pid
    assert service.keep_alive() == ""
    assert service.process.pid == before


def test_a_killed_service_is_started_again(start: Start) -> None:
    service = start(WAITING)
    service.process.kill()
    service.process.wait()
    told = service.keep_alive()
    assert (
        told
        == "Airflow's scheduler was killed by signal 9 and was started again (1 of 3 times within an hour)"
    )
    assert service.process.poll() is None


def test_the_fourth_death_names_the_service_with_the_end_of_its_own_log(start: Start, tmp_path: Path) -> None:
    service = start(DYING)
    for _ in range(3):
        service.process.wait()
        assert "ended with exit code 3 and was started again" in service.keep_alive()
    service.process.wait()
    with pytest.raises(StandaloneError) as raised:
        service.keep_alive()
    told, *log = str(raised.value).splitlines()
    assert told.startswith("Airflow's scheduler ended with exit code 3 for the 4th time within an hour")
    assert str(tmp_path / "home" / "scheduler.log") in told
    assert log == ["database is locked"] * 4


def test_deaths_of_more_than_an_hour_ago_do_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaths = Deaths("the scheduler", tmp_path / "log")
    for hour in range(10):
        monkeypatch.setattr(time, "monotonic", lambda at=hour: 1_000_000 + at * 3_601.0)
        assert "(1 of 3 times within an hour)" in deaths.add(-9)


@pytest.mark.heavy
def test_what_a_dead_service_left_running_is_ended_before_it_starts_again(
    start: Start, tmp_path: Path
) -> None:
    """Otherwise a task would run beside its own retry."""
    service = start(LEAVING)
    service.process.wait()
    left = {process.pid for process in find_processes(tmp_path)}
    assert left
    service.keep_alive()
    service.process.wait()
    assert not left & {process.pid for process in find_processes(tmp_path)}


def test_services_end_together_with_what_they_left(tmp_path: Path, start: Start) -> None:
    services = Services({}, tmp_path, tmp_path / "home", 1)
    services._services = [start(WAITING), start(LEAVING)]
    services.stop()
    assert find_processes(tmp_path) == []
