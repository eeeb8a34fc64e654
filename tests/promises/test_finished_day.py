"""A finished day run again costs next to nothing; what is not as it was made is made again, to the same bytes."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline import run_day
from pipeline.errors import LakeDamaged
from pipeline.lake import keys
from pipeline.lake.client import Lake
from tests.conftest import DAY, RequestStats
from tests.promises.days import etags, write_accounts

ACCOUNTS = ("pixelforge", "citymetro", "1729")


@pytest.fixture
def finished(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    write_accounts(tmp_path, monkeypatch, f"accounts: [{', '.join(ACCOUNTS)}]\n")
    run_day(DAY)
    return lake


def requests_of(monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> Counter[str]:
    """Return how many requests of S3 named each account, while `work` ran."""
    named: Counter[str] = Counter()
    request = Lake.request

    def counted(self: Lake, operation: str, key: str, **arguments: Any) -> dict[str, Any]:
        named.update(account for account in ACCOUNTS if account in key)
        return request(self, operation, key, **arguments)

    with monkeypatch.context() as patch:
        patch.setattr(Lake, "request", counted)
        work()
    return named


def test_run_again_it_costs_three_requests_an_account_and_none_of_x(
    finished: Lake, request_stats: RequestStats, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, asked = etags(finished), request_stats.requests()
    named = requests_of(monkeypatch, lambda: run_day(DAY))
    assert max(named.values()) <= 3, named
    assert etags(finished) == before
    assert request_stats.requests() == asked


@pytest.mark.parametrize(
    "harm",
    [
        lambda lake: lake.delete(keys.posts(DAY, "1729")),
        lambda lake: lake.put(keys.posts(DAY, "1729"), b"PAR1 no more"),
        lambda lake: lake.put(
            keys.account_csv(DAY, "1729"), lake.get(keys.account_csv(DAY, "1729"))[:-1] + b" "
        ),
        lambda lake: lake.put(keys.quarantine(DAY, "1729"), b"left by another version"),
        lambda lake: lake.put(keys.outcome(DAY, "1729"), b"{"),
        lambda lake: lake.delete(keys.outcome(DAY, "1729")),
    ],
    ids=["missing", "unreadable", "same size", "too much", "damaged outcome", "no outcome"],
)
def test_what_is_not_as_it_was_made_is_made_again(
    finished: Lake, request_stats: RequestStats, harm: Callable[[Lake], None]
) -> None:
    before, asked = etags(finished), request_stats.requests()
    harm(finished)
    assert etags(finished) != before
    run_day(DAY)
    assert etags(finished) == before
    assert request_stats.requests() == asked


def test_other_code_makes_it_again(finished: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("pipeline.plan", "pipeline.transform.account_day"):
        monkeypatch.setattr(f"{module}.maker", lambda: "newer")
    named = requests_of(monkeypatch, lambda: run_day(DAY))
    assert min(named.values()) > 3
    assert requests_of(monkeypatch, lambda: run_day(DAY)).most_common(1)[0][1] <= 3


def test_a_finished_day_whose_pages_have_expired_is_left_as_it_is(
    finished: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in finished.keys("raw/"):
        finished.delete(key)
    before = etags(finished)
    monkeypatch.setattr("pipeline.plan.maker", lambda: "newer")
    run_day(DAY)
    assert etags(finished) == before


def test_a_damaged_outcome_without_pages_is_no_reason_to_buy_the_day_again(
    finished: Lake, request_stats: RequestStats
) -> None:
    for key in finished.keys("raw/"):
        finished.delete(key)
    finished.put(keys.outcome(DAY, "1729"), b"{")
    bought = request_stats.counts()["posts"]
    with pytest.raises(LakeDamaged, match=r"account=1729\.json is damaged"):
        run_day(DAY)
    assert request_stats.counts()["posts"] == bought
