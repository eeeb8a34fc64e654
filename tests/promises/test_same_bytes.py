"""Promise 1: same in, same bytes out."""

from pathlib import Path

import pytest

from pipeline import run_day
from pipeline.lake.client import Lake
from tests.conftest import DAY, RequestStats
from tests.promises.days import ACCOUNTS, etags, write_accounts


@pytest.fixture
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return write_accounts(tmp_path, monkeypatch)


def test_a_finished_day_run_again_leaves_every_object_and_asks_x_for_nothing(
    lake: Lake, request_stats: RequestStats, accounts: Path
) -> None:
    run_day(DAY)
    before, asked = etags(lake, without="-"), request_stats.requests()

    run_day(DAY)

    assert etags(lake, without="-") == before
    assert request_stats.requests() == asked


def test_a_finished_day_run_again_weeks_later_leaves_every_object(
    lake: Lake, request_stats: RequestStats, accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_day(DAY)
    before, asked = etags(lake, without="-"), request_stats.requests()
    monkeypatch.setenv("AVIARY_NOW", "2026-12-20T17:00:00Z")

    run_day(DAY)

    assert etags(lake, without="-") == before
    assert request_stats.requests() == asked


def test_a_changed_limit_applies_from_the_next_day(
    lake: Lake, accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_day(DAY)
    before = etags(lake)
    write_accounts(
        accounts.parent, monkeypatch, ACCOUNTS.replace("- pixelforge", "- {handle: pixelforge, max_posts: 1}")
    )

    run_day(DAY)

    assert etags(lake) == before


def test_one_account_run_again_leaves_the_days_others_in_the_report(lake: Lake, accounts: Path) -> None:
    run_day(DAY)
    before = etags(lake)

    run_day(DAY, accounts=["PixelForge"])

    assert etags(lake) == before


def test_the_same_day_in_another_lake_has_the_same_bytes(
    environment: dict[str, str], accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for number in (1, 2):
        url = f"{environment['AVIARY_LAKE']}/{number}"
        monkeypatch.setenv("AVIARY_LAKE", url)
        run_day(DAY)
        found.append(etags(Lake(url)))

    assert found[0] == found[1]
