"""`./aviary cost` warns of a month that the budget does not last."""

import sys
from pathlib import Path

import pytest

from pipeline import run_day
from pipeline.cli import main
from pipeline.lake.client import Lake
from tests.conftest import DAY
from tests.promises.days import write_accounts


@pytest.mark.parametrize(("budget", "warns"), [("0.50", True), ("5", False)])
def test_a_month_that_the_usual_day_overspends_is_told(
    lake: Lake,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    budget: str,
    warns: bool,
) -> None:
    """A day of five posts costs $0.025, and so thirty of them $0.75."""
    monkeypatch.chdir(tmp_path)
    text = (
        "defaults: {max_posts: 5}\nbudget: {usd_per_run: 0.50, usd_per_month: %s}\naccounts: [pixelforge]\n"
    )
    write_accounts(tmp_path, monkeypatch, text % budget)
    run_day(DAY)
    monkeypatch.setattr(sys, "argv", ["pipeline", "cost", "--days", "1"])
    with pytest.raises(SystemExit):
        main()
    out = capsys.readouterr().out
    assert ("at this rate budget.usd_per_month does not last a month: raise it" in out) is warns
