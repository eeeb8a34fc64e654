"""Starts the scheduler once the API server answers.

A scheduler that hands out tasks before that loses minutes to refused connections. What it imports, it imports while it
waits: that takes as long as the API server does.
"""

import sys
import time
import urllib.error
import urllib.request

import airflow.cli.commands.scheduler_command
import airflow.executors.local_executor
import airflow.jobs.scheduler_job_runner  # noqa: F401
from airflow.__main__ import main
from airflow.configuration import conf


def is_answering(address: str) -> bool:
    """Whether the API server answers at `address`."""
    try:
        with urllib.request.urlopen(address, timeout=5):  # noqa: S310  our own address
            return True
    except (urllib.error.URLError, OSError):
        return False


while not is_answering(f"{conf.get_mandatory_value('api', 'base_url')}/api/v2/monitor/health"):
    time.sleep(0.5)
sys.argv = ["airflow", "scheduler", *sys.argv[1:]]
main()
