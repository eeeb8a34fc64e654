"""Earlier days read again: newer counts beside the old ones, and what is gone from X is gone from the lake."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline import clock, run_day
from pipeline import run as run_module
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome, find_outcomes
from pipeline.lake.frames import find_frame
from pipeline.lake.raw import read_pages
from pipeline.lake.records import Outcome
from pipeline.schema import METRICS, POSTS
from pipeline.spend.ledger import spent
from pipeline.spend.writer import read_month
from pipeline.status import Status
from pipeline.window import Window
from pipeline.x_api.client import XApi
from pipeline.x_api.prices import usd
from tests.conftest import DAY, FaultRules, RequestStats
from tests.promises.days import copy_objects, etags, write_accounts
from tests.promises.kills import Killed, counting, dies_at, tried

ACCOUNTS = """\
timezone: UTC
defaults: {refresh_days: 2}
accounts: [pixelforge, tideandco]
"""
BEFORE = [DAY - timedelta(days=2), DAY - timedelta(days=1)]
FIRST_OF_REFRESH = 6  # until then a day is written like any other: tests/promises/test_killed_anywhere.py
OBSERVED = DAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return write_accounts(tmp_path, monkeypatch, ACCOUNTS)


def run_on_its_morning(day: date) -> None:
    with clock.frozen(clock.parse_instant(f"{day + timedelta(days=1)}T06:00:00Z")):
        run_day(day)


@pytest.fixture
def earlier_days(lake: Lake) -> None:
    """The two days before DAY are in the lake, each read on the morning after it."""
    for day in BEFORE:
        run_on_its_morning(day)


def posts_of(lake: Lake, day: date, account: str = "pixelforge") -> pl.DataFrame:
    found = find_frame(lake, keys.posts(day, account), POSTS)
    assert found is not None
    return found


def outcome_of(lake: Lake, day: date = DAY, account: str = "pixelforge") -> Outcome:
    found = find_outcome(lake, day, account)
    assert found is not None
    return found


def test_newer_counts_stand_beside_the_first_ones_which_stay(lake: Lake, earlier_days: None) -> None:
    before = {day: posts_of(lake, day) for day in BEFORE}
    run_on_its_morning(DAY)

    counts = find_frame(lake, keys.metrics(OBSERVED, "pixelforge"), METRICS)
    assert counts is not None
    assert set(counts["day"]) == set(BEFORE)
    first = pl.concat(before.values()).select("post_id", "impression_count", "age_hours")
    both = counts.join(first, on="post_id", suffix="_first")
    assert both.height == first.height
    assert (both["impression_count"] >= both["impression_count_first"]).all()
    assert (both["age_hours"] > both["age_hours_first"]).all()
    for day in BEFORE:
        assert posts_of(lake, day).equals(before[day])
    assert outcome_of(lake).refreshed == tuple(BEFORE)


def test_what_is_read_again_is_paid_again_once_and_told(
    lake: Lake, earlier_days: None, request_stats: RequestStats
) -> None:
    before = spent(read_month(lake, "2026-11"))
    run_on_its_morning(DAY)
    run_on_its_morning(DAY)

    outcomes = find_outcomes(lake, DAY).values()
    fetched = sum(outcome.counts.fetched for outcome in outcomes)
    again = sum(
        len(page.items)
        for account in ("pixelforge", "tideandco")
        for page in read_pages(lake, DAY, account, keys.refresh_page)
    )
    assert again > 0
    assert request_stats.counts()["posts"] == fetched + again
    assert spent(read_month(lake, "2026-11")).posts - before.posts == fetched + again
    assert sum(outcome.cost_usd for outcome in outcomes) == pytest.approx(usd(posts=fetched + again))


def test_filling_history_reads_nothing_twice(lake: Lake, request_stats: RequestStats) -> None:
    for day in (*BEFORE, DAY - timedelta(days=1)):
        run_day(day)  # all on the morning after DAY

    assert lake.keys("metrics/") == []
    fetched = sum(outcome.counts.fetched for day in BEFORE for outcome in find_outcomes(lake, day).values())
    assert request_stats.counts()["posts"] == fetched


def test_a_day_that_was_not_read_to_its_beginning_tells_nothing_of_what_is_gone(
    lake: Lake, earlier_days: None, fault_rules: FaultRules, accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At $0.52 the run can pay for what it has read by then, not for the reading of earlier days."""
    text = ACCOUNTS.replace("accounts:", "budget: {usd_per_run: 0.52}\naccounts:").replace(", tideandco", "")
    write_accounts(accounts.parent, monkeypatch, text)
    run_on_its_morning(DAY)

    outcome = outcome_of(lake)
    assert outcome.status == Status.OK
    assert outcome.deleted == 0
    assert "usd_per_run" in (outcome.refresh_stopped_because or "")
    assert posts_of(lake, BEFORE[0]).height == outcome_of(lake, BEFORE[0]).counts.kept


def test_replies_that_are_not_asked_for_any_more_are_not_taken_for_gone(
    lake: Lake, accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = ACCOUNTS.replace("pixelforge, tideandco", "citymetro")
    write_accounts(accounts.parent, monkeypatch, text)
    run_on_its_morning(BEFORE[1])
    stored = posts_of(lake, BEFORE[1], "citymetro")
    assert "reply" in set(stored["kind"])
    write_accounts(
        accounts.parent, monkeypatch, text.replace("refresh_days: 2", "refresh_days: 2, include: [posts]")
    )
    run_on_its_morning(DAY)

    assert outcome_of(lake, account="citymetro").doubted == 0
    assert posts_of(lake, BEFORE[1], "citymetro").equals(stored)


@pytest.mark.parametrize("day", [DAY, DAY + timedelta(days=1)], ids=["doubted", "forgotten"])
def test_killed_before_any_write_the_next_run_ends_in_the_same_bytes(
    day: date, lake: Lake, x: XApi, fault_rules: FaultRules, accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One earlier day, one post of it gone: from the first doubt to the pages made again without it."""
    text = ACCOUNTS.replace("refresh_days: 2", "refresh_days: 1").replace(", tideandco", "")
    write_accounts(accounts.parent, monkeypatch, text)
    monkeypatch.setattr(run_module, "WORKERS", 1)
    run_on_its_morning(BEFORE[1])
    # Whoever reads that day from now on does not find its newest post.
    fault_rules.add("pixelforge", "gone")
    user_id = posts_of(lake, BEFORE[1])["author_id"][0]
    window = Window(BEFORE[1], "UTC")
    x.timeline_page("pixelforge", user_id, start_time=window.start, end_time=window.end, max_results=100)
    if day > DAY:
        run_on_its_morning(DAY)

    def run(name: str, before_write: Callable[[int], None] | None = None) -> Lake:
        copy = Lake(f"{lake.url}-{name}")
        if not copy.keys("plans/"):
            copy_objects(lake, copy)
        with monkeypatch.context() as patch:
            patch.setenv("AVIARY_LAKE", copy.url)
            if before_write:
                counting(patch, before_write)
            run_on_its_morning(day)
        return copy

    writes: list[int] = []
    undisturbed = run("undisturbed", writes.append)
    expected = etags(undisturbed)
    assert (outcome_of(undisturbed, day).doubted, outcome_of(undisturbed, day).deleted) == (
        (1, 0) if day == DAY else (0, 1)
    )
    for last in tried(FIRST_OF_REFRESH, len(writes)):
        with pytest.raises(Killed):
            run(str(last), dies_at(last))
        assert etags(run(str(last))) == expected, f"killed before write {last}"
