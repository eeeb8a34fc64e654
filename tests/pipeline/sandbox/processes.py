"""Reading what a process prints while it runs."""

import subprocess


def read_line(process: "subprocess.Popen[str]") -> str:
    """Return the next line of a process's output; waits for it."""
    assert process.stdout is not None
    return process.stdout.readline()
