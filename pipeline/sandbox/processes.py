"""Ending processes by their id, and only those that are really ours."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipeline.errors import AviaryError


def end(process: "subprocess.Popen[Any]", seconds: float) -> None:
    """Ask a child to end, and kill it when it has not after `seconds`."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def end_leftover(pid: int, is_ours: Callable[[str], bool], seconds: float) -> bool:
    """End a process that an earlier, killed sandbox left behind; whether there was one.

    Its id may belong to somebody else by now: it is ended only if `is_ours` says so of its command line.
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
    raise AviaryError(f"process {pid} of an earlier sandbox does not end; end it by hand: kill -9 {pid}")


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
