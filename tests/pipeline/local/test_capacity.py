"""Tasks at once follow cores and memory, so that a small machine does not swap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.local.capacity import AIRFLOW_BYTES, TASK_BYTES, tasks_at_once

GIB = 1024**3


@pytest.mark.parametrize(
    ("cores", "gib", "tasks"), [(2, 24, 16), (4, 24, 32), (2, 3, 12), (2, 2, 2), (1, 0.5, 2)]
)
def test_cores_decide_until_memory_does(cores: int, gib: float, tasks: int) -> None:
    assert tasks_at_once(cores, int(gib * GIB)) == tasks


@given(st.integers(1, 64), st.integers(AIRFLOW_BYTES + 2 * TASK_BYTES, 512 * GIB))
def test_what_runs_at_once_fits_into_memory(cores: int, free: int) -> None:
    assert AIRFLOW_BYTES + tasks_at_once(cores, free) * TASK_BYTES <= free
