"""How a task ends that failed for an expected reason: one line in its log says why, with no traceback around it."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from pipeline.errors import AviaryError

Given = ParamSpec("Given")
Made = TypeVar("Made")
log = logging.getLogger(__name__)


def reason_first(work: Callable[Given, Made]) -> Callable[Given, Made]:
    """Make an `AviaryError` of a task the first red line of its log, and end the task with it.

    Airflow logs a traceback for every exception but `SystemExit`. Bugs keep theirs.
    """

    @wraps(work)
    def told(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        try:
            return work(*args, **kwargs)
        except AviaryError as error:
            log.error(str(error))
            raise SystemExit(1) from error

    return told


def failure_of(ended: BaseException) -> BaseException:
    """Return what made a task fail, from what it ended with."""
    return ended.__cause__ if isinstance(ended, SystemExit) and ended.__cause__ else ended
