"""The first release's lake is read, finished, refreshed, forgotten from and reported on without a step by hand."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline import clock, run_day
from pipeline.cli.forget import forget
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome, find_outcomes
from pipeline.lake.frames import find_frame
from pipeline.lake.raw import read_pages
from pipeline.lake.sql import connect
from pipeline.page import is_tombstone
from pipeline.refresh.deletions import find_doubts
from pipeline.report import report
from pipeline.schema import POSTS
from pipeline.spend.month import perhaps_billed
from pipeline.spend.writer import read_month
from pipeline.status import Status
from pipeline.x_api.prices import Reads
from reports import publish
from tests.conftest import RequestStats
from tests.old_lakes import put_old_lake
from tests.promises.days import adds_up, etags, write_accounts

BERLIN, NEW_YORK, UNFINISHED = (date(2026, 11, day) for day in (19, 20, 21))
DELETED = "2123897725827834324"  # what it took for deleted, and had not removed yet
FORGOTTEN = "2123416025605763890"
ACCOUNTS = """\
timezone: America/New_York
defaults: {max_posts: 8, refresh_days: 1}
accounts:
  - handle: "1729"
    group: numbers
  - handle: handwritten
    include: [posts, quotes, replies, retweets]
  - pixelforge
  - quickdealz
"""


@pytest.fixture
def first(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    """Its lake, on the morning after its unfinished day."""
    put_old_lake(lake, "v2")
    write_accounts(tmp_path, monkeypatch, ACCOUNTS)
    with clock.frozen(clock.parse_instant("2026-11-22T11:00:00Z")):
        yield lake


def ids(lake: Lake, day: date, account: str = "pixelforge") -> list[str]:
    found = find_frame(lake, keys.posts(day, account), POSTS)
    assert found is not None
    return found["post_id"].to_list()


def test_its_finished_days_are_run_again_from_their_pages_by_their_own_timezones(
    first: Lake, request_stats: RequestStats
) -> None:
    for day in (BERLIN, NEW_YORK):
        before, outcomes = ids(first, day), find_outcomes(first, day)
        first.delete(keys.posts(day, "pixelforge"))  # so that only its pages can tell
        run_day(day)
        assert ids(first, day) == before
        assert {account: outcome.counts for account, outcome in find_outcomes(first, day).items()} == {
            account: outcome.counts for account, outcome in outcomes.items()
        }
        assert first.exists(keys.posts_daily(day))
        assert first.exists(keys.report(day))
    assert request_stats.counts()["posts"] == 0


def test_its_unfinished_day_is_finished_without_buying_a_page_again(
    first: Lake, request_stats: RequestStats
) -> None:
    run_day(UNFINISHED)
    outcome = find_outcome(first, UNFINISHED, "pixelforge")
    assert outcome is not None
    assert outcome.status == Status.OK
    assert adds_up(outcome)
    assert request_stats.counts()["posts"] <= 1  # the look-up of the post that it took for deleted


def test_what_it_took_for_deleted_is_doubted_and_asked_about_before_anything_is_removed(first: Lake) -> None:
    """X has the post: the first release would have removed it."""
    run_day(UNFINISHED)
    assert DELETED in ids(first, NEW_YORK)
    doubt = find_doubts(first, "pixelforge").posts[DELETED]
    assert doubt.removed_by is None
    with clock.frozen(clock.parse_instant("2026-11-23T11:00:00Z")):
        run_day(UNFINISHED + timedelta(days=1))
    assert DELETED in ids(first, NEW_YORK)


def test_what_it_had_forgotten_stays_so_and_more_is_forgotten(first: Lake) -> None:
    [page] = read_pages(first, BERLIN, "pixelforge")
    assert sum(map(is_tombstone, page.items)) == 1
    run_day(BERLIN)
    assert FORGOTTEN not in ids(first, BERLIN)
    gone = ids(first, BERLIN)[0]
    forget(post=gone, yes=True)
    assert gone not in ids(first, BERLIN)
    assert [key for key in first.keys("") if gone in key] == [keys.erased_post(gone)]
    outcome = find_outcome(first, BERLIN, "pixelforge")
    assert outcome is not None
    assert outcome.counts.forgotten == 2


def test_an_account_of_it_is_forgotten_whole(
    first: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_accounts(tmp_path, monkeypatch, ACCOUNTS.replace("  - pixelforge\n", ""))
    forget(account="pixelforge", yes=True)
    assert [key for key in first.keys("") if "pixelforge" in key] == [keys.erased_account("pixelforge")]


def test_its_days_are_reported_on_and_read_by_sql_as_they_are(first: Lake) -> None:
    before = {key: etag for key, etag in etags(first).items() if key.startswith("posts/")}
    counted = connect(first).execute("SELECT day, count(*) FROM posts GROUP BY day ORDER BY day").fetchall()
    accounts = ("1729", "handwritten", "pixelforge")
    assert counted[:2] == [
        (day, sum(len(ids(first, day, account)) for account in accounts)) for day in (BERLIN, NEW_YORK)
    ]
    for day in (BERLIN, NEW_YORK):
        report(first, day, publish)
    assert {key: etag for key, etag in etags(first).items() if key.startswith("posts/")} == before
    page = " ".join(first.get(keys.report(NEW_YORK)).decode().split())
    assert "days counted in Europe/Berlin are not compared with days of America/New_York" in page


def test_the_hold_of_its_dead_run_keeps_no_later_run_from_its_budget(
    first: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """24 reads, 12 cents, of a run that was killed: they count for the month, and not for a day."""
    # Enough for one page of eight posts at its highest price, and not for these 12 cents besides.
    budget = "budget: {usd_per_run: 0.10, usd_per_month: 100}\n"
    write_accounts(tmp_path, monkeypatch, budget + ACCOUNTS.replace("refresh_days: 1", "refresh_days: 0"))
    run_day(UNFINISHED)
    run_day(UNFINISHED, accounts=["pixelforge"], refetch=True, confirmed=True)
    assert {o.status for o in find_outcomes(first, UNFINISHED).values()} == {Status.OK, Status.SUSPENDED}
    assert perhaps_billed(read_month(first, "2026-11")) == Reads(posts=24)
