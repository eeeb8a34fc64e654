"""Waiting for processes, and ending them by their id, and only those that are really ours."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pipeline.errors import AviaryError

# Marks every process that `make up` or `make demo` starts for a folder, so that `make down` finds it.
MARKER = "AVIARY_STANDALONE"
STOP_SECONDS = 10
_POLL_SECONDS = 1


def end(process: "subprocess.Popen[Any]", seconds: float = STOP_SECONDS) -> None:
    """Ask a child process to end, and kill it if it has not after `seconds`."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for_any(*processes: "subprocess.Popen[Any]") -> None:
    """Return when one of the child processes has ended.

    Polls: a signal that arrives just before a wait without a timeout would not interrupt it.
    """
    while all(process.poll() is None for process in processes):
        with suppress(subprocess.TimeoutExpired):
            processes[0].wait(_POLL_SECONDS)


def end_leftover(pid: int, is_ours: Callable[[str], bool], seconds: float = STOP_SECONDS) -> bool:
    """End a process that an earlier, killed sandbox left behind; return whether there was one.

    Its id may belong to another process by now: it is ended only if `is_ours` accepts its command line.
    Raises `AviaryError` if it does not end.
    """
    if not is_ours(command_line(pid)):
        return False
    for sent in (signal.SIGTERM, signal.SIGKILL):
        os.kill(pid, sent)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not is_ours(command_line(pid)):
                return True
            time.sleep(0.05)
    raise AviaryError(f"process {pid} of an earlier sandbox does not end; end it yourself: kill -9 {pid}")


def command_line(pid: int) -> str:
    """Return the command line of a running process, a space after each word; empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        if Path("/proc/self").exists():
            return ""
    # macOS has no /proc; every POSIX system has ps.
    command = ["ps", "-p", str(pid), "-o", "command="]
    shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
    return f"{shown} " if shown else ""
