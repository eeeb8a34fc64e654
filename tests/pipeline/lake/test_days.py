"""Each account leaves one record of how its day ended, whatever happens."""

import pytest

from pipeline.errors import LakeError, XRefused
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome, find_outcomes, outcome_on_failure, put_outcome
from pipeline.lake.records import Counts, Outcome
from pipeline.status import Status
from pipeline.text import one_line
from tests.pipeline.given import COLLECTED_AT, DAY


def test_an_outcome_reads_back(lake: Lake) -> None:
    outcome = Outcome(
        status=Status.PARTIAL,
        reason="so",
        counts=Counts(fetched=2, kept=1, filtered=1),
        collected_at=COLLECTED_AT,
    )
    put_outcome(lake, DAY, "nasa", outcome)
    assert find_outcome(lake, DAY, "nasa") == outcome
    assert find_outcome(lake, DAY, "esa") is None


def test_a_days_outcomes_come_by_account(lake: Lake) -> None:
    for account in ("nasa", "007"):
        put_outcome(lake, DAY, account, Outcome(status=Status.OK, reason=account))
    lake.put("outcomes/day=2026-11-21/account=esa.json", b"{}")
    assert {account: outcome.reason for account, outcome in find_outcomes(lake, DAY).items()} == {
        "nasa": "nasa",
        "007": "007",
    }


def test_an_outcome_removed_while_reading_is_none(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    put_outcome(lake, DAY, "nasa", Outcome(status=Status.OK))
    listed = [keys.outcome(DAY, "gone"), keys.outcome(DAY, "nasa")]
    monkeypatch.setattr(Lake, "keys", lambda *_, **__: listed)
    assert set(find_outcomes(lake, DAY)) == {"nasa"}


def test_only_failed_and_over_budget_days_are_tried_again() -> None:
    assert {status for status in Status if not status.finished} == {Status.FAILED, Status.OVER_BUDGET}
    assert {status for status in Status if status.has_posts} == {Status.OK, Status.PARTIAL}


def test_an_expected_failure_is_told_in_its_own_words(lake: Lake) -> None:
    with pytest.raises(XRefused), outcome_on_failure(lake, DAY, "nasa"):
        raise XRefused("@nasa: no\nmore")
    assert find_outcome(lake, DAY, "nasa") == Outcome(status=Status.FAILED, reason="@nasa: no more")


def test_an_unexpected_one_with_its_kind(lake: Lake) -> None:
    with pytest.raises(ValueError, match="odd"), outcome_on_failure(lake, DAY, "nasa"):
        raise ValueError("odd \x1b[31m\u202e" + "x" * 5000)
    outcome = find_outcome(lake, DAY, "nasa")
    assert outcome is not None
    assert outcome.reason is not None
    assert outcome.reason.startswith("ValueError: odd [31m xxx")
    assert outcome.reason.isprintable()
    assert len(outcome.reason) == 500


def test_work_that_goes_well_leaves_no_failure(lake: Lake) -> None:
    with outcome_on_failure(lake, DAY, "nasa"):
        pass
    assert find_outcome(lake, DAY, "nasa") is None


def test_where_the_lake_is_gone_the_first_failure_is_still_told(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise LakeError("no lake")

    monkeypatch.setattr(Lake, "put", gone)
    with pytest.raises(LakeError) as caught, outcome_on_failure(lake, DAY, "nasa"):
        raise XRefused("the reason")
    assert "the reason" in str(caught.value.__context__)


def test_one_line_holds_nothing_that_moves_a_cursor() -> None:
    assert one_line("a\r\n\tb\x00\x1b]0;title\x07 c\u2028d") == "a b ]0;title c d"
