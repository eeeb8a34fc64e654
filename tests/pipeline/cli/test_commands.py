"""What the commands print when all is well."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.lake import Lake
from pipeline.planned import find_plan
from tests.conftest import DAY, Served
from tests.promises.days import etags, write_accounts


def run(*arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """Run `python -m pipeline ARGUMENTS`, which must succeed; return what it printed."""
    monkeypatch.setattr(sys, "argv", ["pipeline", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    assert ended.value.code in (0, None), err
    return out


@pytest.fixture(autouse=True)
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_accounts(tmp_path, monkeypatch)


def test_run_tells_how_the_accounts_ended_and_where_the_report_is(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = run("run", "--day", str(DAY), monkeypatch=monkeypatch, capsys=capsys)

    assert f"{DAY}: 2 ok, 1 suspended; " in out
    assert f"report: {lake.url}/reports/{DAY}/index.html" in out


def test_report_renders_again_without_asking_x(
    lake: Lake, served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run("run", "--day", str(DAY), monkeypatch=monkeypatch, capsys=capsys)
    before, asked = etags(lake), served.requests()

    run("report", "--day", str(DAY), monkeypatch=monkeypatch, capsys=capsys)

    assert etags(lake) == before
    assert served.requests() == asked


def test_backfill_as_if_daily_finds_counts_as_young_as_a_daily_run_would(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = DAY - timedelta(days=2)

    out = run(
        "backfill",
        "--from",
        str(first),
        "--to",
        str(DAY),
        "--as-if-daily",
        monkeypatch=monkeypatch,
        capsys=capsys,
    )

    assert f"3 days are in the lake, {first} to {DAY}" in out
    for day in (first, DAY):
        plan = find_plan(lake, day)
        assert plan is not None
        collected = lake.get(f"outcomes/day={day}/account=pixelforge.json").decode()
        assert f'"collected_at": "{day + timedelta(days=1)}T06:00:00Z"' in collected


def test_check_tells_what_a_day_may_cost(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = run("check", monkeypatch=monkeypatch, capsys=capsys)

    assert "3 accounts, days of UTC" in out
    assert "at most $3.00 (600 at $0.005)" in out


def test_check_live_tries_the_lake_the_token_and_the_handles(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = run("check", "--live", monkeypatch=monkeypatch, capsys=capsys)

    assert f"{lake.url}: reachable" in out
    assert "the token works; 2 of 3 accounts can be read" in out
    assert "@quickdealz: suspended" in out


def test_check_says_of_a_key_that_does_nothing_yet_that_it_does_nothing(
    accounts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_accounts(accounts.parent, monkeypatch, "notify: [me@example.com]\naccounts: [pixelforge]\n")
    monkeypatch.setattr(sys, "argv", ["pipeline", "check"])
    with pytest.raises(SystemExit):
        main()

    assert "note: notify is set, and this version does not act on it yet" in capsys.readouterr().err
