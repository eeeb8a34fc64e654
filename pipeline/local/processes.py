"""Stops the processes that were started for a folder, and verifies that none is left.

Airflow's services share one session, and every process has a marker in its environment; `stop` ends the processes
with either, until none is found. Neither is enough alone: the services overwrite their environment with their
process title, and the sandbox's X API leads its own session.
"""

import json
import os
import time
from contextlib import suppress
from pathlib import Path

import psutil

from pipeline.errors import AviaryError

STATE = Path(".aviary")
MARKER = "AVIARY_STANDALONE"
STOP_SECONDS = 30


class StandaloneError(AviaryError):
    """Airflow did not start or did not stop."""


def record_session(state: Path, leader: int) -> None:
    """Record the process that leads the session in which everything of `state` runs."""
    session = {"pid": leader, "created": psutil.Process(leader).create_time()}
    _session_file(state).parent.mkdir(parents=True, exist_ok=True)
    _session_file(state).write_text(json.dumps(session))


def _session_file(state: Path) -> Path:
    return state / "airflow" / "session.json"


def find_processes(state: Path) -> list[psutil.Process]:
    """Return the running processes that were started for `state`, except this one."""
    session = _session(state)
    found = []
    for process in psutil.process_iter():
        try:
            ours = os.getsid(process.pid) == session or process.environ().get(MARKER) == str(state.resolve())
        except (psutil.AccessDenied, psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            continue  # of another user, or ended meanwhile
        if ours and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def _session(state: Path) -> int | None:
    """Return the session that `up` started, or None if another process has its number by now."""
    try:
        recorded = json.loads(_session_file(state).read_text())
    except FileNotFoundError:
        return None
    try:
        leader = psutil.Process(recorded["pid"])
    except psutil.NoSuchProcess:
        return int(recorded["pid"])  # the number is not reused while one of the session's processes runs
    return leader.pid if leader.create_time() == recorded["created"] else None


def stop(state: Path) -> int:
    """Stop every process of `state` and return how many there were. Raises `StandaloneError` if one remains."""
    seen: set[int] = set()
    for end in (psutil.Process.terminate, psutil.Process.kill):
        # In a loop, because a process may start another one while it is being stopped.
        deadline = time.monotonic() + STOP_SECONDS
        while (left := find_processes(state)) and time.monotonic() < deadline:
            seen |= {process.pid for process in left}
            for process in left:
                with suppress(psutil.NoSuchProcess):
                    end(process)
            psutil.wait_procs(left, timeout=5)
        if not left:
            return len(seen)
    pids = ", ".join(str(process.pid) for process in left)
    raise StandaloneError(f"these processes did not stop, not even when killed: {pids}; stop them by hand")
