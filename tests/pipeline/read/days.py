"""Days of @nasa as X sends them, page by page."""

from typing import Any

from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome
from pipeline.lake.records import Outcome
from tests.conftest import Answer
from tests.pipeline.given import DAY, a_body, a_post


def posts(first: int, last: int) -> list[dict[str, Any]]:
    """Return posts as X orders them: newest first."""
    return [a_post(number) for number in range(last, first - 1, -1)]


def pages_of(*sizes: int) -> list[Answer]:
    """Return the answers of a day in pages of these sizes, each leading to the next."""
    answers, left = [], sum(sizes)
    for number, size in enumerate(sizes, 1):
        token = f"token-{number}" if number < len(sizes) else None
        answers.append(Answer(a_body(*posts(left - size + 1, left), token=token)))
        left -= size
    return answers


def outcome_of(lake: Lake) -> Outcome:
    outcome = find_outcome(lake, DAY, "nasa")
    assert outcome is not None
    return outcome
