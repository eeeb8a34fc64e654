"""Reading a finished day again replaces it whole or not at all: until the new pages are complete, the old day stays."""

import re
from pathlib import Path

import polars as pl
import pytest

from pipeline import run as run_module
from pipeline import run_day
from pipeline.cli.run import run as run_command
from pipeline.errors import AviaryError, RunFailed
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome
from pipeline.lake.frames import find_frame
from pipeline.lake.raw import find_manifest
from pipeline.schema import POSTS
from tests.conftest import DAY, FaultRules, RequestStats
from tests.promises.days import adds_up, copy_objects, etags, write_accounts
from tests.promises.kills import Killed, counting, dies_at, tried

HANDLE = "citymetro"  # several pages a day
ACCOUNTS = f"""\
timezone: UTC
accounts:
  - handle: {HANDLE}
    include: [posts, replies, quotes, retweets]
"""
FAULTS = ("401", "402", "400", "503", "html", "monthly_cap", "suspended", "missing", "protected")


@pytest.fixture
def day(lake: Lake, no_retry_wait: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished day in the lake; returns the accounts file."""
    file = write_accounts(tmp_path, monkeypatch, ACCOUNTS)
    run_day(DAY)
    return file


def stored(lake: Lake) -> dict[str, str]:
    """Return the ETags of all that makes the day: not what was spent, nor pages that it does not name."""
    manifest = find_manifest(lake, DAY, HANDLE)
    assert manifest is not None
    return {
        key: etag
        for key, etag in etags(lake).items()
        if "/refetch-" not in key or key.rpartition("/")[2] in manifest.names
    }


def post_ids(lake: Lake) -> list[str]:
    frame = find_frame(lake, keys.posts(DAY, HANDLE), POSTS)
    assert frame is not None
    return frame["post_id"].to_list()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_reading_that_fails_leaves_the_day_as_it_was_and_the_run_fails(
    fault: str, day: Path, lake: Lake, fault_rules: FaultRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where accounts.yaml has changed since, by which the old pages must not be judged."""
    before = stored(lake)
    write_accounts(day.parent, monkeypatch, ACCOUNTS + "    max_posts: 7\n")
    fault_rules.add(HANDLE, fault, endpoint="timeline", after=1)
    with pytest.raises(AviaryError) as caught:
        run_day(DAY, refetch=True)
    assert caught.value.exit_code == 1
    assert stored(lake) == before
    fault_rules.clear()
    run_day(DAY)
    assert stored(lake) == before


def test_a_budget_that_ends_midway_leaves_the_day_as_it_was(
    day: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored(lake)
    write_accounts(day.parent, monkeypatch, "budget: {usd_per_run: 0.02, usd_per_month: 100}\n" + ACCOUNTS)
    with pytest.raises(RunFailed, match=f"{DAY} stays as it was"):
        run_day(DAY, refetch=True)
    assert stored(lake) == before


@pytest.mark.parametrize("settings", ["max_posts: 40", "max_posts: 3", "include: [posts]"])
def test_a_reading_that_is_complete_is_the_day_by_the_settings_of_now(
    settings: str, day: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it runs again, by the plan, which has the settings of then."""
    key, wanted = keys.posts(DAY, HANDLE), settings.partition(": ")[2]
    before = find_frame(lake, key, POSTS)
    assert before is not None
    kept = before.tail(int(wanted)) if wanted.isdigit() else before.filter(pl.col("kind") == "post")
    assert 0 < kept.height < before.height
    included = ACCOUNTS if wanted.isdigit() else ACCOUNTS.partition("    include")[0]
    write_accounts(day.parent, monkeypatch, f"{included}    {settings}\n")
    run_day(DAY, refetch=True, confirmed=True)
    assert post_ids(lake) == kept["post_id"].to_list()
    outcome, after = find_outcome(lake, DAY, HANDLE), stored(lake)
    assert outcome is not None
    assert adds_up(outcome)
    write_accounts(day.parent, monkeypatch, ACCOUNTS)
    run_day(DAY)
    assert stored(lake) == after


@pytest.mark.parametrize("left", [0, 1])
def test_a_reading_that_shows_little_is_used_only_when_it_is_confirmed_and_then_not_bought_again(
    left: int, day: Path, lake: Lake, fault_rules: FaultRules, request_stats: RequestStats
) -> None:
    before, ids = stored(lake), post_ids(lake)
    fault_rules.add(HANDLE, "depth", posts=1 + left)
    with pytest.raises(RunFailed, match=rf"X now shows \d of the {len(ids)} stored posts of {DAY}.*--yes"):
        run_day(DAY, refetch=True)
    assert stored(lake) == before
    bought = request_stats.counts()["posts"]
    run_day(DAY, refetch=True, confirmed=True)
    assert request_stats.counts()["posts"] == bought
    assert stored(lake) != before
    assert len(post_ids(lake)) <= 2


def test_killed_before_any_write_the_same_command_finishes_and_the_day_is_never_half(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_accounts(tmp_path, monkeypatch, ACCOUNTS.replace("citymetro", "1729"))
    monkeypatch.setattr(run_module, "WORKERS", 1)

    run_day(DAY)
    finished = Lake(environment["AVIARY_LAKE"])

    def a_day(number: int) -> Lake:
        """Return a lake with the same day."""
        lake = Lake(f"{environment['AVIARY_LAKE']}-{number}")
        copy_objects(finished, lake)
        monkeypatch.setenv("AVIARY_LAKE", lake.url)
        return lake

    lake, writes = a_day(0), list[int]()
    with monkeypatch.context() as patch:
        counting(patch, writes.append)
        run_day(DAY, refetch=True)
    expected, cost = etags(lake), len(writes)
    assert cost > 8
    for last in tried(1, cost):
        lake = a_day(last)
        with monkeypatch.context() as dying:
            counting(dying, dies_at(last))
            with pytest.raises(Killed):
                run_day(DAY, refetch=True)
        run_day(DAY)
        manifest, outcome = find_manifest(lake, DAY, "1729"), find_outcome(lake, DAY, "1729")
        assert manifest is not None
        assert outcome is not None
        assert outcome.pages == manifest.pages
        assert adds_up(outcome)
        run_day(DAY, refetch=True)
        names = re.compile(r"/refetch-\d\d-|/manifest\.json")
        assert {key: tag for key, tag in etags(lake).items() if not names.search(key)} == {
            key: tag for key, tag in expected.items() if not names.search(key)
        }, f"killed before write {last}"


def test_a_surprise_names_the_option_on_the_command_line(
    day: Path, fault_rules: FaultRules, capsys: pytest.CaptureFixture[str]
) -> None:
    fault_rules.add(HANDLE, "depth", posts=1)
    command = rf"./aviary run --day {DAY} --account {HANDLE} --refetch --yes"
    with pytest.raises(RunFailed, match=rf"the pages just read are used by: {command}$"):
        run_command(day=str(DAY), refetch=True)
    run_command(day=str(DAY), refetch=True, yes=True)
    assert str(DAY) in capsys.readouterr().out


@pytest.mark.parametrize("status", ["suspended", "missing", "protected"])
def test_an_account_that_x_still_does_not_show_is_skipped_as_before(
    status: str,
    lake: Lake,
    no_retry_wait: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault_rules: FaultRules,
) -> None:
    """A refetch of all accounts, some of which were never readable, is no failure."""
    write_accounts(tmp_path, monkeypatch, f"accounts: [pixelforge, {HANDLE}]\n")
    fault_rules.add(HANDLE, status)
    run_day(DAY)
    before = find_outcome(lake, DAY, HANDLE)
    run_day(DAY, refetch=True)
    assert find_outcome(lake, DAY, HANDLE) == before
    assert before is not None
    assert before.status == status

    fault_rules.clear()
    run_day(DAY, refetch=True)
    outcome = find_outcome(lake, DAY, HANDLE)
    assert outcome is not None
    assert outcome.status == "ok"
    assert outcome.counts.kept > 0
