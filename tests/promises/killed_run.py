"""A run that kills itself with -9 before its Nth write: `python -m tests.promises.killed_run N WORKERS DAY`."""

import os
import signal
import sys

import pytest

from pipeline import run as run_module
from pipeline import run_day
from tests.promises.kills import counting


def main(last: int, workers: int, day: str) -> None:
    def die(number: int) -> None:
        if number == last:
            os.kill(os.getpid(), signal.SIGKILL)

    run_module.WORKERS = workers
    counting(pytest.MonkeyPatch(), die)
    run_day(day)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
