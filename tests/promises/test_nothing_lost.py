"""Promise 2: every item X sent is accounted for. Promise 5: what was paid for is what is there, once."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline import clock, run_day
from pipeline.errors import OverBudget, RunFailed
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes
from pipeline.lake.frames import find_frame
from pipeline.schema import ROLLUP
from pipeline.spend.ledger import spent
from pipeline.spend.writer import read_month
from pipeline.status import Status
from pipeline.x_api.prices import usd
from tests.conftest import DAY, RequestStats
from tests.promises.days import ACCOUNTS, adds_up, write_accounts


def test_fetched_is_the_sum_of_where_it_went_and_what_x_served(
    lake: Lake, request_stats: RequestStats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_accounts(tmp_path, monkeypatch)
    run_day(DAY)

    outcomes = find_outcomes(lake, DAY)
    assert outcomes["citymetro"].counts.fetched > 0
    assert all(adds_up(outcome) for outcome in outcomes.values())
    assert sum(outcome.counts.fetched for outcome in outcomes.values()) == request_stats.counts()["posts"]


def test_the_report_shows_the_sum(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_accounts(tmp_path, monkeypatch)
    run_day(DAY)

    rollup = find_frame(lake, keys.rollup(DAY), ROLLUP)
    assert rollup is not None
    page = lake.get(keys.report(DAY)).decode()
    assert f"{rollup['fetched'].sum()} fetched = {rollup['kept'].sum()} kept" in " ".join(page.split())


def test_days_run_twice_are_paid_once(
    lake: Lake, request_stats: RequestStats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_accounts(tmp_path, monkeypatch)
    days = [DAY - timedelta(days=back) for back in (2, 1, 0)]
    for day in days + days:
        run_day(day)

    fetched = sum(outcome.counts.fetched for day in days for outcome in find_outcomes(lake, day).values())
    counts = request_stats.counts()
    assert counts["posts"] == fetched
    assert counts["users"] == 2  # both that can be read, once: the profile is good for a week
    assert counts["endpoints"]["counts"]["requests"] == len(days)  # one account's mentions
    assert spent(read_month(lake, f"{clock.now():%Y-%m}")).usd == usd(
        posts=fetched + counts["included"], users=2, count_requests=len(days)
    )


@pytest.mark.parametrize(
    ("budget", "read"),
    [
        pytest.param("0.01", 0, id="not even the look-up"),
        pytest.param("0.30", 0, id="the look-up, not one page"),
        pytest.param("0.60", 1, id="a page, not one with originals"),
    ],
)
def test_no_more_is_bought_than_the_budget_allows_and_no_half_read_account_looks_whole(
    budget: str,
    read: int,
    lake: Lake,
    request_stats: RequestStats,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    accounts = ACCOUNTS.replace("accounts:", f"budget: {{usd_per_run: {budget}}}\naccounts:")
    write_accounts(tmp_path, monkeypatch, accounts)
    if read:
        run_day(DAY)
    else:
        with pytest.raises((OverBudget, RunFailed)):
            run_day(DAY)

    counts = request_stats.counts()
    assert usd(posts=counts["posts"] + counts["included"], users=counts["users"]) <= float(budget)
    outcomes = find_outcomes(lake, DAY)
    assert sum(outcome.status.has_posts for outcome in outcomes.values()) == read
    for account, outcome in outcomes.items():
        manifest = lake.exists(keys.raw_manifest(DAY, account))
        assert manifest == outcome.status.has_posts
        if outcome.status == Status.OVER_BUDGET:
            assert outcome.reason is not None
            assert "usd_per_run" in outcome.reason
