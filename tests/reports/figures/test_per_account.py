"""The figures of each account for its own page."""

from datetime import timedelta

from reports.figures.per_account import incomplete_days
from tests.reports.rows import SUNDAY, missing, rollups, row


def test_incomplete_days_are_those_of_the_last_28_not_read_whole() -> None:
    frame = rollups(
        row(0, status="partial"),
        row(1),
        missing(2),
        row(3, truncated=True),
        row(28, status="partial", reason="a page was lost"),
        missing(29),
    )
    assert incomplete_days(frame, SUNDAY)["day"].to_list() == [
        SUNDAY - timedelta(days=back) for back in (2, 3, 28)
    ]
