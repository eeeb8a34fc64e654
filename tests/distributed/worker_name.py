"""Airflow's `hostname_callable` of the test: its workers are on one machine, and each is to be told from the other."""

import os

VARIABLE = "AVIARY_WORKER"


def worker_name() -> str:
    """Return the name of the worker that this process belongs to."""
    return os.environ.get(VARIABLE, "127.0.0.1")
