"""Where X's own count of a UTC day differs from the ledger's, the data section has both."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from pipeline.lake.records import UsageDay
from pipeline.schema import ROLLUP
from reports.figures.day import DayFigures, day_figures
from reports.views.data import data
from tests.reports.rows import PLAN, posts, row


def figures(by_x: int, by_ledger: int, *, sample: bool = False) -> DayFigures:
    usage = UsageDay(
        day=date(2026, 11, 21),
        posts=by_x,
        ledger_posts=by_ledger,
        asked_at=datetime(2026, 11, 22, 6, tzinfo=UTC),
    )
    plan = PLAN.model_copy(update={"sample": sample})
    return day_figures(plan, pl.DataFrame([row()], schema=ROLLUP), posts(), usage=usage)


def told(found: DayFigures) -> str | None:
    return next((fact.text for fact in data(found).facts if fact.name == "Checked against X"), None)


@pytest.mark.parametrize(
    ("by_x", "by_ledger", "differ"),
    [
        (400, 400, False),
        (40, 20, False),  # twenty posts
        (41, 20, True),
        (20, 41, True),
        (420, 399, False),  # five percent
        (421, 399, True),
        (399, 421, True),
        (5000, 5200, False),
    ],
)
def test_a_difference_above_five_percent_and_twenty_posts_is_told(
    by_x: int, by_ledger: int, differ: bool
) -> None:
    assert (told(figures(by_x, by_ledger)) is not None) == differ


def test_what_is_told_has_both_numbers_and_what_may_explain_them() -> None:
    assert told(figures(1900, 1400)) == (
        "on Sat 21 Nov (UTC) X counted 1,900 posts read, and the ledger 1,400: other programs may share the token"
    )
    assert told(figures(1, 1400)) == (
        "on Sat 21 Nov (UTC) X counted 1 post read, and the ledger 1,400: X bills a post once a UTC day, and perhaps "
        "not the originals of retweets"
    )


def test_a_sandbox_that_was_started_again_has_lost_its_counts() -> None:
    assert told(figures(0, 1400, sample=True)) is None
    assert told(figures(0, 1400)) is not None
