"""When the timezone of accounts.yaml changes, no post is bought or counted twice, and none is left out."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline import clock, run_day
from pipeline.cli.check import check
from pipeline.errors import ConfigError
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome, find_plan
from pipeline.lake.frames import find_frame
from pipeline.schema import POSTS
from tests.conftest import DAY, RequestStats
from tests.promises.days import etags, write_accounts

DAYS = [DAY + timedelta(days=step) for step in (-1, 0, 1)]
HANDLE = "stadiumfc"


def accounts_in(timezone: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_accounts(folder, monkeypatch, f"timezone: {timezone}\naccounts: [{HANDLE}]\n")


def ids(lake: Lake) -> list[str]:
    frames = [find_frame(lake, keys.posts(day, HANDLE), POSTS) for day in DAYS]
    return [post_id for frame in frames if frame is not None for post_id in frame["post_id"]]


@pytest.fixture(autouse=True)
def days_later(morning_after: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVIARY_NOW", "2026-11-25T12:00:00Z")


@pytest.mark.parametrize(
    ("before", "after"), [("America/New_York", "Asia/Tokyo"), ("Asia/Tokyo", "America/New_York")]
)
def test_each_post_of_the_days_around_a_change_is_in_one_day_and_bought_once(
    before: str,
    after: str,
    lake: Lake,
    request_stats: RequestStats,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    accounts_in(before, tmp_path, monkeypatch)
    run_day(DAYS[0])
    accounts_in(after, tmp_path, monkeypatch)
    for day in DAYS[1:]:
        run_day(day)
    twice = [post_id for post_id, count in Counter(ids(lake)).items() if count > 1]
    assert twice == []
    served = request_stats.counts()["posts"]
    assert (
        served
        == len(ids(lake))
        == sum(o.counts.fetched for d in DAYS if (o := find_outcome(lake, d, HANDLE)))
    )
    windows = [plan.window for day in DAYS if (plan := find_plan(lake, day))]
    assert [window.end for window in windows[:-1]] == [window.start for window in windows[1:]]
    outcome = find_outcome(lake, DAYS[1], HANDLE)
    assert outcome is not None
    assert (outcome.start, outcome.end) == (windows[1].start, windows[1].end)
    page = " ".join(lake.get(keys.report(DAYS[1])).decode().split())
    assert f"{windows[1].hours:.0f} h long, because the timezone changed beside it" in page


def test_a_stored_day_runs_again_by_its_own_timezone(
    lake: Lake, request_stats: RequestStats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts_in("America/New_York", tmp_path, monkeypatch)
    run_day(DAY)
    before, bought = etags(lake), request_stats.counts()["posts"]
    accounts_in("Asia/Tokyo", tmp_path, monkeypatch)
    run_day(DAY)
    assert (etags(lake), request_stats.counts()["posts"]) == (before, bought)


def test_a_day_of_which_its_neighbours_leave_nothing_is_refused_before_anything_is_asked(
    lake: Lake, request_stats: RequestStats, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day, timezone in ((DAYS[0], "Etc/GMT+12"), (DAYS[2], "Pacific/Kiritimati")):
        accounts_in(timezone, tmp_path, monkeypatch)
        with clock.frozen(clock.parse_instant("2026-11-27T12:00:00Z")):
            run_day(day)
    asked = request_stats.requests()
    accounts_in("UTC", tmp_path, monkeypatch)
    with pytest.raises(ConfigError, match=f"nothing is left of {DAY} in UTC"):
        run_day(DAY)
    assert request_stats.requests() == asked
    with (
        clock.frozen(clock.parse_instant("2026-11-23T06:00:00Z")),
        pytest.raises(ConfigError, match=f"nothing is left of {DAY} in UTC"),
    ):
        check(live=True, yes=True)
