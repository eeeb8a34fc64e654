"""The day is done unless more accounts failed than tolerated, or none has anything to show."""

import polars as pl
import pytest

from pipeline.errors import RunFailed
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes, put_outcome
from pipeline.lake.frames import put_frame
from pipeline.lake.no_tone import NO_LISTS
from pipeline.lake.records import Outcome, Plan, PlannedAccount
from pipeline.schema import POSTS
from pipeline.status import Status
from pipeline.transform.rollup import roll_up
from pipeline.verdict import Verdict, verdict
from tests.pipeline.given import DAY


def ended(lake: Lake, tolerated: float, **statuses: Status) -> Verdict:
    for account, status in statuses.items():
        put_outcome(lake, DAY, account, Outcome(status=status, reason=f"because {status}"))
    rolled_up(lake, *statuses)
    return verdict(lake, DAY, list(statuses), tolerated)


def rolled_up(lake: Lake, *accounts: str) -> None:
    """Roll up the day of these accounts, which X spells in capitals, by their outcomes."""
    entries = [
        PlannedAccount(account=account, handle=account.upper(), include=("posts",), max_posts=1)
        for account in accounts
    ]
    plan = Plan(
        day=DAY, timezone="UTC", sample=True, failed_accounts=0, quarantined_posts=0, accounts=tuple(entries)
    )
    posts = pl.DataFrame(schema=POSTS)
    put_frame(lake, keys.rollup(DAY), roll_up(plan, find_outcomes(lake, DAY), posts, NO_LISTS))


def share(failed: int, of: int) -> dict[str, Status]:
    return {f"a{number}": Status.FAILED if number < failed else Status.OK for number in range(of)}


def test_a_verdict_counts_how_accounts_ended(lake: Lake) -> None:
    result = ended(lake, 0.2, a=Status.OK, b=Status.OK, c=Status.PARTIAL, d=Status.SUSPENDED)
    assert result.statuses == {Status.OK: 2, Status.PARTIAL: 1, Status.SUSPENDED: 1}


@pytest.mark.parametrize(
    ("failed", "of", "tolerated"), [(1, 5, 0.2), (0, 1, 0.0), (29, 100, 0.29), (7, 100, 0.07)]
)
def test_as_many_failures_as_tolerated_are_tolerated(
    lake: Lake, failed: int, of: int, tolerated: float
) -> None:
    ended(lake, tolerated, **share(failed, of))


@pytest.mark.parametrize(
    ("failed", "of", "tolerated"), [(2, 9, 0.2), (1, 5, 0.0), (30, 100, 0.29), (1, 4, 0.2499)]
)
def test_one_more_is_not(lake: Lake, failed: int, of: int, tolerated: float) -> None:
    with pytest.raises(RunFailed, match=f"^{failed} of {of} accounts failed, more than the "):
        ended(lake, tolerated, **share(failed, of))


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.FAILED}))
def test_only_failed_counts_against_the_budget(lake: Lake, status: Status) -> None:
    ended(lake, 0.0, good=Status.OK, other=status)


def test_an_account_without_an_outcome_has_failed(lake: Lake) -> None:
    put_outcome(lake, DAY, "a", Outcome(status=Status.OK))
    rolled_up(lake, "a", "b")
    with pytest.raises(RunFailed, match="@B: its task ended without leaving an outcome"):
        verdict(lake, DAY, ["a", "b"], 0.2)


def test_failures_are_told_by_name_and_reason(lake: Lake) -> None:
    with pytest.raises(RunFailed) as caught:
        ended(lake, 0.025, a=Status.OK, b=Status.FAILED)
    assert str(caught.value) == "1 of 2 accounts failed, more than the 2.5% tolerated: @B: because failed"


def test_one_reason_is_told_once_with_ten_of_its_accounts(lake: Lake) -> None:
    with pytest.raises(RunFailed) as caught:
        ended(lake, 0.2, **share(13, 13))
    assert str(caught.value).count("@A") == 10
    assert str(caught.value).endswith("@A9 and 3 more: because failed")


def test_reasons_that_name_their_account_name_it_once_and_ten_are_told(lake: Lake) -> None:
    handles = [f"a{number}" for number in range(12)]
    for handle in handles:
        put_outcome(
            lake, DAY, handle, Outcome(status=Status.FAILED, reason=f"@{handle.upper()}: trouble of {handle}")
        )
    rolled_up(lake, *handles)
    with pytest.raises(RunFailed) as caught:
        verdict(lake, DAY, handles, 0.2)
    assert "tolerated: @A0: trouble of a0; @A1: trouble of a1; " in str(caught.value)
    assert str(caught.value).endswith("@A9: trouble of a9; and 2 more reasons")


def test_a_day_with_nothing_to_show_is_not_done(lake: Lake) -> None:
    with pytest.raises(RunFailed) as caught:
        ended(lake, 1.0, a=Status.SUSPENDED, b=Status.OVER_BUDGET, c=Status.FAILED)
    assert (
        str(caught.value)
        == "none of 3 accounts has a day to show (@A: suspended, @B: over_budget, @C: failed)"
    )


def test_one_partial_account_is_something_to_show(lake: Lake) -> None:
    ended(lake, 0.5, a=Status.PARTIAL, b=Status.FAILED)


def test_only_the_runs_own_accounts_are_judged(lake: Lake) -> None:
    put_outcome(lake, DAY, "other", Outcome(status=Status.FAILED, reason="so"))
    ended(lake, 0.0, a=Status.OK)
