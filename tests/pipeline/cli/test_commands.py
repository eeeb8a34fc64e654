"""What the commands print when all is well."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes, find_plan
from pipeline.spend.ledger import Reads, read_month, spent
from tests.conftest import DAY, RequestStats
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
    lake: Lake,
    request_stats: RequestStats,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run("run", "--day", str(DAY), monkeypatch=monkeypatch, capsys=capsys)
    before, asked = etags(lake), request_stats.requests()

    run("report", "--day", str(DAY), monkeypatch=monkeypatch, capsys=capsys)

    assert etags(lake) == before
    assert request_stats.requests() == asked


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
    # 200 posts each, and as many originals of citymetro's retweets; three look-ups.
    assert "one day costs at most $4.00 ($0.005 a post; only what was posted is billed)" in out
    assert "the first run $4.03 with its look-ups ($0.01 an account)" in out
    assert "a run stops at budget.usd_per_run, $5.00" in out


def test_check_live_tries_the_lake_the_token_and_the_handles(
    lake: Lake,
    request_stats: RequestStats,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = run("check", "--live", monkeypatch=monkeypatch, capsys=capsys)

    assert f"{lake.url}: reachable" in out
    assert "the token works" in out
    assert "2 of 3 accounts can be read" in out
    assert "@quickdealz: suspended" in out
    assert spent(read_month(lake, "2026-11")) == Reads(users=2)


def test_what_check_live_looked_up_the_first_run_need_not_buy_again(
    lake: Lake,
    request_stats: RequestStats,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run("check", "--live", monkeypatch=monkeypatch, capsys=capsys)
    run("run", "--day", str(DAY), monkeypatch=monkeypatch, capsys=capsys)

    assert request_stats.users() == 2


def test_cost_tells_by_account_what_a_day_costs_and_what_was_spent_and_is_left(
    lake: Lake,
    request_stats: RequestStats,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run("run", "--day", str(DAY), monkeypatch=monkeypatch, capsys=capsys)
    asked = request_stats.requests()

    out = run("cost", monkeypatch=monkeypatch, capsys=capsys)

    assert request_stats.requests() == asked
    cost = {account: outcome.cost_usd for account, outcome in find_outcomes(lake, DAY).items()}
    rows = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line.startswith("@")}
    assert rows["@pixelforge"] == [f"${cost['pixelforge']:.3f}", "$1.00", f"${cost['pixelforge']:.2f}"]
    assert rows["@citymetro"] == [f"${cost['citymetro']:.3f}", "$2.00", f"${cost['citymetro']:.2f}"]
    assert rows["@quickdealz"] == ["not", "read", "yet", "$1.00", "$0.00"]
    spent_usd = spent(read_month(lake, "2026-11")).usd
    assert f"by the ledger, per UTC month: 2026-10 $0.00, 2026-11 ${spent_usd:.2f}" in out
    assert f"left this month: ${100 - spent_usd:.2f} of budget.usd_per_month $100.00" in out


def test_cost_says_when_a_run_is_expected_to_reach_its_budget(
    lake: Lake, accounts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "budget: {usd_per_run: 1}\naccounts: [pixelforge, tideandco]\n"
    write_accounts(accounts.parent, monkeypatch, text)

    out = run("cost", "--days", "1", monkeypatch=monkeypatch, capsys=capsys)

    assert "a run is expected to reach budget.usd_per_run before all accounts are read" in out
