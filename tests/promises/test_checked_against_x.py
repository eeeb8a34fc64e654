"""What X says it has billed is compared with the ledger, and the next report tells a difference with both numbers."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline import run_day
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.records import UsageDay
from pipeline.window import Window
from pipeline.x_api.client import XApi
from tests.conftest import DAY, RequestStats
from tests.promises.days import etags, write_accounts

NEXT = DAY + timedelta(days=1)


def run(day: date, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVIARY_NOW", f"{day + timedelta(days=1)}T06:00:00Z")
    run_day(day)


def read_beside_the_ledger(x: XApi, handle: str) -> int:
    """Read posts of an account as another program with the same token would; return how many."""
    found, _ = x.users([handle])
    page = x.timeline_page(handle, found[handle].user_id, end_time=Window(DAY, "UTC").end, max_results=100)
    return len(page["data"])


def told(lake: Lake, day: date) -> str | None:
    page = lake.get(keys.report(day)).decode()
    fact = re.search(r"<dt>Checked against X</dt><dd>([^<]+)</dd>", page)
    return fact[1] if fact else None


@pytest.mark.parametrize("shared", [True, False])
def test_what_others_read_with_the_token_is_told_by_the_next_report(
    shared: bool,
    lake: Lake,
    x: XApi,
    request_stats: RequestStats,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_accounts(tmp_path, monkeypatch, "accounts: [pixelforge]\n")
    run(DAY, monkeypatch)
    others = read_beside_the_ledger(x, "stadiumfc") if shared else 0
    assert others > 20 or not shared
    run(NEXT, monkeypatch)
    run(NEXT + timedelta(days=1), monkeypatch)

    usage = lake.find_model(keys.usage(NEXT), UsageDay)
    assert usage is not None
    assert usage.posts == usage.ledger_posts + others
    assert told(lake, DAY) is None
    assert told(lake, NEXT) is None
    expected = (
        f"on Mon 23 Nov (UTC) X counted {usage.posts} posts read, and the ledger {usage.ledger_posts}: other programs "
        "may share the token"
    )
    assert told(lake, NEXT + timedelta(days=1)) == (expected if shared else None)


def test_a_finished_day_run_again_asks_nothing_and_changes_nothing(
    lake: Lake, x: XApi, request_stats: RequestStats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_accounts(tmp_path, monkeypatch, "accounts: [pixelforge]\n")
    for day in (DAY, NEXT):
        run(day, monkeypatch)
        read_beside_the_ledger(x, "stadiumfc")
    before, asked = etags(lake), request_stats.requests()
    monkeypatch.setenv("AVIARY_NOW", f"{NEXT + timedelta(days=5)}T06:00:00Z")
    for day in (DAY, NEXT):
        run_day(day)
    assert (etags(lake), request_stats.requests()) == (before, asked)
