"""What the commands print when all is well."""

import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes, find_plan
from pipeline.spend.ledger import Budget, Ledger, spent
from pipeline.spend.writer import read_month
from pipeline.x_api.prices import Reads
from tests.conftest import DAY, RequestStats
from tests.promises.days import etags, write_accounts


def run(*arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """Run `./aviary ARGUMENTS`, which must succeed; return what it printed."""
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


def test_report_makes_many_days_again_from_their_posts_oldest_first(
    lake: Lake,
    request_stats: RequestStats,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Roll-ups too, and days between that were never run are left out."""
    eve = DAY - timedelta(days=2)
    for day in (eve, DAY):
        run("run", "--day", str(day), monkeypatch=monkeypatch, capsys=capsys)
    before, asked = etags(lake), request_stats.requests()
    for day in (eve, DAY):
        lake.delete(keys.rollup(day))

    out = run("report", "--from", str(eve), "--to", str(DAY), monkeypatch=monkeypatch, capsys=capsys)

    assert [line[:10] for line in out.splitlines()] == [str(eve), str(DAY), "report: s3"]
    assert etags(lake) == before
    assert request_stats.requests() == asked


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "write either --day DAY, or --from DAY and --to DAY, or --week WEEK, or --month MONTH"),
        (["--week", "2026-W47", "--month", "2026-11"], "write either --day DAY, or"),
        (
            ["--week", "2026-W60"],
            "--week '2026-W60' is not a week in which X can have posts; write it like 2026-W47",
        ),
        (
            ["--month", "2026-13"],
            "--month '2026-13' is not a month in which X can have posts; write it like 2026-11",
        ),
        (["--week", "2026-W47"], "no day of 2026-W47 (2026-11-16 to 2026-11-22) has a report in"),
        (["--day", "2026-11-22", "--to", "2026-11-22"], "write either --day DAY, or"),
        (["--from", "2026-11-22"], "write either --day DAY, or"),
        (["--from", "2026-11-22", "--to", "2026-11-20"], "swap them"),
        (["--from", "2026-11-20", "--to", "2026-11-22"], "no day from 2026-11-20 to 2026-11-22 was ever run"),
    ],
)
def test_report_says_what_is_wrong_with_its_days(
    lake: Lake,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    says: str,
) -> None:
    monkeypatch.setattr(sys, "argv", ["pipeline", "report", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


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

    assert "3 accounts, timezone UTC" in out
    # 204 posts each, twice as many originals of citymetro's, five for X's depth, and a look-up.
    assert "a day costs at most $5.21 ($0.005 per post; only existing posts are billed)" in out
    assert "the first run $5.21, both including look-ups ($0.01 per account)" in out
    assert "a run stops at budget.usd_per_run, $5.00" in out


def test_check_live_tries_the_lake_the_token_and_the_handles(
    lake: Lake,
    request_stats: RequestStats,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = run("check", "--live", "--yes", monkeypatch=monkeypatch, capsys=capsys)

    assert f"{lake.url}: can be written and read" in out
    assert "the token works" in out
    assert "2 of 3 accounts can be read" in out
    assert "@quickdealz: suspended" in out
    assert spent(read_month(lake, "2026-11")) == Reads(users=2)


def test_without_a_terminal_check_live_tries_what_is_free_and_names_the_price_of_the_rest(
    lake: Lake,
    request_stats: RequestStats,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["pipeline", "check", "--live"])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    assert ended.value.code == 2
    assert f"{lake.url}: can be written and read" in out
    assert "the token works" in out
    assert err == "looking up 3 accounts costs at most $0.03, so it was not done; add --yes to do it\n"
    assert (request_stats.users(), lake.keys("spend/")) == (0, [])


@pytest.mark.parametrize("answer", [True, False])
def test_on_a_terminal_check_live_names_the_price_and_asks(
    lake: Lake,
    request_stats: RequestStats,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: bool,
) -> None:
    asked: list[str] = []

    def confirm(question: str, **_: object) -> bool:
        asked.append(question)
        return answer

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("typer.confirm", confirm)
    monkeypatch.setattr(sys, "argv", ["pipeline", "check", "--live"])
    for _ in range(2):
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code in ((0, None) if answer else (2,))
    assert request_stats.users() == (2 if answer else 0)
    assert asked[0] == "looking up 3 accounts costs at most $0.03; go on?"
    # The suspended one is not known after that either; X bills nothing for it.
    assert asked[1] == f"looking up {1 if answer else 3} account{'' if answer else 's'} costs at most " + (
        "$0.01; go on?" if answer else "$0.03; go on?"
    )


def test_what_check_live_looked_up_the_first_run_need_not_buy_again(
    lake: Lake,
    request_stats: RequestStats,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run("check", "--live", "--yes", monkeypatch=monkeypatch, capsys=capsys)
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
    assert rows["@pixelforge"] == [f"${cost['pixelforge']:.3f}", "$1.06", f"${cost['pixelforge']:.2f}"]
    assert rows["@citymetro"] == [f"${cost['citymetro']:.3f}", "$3.10", f"${cost['citymetro']:.2f}"]
    assert rows["@quickdealz"] == ["suspended", "$0.000", "$1.06", "$0.00"]
    assert [line.split()[-2:] for line in out.splitlines() if line.startswith("one run")] == [
        ["$5.21", f"${sum(cost.values()):.2f}"]
    ]
    spent_usd = spent(read_month(lake, "2026-11")).usd
    assert f"spent per UTC month, by the ledger: 2026-10 $0.00, 2026-11 ${spent_usd:.2f}" in out
    assert f"left this month: ${100 - spent_usd:.2f} of budget.usd_per_month $100.00" in out


def test_cost_says_when_a_run_is_expected_to_reach_its_budget(
    lake: Lake, accounts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "budget: {usd_per_run: 1}\naccounts: [pixelforge, tideandco]\n"
    write_accounts(accounts.parent, monkeypatch, text)

    out = run("cost", "--days", "1", monkeypatch=monkeypatch, capsys=capsys)

    assert "a run is expected to reach budget.usd_per_run before all accounts are read" in out


def test_cost_tells_apart_what_is_held_and_what_is_perhaps_billed(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_of_first_release = {"posts": 300, "users": 0, "held_posts": 100, "held_users": 0}
    lake.put("spend/month=2026-11.json", json.dumps({"runs": {"old": run_of_first_release}}).encode())
    with Ledger(lake, "a-run", Budget(100, 100), DAY).reserve("@nasa", Reads(posts=200)) as reservation:
        out = run("cost", monkeypatch=monkeypatch, capsys=capsys)
        reservation.settle(Reads())

    assert "spent per UTC month, by the ledger: 2026-10 $0.00, 2026-11 $1.00" in out
    assert "held for requests that are under way: $1.00" in out
    assert "perhaps billed: $0.50" in out
    assert "left this month: $97.50 of budget.usd_per_month $100.00" in out


def test_cost_does_not_warn_of_a_month_that_nobody_spends(
    lake: Lake, accounts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """At most it would spend $31.80; really it is suspended."""
    text = "budget: {usd_per_run: 100, usd_per_month: 20}\naccounts: [quickdealz]\n"
    write_accounts(accounts.parent, monkeypatch, text)
    for day in (None, DAY):
        if day:
            with pytest.raises(SystemExit):
                monkeypatch.setattr(sys, "argv", ["pipeline", "run", "--day", str(day)])
                main()
            capsys.readouterr()
        assert "does not last a month" not in run("cost", monkeypatch=monkeypatch, capsys=capsys)
