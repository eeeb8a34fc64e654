"""Ending what was started here, and making sure of it.

Airflow's services share one session, and every process carries a marker in its environment; `stop` ends what
belongs to either, and looks again. Neither is enough alone: the services overwrite their environment with their
title, and the sandbox's X API leads a session of its own.
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
    """Airflow did not start or stop as it should."""


def remember_session(state: Path, leader: int) -> None:
    """Note the process whose session everything of `state` runs in."""
    session = {"pid": leader, "created": psutil.Process(leader).create_time()}
    (state / "airflow" / "session.json").write_text(json.dumps(session))


def started_for(state: Path) -> list[psutil.Process]:
    """Return the living processes that were started for `state`, this one apart."""
    session = _session(state)
    found = []
    for process in psutil.process_iter():
        try:
            ours = os.getsid(process.pid) == session or process.environ().get(MARKER) == str(state.resolve())
        except (psutil.AccessDenied, psutil.NoSuchProcess, ProcessLookupError, PermissionError):
            continue  # somebody else's, or gone
        if ours and process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def _session(state: Path) -> int | None:
    """Return the session that `up` began, unless its number has passed to somebody else since."""
    try:
        recorded = json.loads((state / "airflow" / "session.json").read_text())
    except FileNotFoundError:
        return None
    try:
        leader = psutil.Process(recorded["pid"])
    except psutil.NoSuchProcess:
        return int(recorded["pid"])  # the number stays taken as long as one of its processes lives
    return leader.pid if leader.create_time() == recorded["created"] else None


def stop(state: Path) -> int:
    """End every process of `state`; return how many there were. Raises `StandaloneError` if one stays."""
    seen: set[int] = set()
    for ask in (psutil.Process.terminate, psutil.Process.kill):
        # Again and again: a process may have started another while it was being ended.
        deadline = time.monotonic() + STOP_SECONDS
        while (left := started_for(state)) and time.monotonic() < deadline:
            seen |= {process.pid for process in left}
            for process in left:
                with suppress(psutil.NoSuchProcess):
                    ask(process)
            psutil.wait_procs(left, timeout=5)
        if not left:
            return len(seen)
    raise StandaloneError(f"these processes did not end: {', '.join(str(process.pid) for process in left)}")
