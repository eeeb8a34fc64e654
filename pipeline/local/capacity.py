"""How many tasks this machine runs at once. Pure, but for what it asks of the machine."""

import os
from typing import Final

import psutil

# Tasks mostly wait for X, S3 and Airflow's API, so several share a core.
TASKS_PER_CORE: Final = 8
TASK_BYTES: Final = (
    80 * 1024**2
)  # the proportional set size of a running task, with what it shares, rounded up
AIRFLOW_BYTES: Final = 2 * 1024**3  # Airflow's services and the sandbox; what is left is for tasks


def tasks_at_once(cores: int, free_bytes: int) -> int:
    """Return the most tasks that keep `cores` busy and fit into `free_bytes` of memory; two at least."""
    fitting = (free_bytes - AIRFLOW_BYTES) // TASK_BYTES
    return max(2, min(TASKS_PER_CORE * cores, fitting))


def parallelism() -> int:
    """Return `tasks_at_once` for this machine, before Airflow is started."""
    return tasks_at_once(os.cpu_count() or 1, psutil.virtual_memory().available)
