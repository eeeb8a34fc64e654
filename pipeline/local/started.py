"""What `make up` has started in this folder: written by its background process, read by every later command."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from pipeline.local.processes import STATE

READY = "running"


@dataclass(frozen=True)
class Started:
    """The background process, and what it runs. `environment` points to the sandbox, and is empty for live reading."""

    pid: int
    created: float
    port: int
    live: bool
    phase: str
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    failure: str = ""

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs; another one may have its number by now."""
        try:
            process = psutil.Process(self.pid)
            return process.create_time() == self.created and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


def this_process(port: int, *, live: bool, phase: str) -> Started:
    """Return what this process is about to start."""
    return Started(os.getpid(), psutil.Process().create_time(), port, live, phase)


def find_started(state: Path = STATE) -> Started | None:
    """Return what was started last and not stopped since; None when that is nothing, or its record is damaged."""
    try:
        return Started(**json.loads(_file(state).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def save(started: Started, state: Path = STATE) -> None:
    """Write the record atomically, readable by its owner only: it holds the sandbox's keys."""
    state.mkdir(parents=True, exist_ok=True)
    part = _file(state).with_suffix(".part")
    with os.fdopen(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(asdict(started), file, indent=1)
    part.replace(_file(state))


def forget(state: Path = STATE) -> None:
    """Remove the record, because nothing of it runs any more."""
    _file(state).unlink(missing_ok=True)


def background_log(state: Path) -> Path:
    """Return the log of the background process and of the sandbox's X API."""
    return state / "up.log"


def _file(state: Path) -> Path:
    return state / "started.json"
