"""Stops the processes that were started for a folder, and verifies that none is left.

Every process has a marker in its environment, which its children inherit: those of a killed parent and those in
sessions of their own (the sandbox's servers) too. `SPT_NOENV` keeps Airflow's services from overwriting their
environment with their process title.
"""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

from pipeline.errors import AviaryError
from pipeline.sandbox.processes import MARKER

STATE: Final = Path(".aviary")
STOP_SECONDS: Final = 30
_SERVICE: Final = "AVIARY_SERVICE"


class StandaloneError(AviaryError):
    """Airflow did not start or did not stop."""


def mark(state: Path, service: str = "") -> dict[str, str]:
    """Return the variables by which the processes of `state`, and those of one service, are found."""
    return {MARKER: str(state.resolve()), _SERVICE: service, "SPT_NOENV": "1"}


def find_processes(state: Path, service: str = "") -> list[psutil.Process]:
    """Return the running processes that were started for `state` (for one service of it), except this one."""
    wanted = {MARKER: str(state.resolve())} | ({_SERVICE: service} if service else {})
    found = []
    for process in psutil.process_iter():
        try:
            ours = wanted.items() <= process.environ().items()
            if ours and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.AccessDenied, psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            continue  # of another user, or ended meanwhile
    return found


def kill_service(state: Path, service: str) -> None:
    """Kill every process of one service, its orphans included."""
    for process in find_processes(state, service):
        with suppress(psutil.NoSuchProcess):
            process.kill()


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
