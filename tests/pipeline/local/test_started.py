"""What `make up` started is known to the next command, and to nobody else."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.local.started import find_started, forget, save, this_process


def test_what_is_saved_is_found_until_it_is_forgotten(tmp_path: Path) -> None:
    started = replace(this_process(8080, live=False, phase="running"), environment={"X_API_URL": "http://a"})
    save(started, tmp_path)
    assert find_started(tmp_path) == started
    assert started.is_alive
    forget(tmp_path)
    assert find_started(tmp_path) is None
    forget(tmp_path)


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    """It holds the sandbox's keys."""
    save(this_process(8080, live=False, phase="running"), tmp_path)
    assert [stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()] == [0o600]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}', '{"unknown": 1}'])
def test_a_damaged_record_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "started.json").write_text(text)
    assert find_started(tmp_path) is None


def test_another_process_with_its_number_is_not_taken_for_it() -> None:
    started = this_process(8080, live=False, phase="running")
    assert not replace(started, created=started.created - 60).is_alive
    assert not replace(started, pid=2**22 + os.getpid()).is_alive
