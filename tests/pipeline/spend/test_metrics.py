"""What a run did, measured from the lake alone: its roll-up and its ledger."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline import run_day
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import to_parquet
from pipeline.schema import ROLLUP
from pipeline.spend.ledger import Budget, Ledger
from pipeline.spend.metrics import RunMetrics, measure
from pipeline.spend.writer import read_month
from pipeline.x_api.prices import Reads
from tests.conftest import DAY, FaultRules
from tests.promises.days import write_accounts

BEGAN = datetime(2026, 11, 23, 6, tzinfo=UTC)
ENDED = BEGAN + timedelta(seconds=90)


def test_a_run_is_counted_by_its_own_accounts_and_its_own_spending(
    lake: Lake, fault_rules: FaultRules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_accounts(
        tmp_path, monkeypatch, "tolerate: {failed_accounts: 100%}\naccounts: [pixelforge, 1729, nasa]\n"
    )
    fault_rules.add("1729", "400")
    run_day(DAY)
    [(run_id, bought)] = read_month(lake, "2026-11")["runs"].items()
    posts = pl.read_parquet(lake.get(keys.rollup(DAY))).filter(account="pixelforge")["posts"].item()

    found = measure(lake, DAY, ["pixelforge", "1729"], run_id, BEGAN, ENDED)

    assert posts
    dollars = round(bought["posts"] * 0.005 + bought["users"] * 0.01, 6)
    assert found == RunMetrics(accounts=2, failed_accounts=1, posts=posts, usd=dollars, seconds=90)


def test_an_account_without_an_outcome_and_a_day_without_a_roll_up_count_as_failed(lake: Lake) -> None:
    assert measure(lake, DAY, ["nasa", "esa"], "a-run", BEGAN, ENDED) == RunMetrics(
        accounts=2, failed_accounts=2, posts=0, usd=0, seconds=90
    )


def test_a_run_over_the_end_of_a_month_is_counted_in_both(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    for instant in ("2026-11-30T23:59:00Z", "2026-12-01T00:00:10Z"):
        monkeypatch.setenv("AVIARY_NOW", instant)
        with Ledger(lake, "a-run", Budget(1, 1)).reserve("@nasa", Reads(posts=10)) as reservation:
            reservation.settle(Reads(posts=10))

    assert measure(lake, DAY, [], "a-run", BEGAN, ENDED).usd == 0.1


def test_what_x_counted_is_spent_too(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVIARY_NOW", "2026-11-23T06:01:00Z")
    bought = Reads(posts=10, users=1, count_requests=2)
    with Ledger(lake, "a-run", Budget(1, 1)).reserve("@nasa", bought) as reservation:
        reservation.settle(bought)

    assert measure(lake, DAY, [], "a-run", BEGAN, ENDED).usd == 0.07


def test_only_the_runs_accounts_and_only_failed_ones_are_failures(lake: Lake) -> None:
    statuses = {
        "nasa": ("ok", 3),
        "esa": ("partial", 2),
        "jaxa": ("suspended", None),
        "isro": ("failed", None),
    }
    rows = [
        dict.fromkeys(ROLLUP) | {"account": account, "status": status, "posts": posts}
        for account, (status, posts) in (statuses | {"others": ("failed", 9)}).items()
    ]
    lake.put(keys.rollup(DAY), to_parquet(pl.DataFrame(rows, schema=ROLLUP)))
    found = measure(lake, DAY, [*statuses, "unknown"], "a-run", BEGAN, ENDED)
    assert (found.accounts, found.failed_accounts, found.posts) == (5, 2, 5)
