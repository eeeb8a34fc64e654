"""For how many days an alert has lasted, and what has ended."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.figures.stories import Story, stories
from tests.reports.rows import SUNDAY, missing, rollups, row

USUAL = 10.0
OF_COMPARE = {
    "account": pl.String,
    "metric": pl.String,
    "day": pl.Date,
    "value": pl.Float64,
    "usual": pl.Float64,
    "unusual": pl.Boolean,
}


def told(signs: str, metric: str = "engagement") -> tuple[Story, ...]:
    """Return the stories of an account: a letter a day, `^` above, `v` below, `-` usual, ` ` no data."""
    days = [SUNDAY - timedelta(days=back) for back in reversed(range(len(signs)))]
    of_days = [(day, sign) for day, sign in zip(days, signs, strict=True) if sign != " "]
    compared = pl.DataFrame(
        {
            "account": ["nasa"] * len(of_days),
            "metric": [metric] * len(of_days),
            "day": [day for day, _ in of_days],
            "value": [{"^": 30.0, "v": 1.0, "-": 11.0}[sign] for _, sign in of_days],
            "usual": [USUAL] * len(of_days),
            "unusual": [sign != "-" for _, sign in of_days],
        },
        schema=OF_COMPARE,
    )
    return stories(compared, rollups(row()), SUNDAY)


def back(days: int) -> date:
    return SUNDAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("signs", "sign", "first", "last", "days", "normal_since"),
    [
        ("--^", "above", 0, 0, 1, None),
        ("-^^^", "above", 2, 0, 3, None),
        ("^^vv", "below", 1, 0, 2, None),  # another story than the one before
        ("^ ^", "above", 2, 0, 2, None),  # a day without data says nothing
        ("-^^-", "above", 2, 1, 2, 0),
        ("^^---", "above", 4, 3, 2, 2),  # the third day on which the end is told
    ],
)
def test_a_story_goes_on_or_ends(
    signs: str, sign: str, first: int, last: int, days: int, normal_since: int | None
) -> None:
    since = None if normal_since is None else back(normal_since)
    assert told(signs) == (Story("nasa", "engagement", sign, back(first), back(last), days, since),)


@pytest.mark.parametrize(
    "signs",
    [
        "-----",
        "-^-",  # a single day: its end is no news
        "^^----",  # ended four days ago
        "^^ ",  # nothing is known of the day
        "^" + "-" * 13,
    ],
)
def test_no_story_is_told(signs: str) -> None:
    assert told(signs) == ()


def test_fourteen_days_are_judged_and_no_more() -> None:
    (story,) = told("^" * 20)
    assert (story.days, story.first) == (14, back(13))


def test_the_total_has_no_story() -> None:
    compared = pl.DataFrame(
        {
            "account": ["", "#", "#space"],
            "metric": ["engagement"] * 3,
            "day": [SUNDAY] * 3,
            "value": [30.0] * 3,
            "usual": [USUAL] * 3,
            "unusual": [True] * 3,
        }
    )
    assert stories(compared, rollups(row()), SUNDAY) == ()


def test_an_account_that_is_not_read_is_a_story_by_its_status() -> None:
    nothing = told("-")
    compared = pl.DataFrame(schema=OF_COMPARE)
    days = rollups(missing(), missing(1), missing(2, status="missing"), row(3))
    assert nothing == ()
    assert stories(compared, days, SUNDAY) == (Story("nasa", None, "failed", back(1), SUNDAY, 2, None),)
    again = rollups(row(), missing(1), missing(2), row(3))
    assert stories(compared, again, SUNDAY) == (Story("nasa", None, "failed", back(2), back(1), 2, SUNDAY),)


@given(st.text("^v- ", min_size=1, max_size=14))
def test_a_story_is_the_last_run_of_its_days(signs: str) -> None:
    known = signs.replace(" ", "")
    found = told(signs)
    if signs[-1] == " " or not known.strip("-"):
        assert found == ()
        return
    without_end = known.rstrip("-")
    run = len(without_end) - len(without_end.rstrip(without_end[-1]))
    if known[-1] != "-":
        assert (found[0].days, found[0].normal_since) == (run, None)
    elif found:
        assert found[0].days == run >= 2
        assert found[0].normal_since is not None
