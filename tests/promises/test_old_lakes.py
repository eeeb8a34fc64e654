"""A lake written by an earlier version stays readable, stays finished, and mixes with new days.

The lakes are kept beside `tests/old_lakes/make.py`, which says how they were made.
"""

import io
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline import run_day
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes, find_plan
from pipeline.lake.frames import find_frame
from pipeline.lake.sql import connect
from pipeline.report import report
from pipeline.schema import POSTS, QUARANTINE, ROLLUP, SCHEMA_VERSION
from pipeline.status import Status
from reports import publish
from reports.publish import read
from tests.conftest import DAY, RequestStats
from tests.old_lakes import put_old_lake
from tests.old_lakes.make import ACCOUNTS, HANDWRITTEN, OLD_DAY
from tests.promises.days import write_accounts


@pytest.fixture(params=["v1", "v3", "v4"])  # `test_first_release.py` has v2
def old_lake(
    request: pytest.FixtureRequest, lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Lake:
    """What an earlier version left behind, with the accounts file that it was made from."""
    put_old_lake(lake, request.param)
    write_accounts(tmp_path, monkeypatch, ACCOUNTS)
    return lake


def as_stored(lake: Lake, account: str) -> pl.DataFrame:
    """Return the posts of the old day with the columns that they were written with."""
    return pl.read_parquet(io.BytesIO(lake.get(keys.posts(OLD_DAY, account))))


def without_raw(lake: Lake) -> Lake:
    """Let the raw pages expire: what cannot be made again has to be read as it is."""
    for key in lake.keys("raw/"):
        lake.delete(key)
    return lake


def test_the_version_stands_in_plans_outcomes_and_rollups(old_lake: Lake) -> None:
    plan, rollup = find_plan(old_lake, OLD_DAY), find_frame(old_lake, keys.rollup(OLD_DAY), ROLLUP)
    assert plan is not None
    assert rollup is not None
    versions = {outcome.schema_version for outcome in find_outcomes(old_lake, OLD_DAY).values()}
    assert versions == {plan.schema_version} == set(rollup["schema_version"])
    assert plan.schema_version <= SCHEMA_VERSION


def test_a_finished_day_stays_finished(old_lake: Lake, request_stats: RequestStats) -> None:
    before = find_outcomes(old_lake, OLD_DAY)
    assert {outcome.status for outcome in before.values()} == {Status.OK, Status.PARTIAL, Status.SUSPENDED}

    run_day(OLD_DAY)

    assert request_stats.requests() == 0
    after = find_outcomes(old_lake, OLD_DAY)
    assert {account: (outcome.status, outcome.counts) for account, outcome in after.items()} == {
        account: (outcome.status, outcome.counts) for account, outcome in before.items()
    }


@pytest.mark.parametrize("account", ["1729", HANDWRITTEN])
def test_its_raw_pages_make_the_same_posts_again(old_lake: Lake, account: str) -> None:
    before = as_stored(old_lake, account)
    old_lake.delete(keys.posts(OLD_DAY, account))

    run_day(OLD_DAY)

    after = as_stored(old_lake, account)
    assert dict(after.schema) == dict(POSTS)
    assert_frame_equal(after.select(before.columns), before, check_exact=True)


def test_its_quarantine_is_read(old_lake: Lake) -> None:
    rejected = find_frame(old_lake, keys.quarantine(OLD_DAY, HANDWRITTEN), QUARANTINE)
    assert rejected is not None
    [reasons] = rejected["reasons"].to_list()
    assert "like_count is -1, not a count" in reasons


def test_its_report_is_made_again_though_the_raw_pages_are_gone(old_lake: Lake) -> None:
    done = report(without_raw(old_lake), OLD_DAY, publish)

    assert done.posts == sum(as_stored(old_lake, account).height for account in ("1729", HANDWRITTEN))
    page = old_lake.get(keys.report(OLD_DAY)).decode()
    assert "Handwritten" in page
    assert "1729" in page


def test_a_new_day_is_compared_with_its_roll_up(old_lake: Lake) -> None:
    run_day(DAY, accounts=["1729"])

    figures = read(old_lake, DAY)
    old = find_frame(old_lake, keys.rollup(OLD_DAY), ROLLUP)
    assert old is not None
    assert figures.previous == OLD_DAY
    shown = figures.trend.filter(pl.col("metric") == "posts", pl.col("day") == OLD_DAY)
    assert shown["value"].to_list() == old.filter(account="1729")["posts"].to_list()
    assert f"{OLD_DAY}/index.html" in old_lake.get(keys.REPORTS_INDEX).decode()


def test_sql_reads_it_beside_a_new_day(old_lake: Lake) -> None:
    run_day(DAY, accounts=["1729"])
    query = connect(
        without_raw(old_lake), any_columns=True
    ).execute  # as `./aviary sql` does where they differ

    old = as_stored(old_lake, "1729")
    posts = query(
        "SELECT * FROM posts WHERE day = ? AND account = '1729' ORDER BY created_at", [OLD_DAY]
    ).fetchall()
    assert [row[1] for row in posts] == old.sort("created_at")["post_id"].to_list()
    assert [column[0] for column in query("SELECT * FROM posts").description] == ["day", *POSTS]
    assert query("SELECT DISTINCT day FROM daily ORDER BY day").fetchall() == [(OLD_DAY,), (DAY,)]
    assert query("SELECT account FROM accounts ORDER BY account").fetchall() == [("1729",), (HANDWRITTEN,)]
