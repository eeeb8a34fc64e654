"""An exception that is a fault of Aviary's costs one account, as X's failures do."""

import logging
from pathlib import Path

import pytest

from pipeline import account as account_module
from pipeline import run_day
from pipeline.errors import RunFailed
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes
from pipeline.status import Status
from tests.conftest import DAY
from tests.promises.days import write_accounts

FIVE = ("stadiumfc", "pixelforge", "tideandco", "1729", "lumenenergy")


@pytest.mark.parametrize("stage", ["collect", "apply_refresh", "analyze"])
@pytest.mark.parametrize("error", [ZeroDivisionError("a fault"), KeyError("x\n\x1b[31m"), RecursionError()])
def test_it_leaves_a_failed_outcome_with_its_place_and_the_run_goes_on(
    stage: str,
    error: Exception,
    lake: Lake,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    write_accounts(tmp_path, monkeypatch, f"accounts: [{', '.join(FIVE)}]\n")
    original = getattr(account_module, stage)

    def faulty(*args: object, **more: object) -> object:
        if "pixelforge" in str(args):
            raise error
        return original(*args, **more)

    monkeypatch.setattr(account_module, stage, faulty)
    with caplog.at_level(logging.ERROR):
        done = run_day(DAY)
    assert done.statuses == {"ok": 4, "failed": 1}
    outcome = find_outcomes(lake, DAY)["pixelforge"]
    assert outcome.status == Status.FAILED
    assert type(error).__name__ in (outcome.reason or "")
    assert "test_our_own_fault.py" in (outcome.reason or "")
    assert (outcome.reason or "").isprintable()
    assert "Traceback" in caplog.text
    assert "test_our_own_fault.py" in " ".join(lake.get(keys.report(DAY)).decode().split())


def test_too_many_of_them_fail_the_run_in_one_line(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_accounts(tmp_path, monkeypatch, "accounts: [pixelforge, 1729]\n")

    def faulty(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(account_module, "collect", faulty)
    with pytest.raises(RunFailed, match="2 of 2 accounts failed"):
        run_day(DAY)
