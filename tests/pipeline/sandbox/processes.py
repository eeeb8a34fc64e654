"""What a running sandbox prints."""

import subprocess


def read_line(process: "subprocess.Popen[str]") -> str:
    """Return the next line of a process's standard output."""
    assert process.stdout is not None
    return process.stdout.readline()
