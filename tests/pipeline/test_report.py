"""The report stage rolls up and writes what its page is made from, then has the page made."""

import re
from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.errors import AviaryError, ReportError
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import put_outcome
from pipeline.lake.frames import find_frame, put_frame
from pipeline.lake.records import Counts, Outcome, Plan, PlannedAccount
from pipeline.report import Reported, report
from pipeline.schema import ROLLUP
from pipeline.status import Status
from pipeline.transform.spreadsheet import from_csv
from tests.pipeline.given import DAY, stored_posts


def plan_for(lake: Lake, *accounts: str) -> None:
    entries = tuple(
        PlannedAccount(account=account, handle=account, include=("posts",), max_posts=9)
        for account in accounts
    )
    plan = Plan(
        day=DAY, timezone="UTC", sample=True, failed_accounts=0.2, quarantined_posts=0.05, accounts=entries
    )
    lake.put(keys.plan(DAY), plan.model_dump_json().encode())


def store(lake: Lake, account: str, status: Status, posts: pl.DataFrame) -> None:
    put_frame(lake, keys.posts(DAY, account), posts)
    put_outcome(
        lake, DAY, account, Outcome(status=status, counts=Counts(fetched=posts.height, kept=posts.height))
    )


def test_the_days_figures_are_stored_before_its_page_is_made(lake: Lake) -> None:
    plan_for(lake, "007", "nasa", "esa", "late")
    nasa = stored_posts({"account": "nasa", "text": "b", "like_count": 3})
    bond = stored_posts({"account": "007", "text": "a", "like_count": 1})
    store(lake, "nasa", Status.PARTIAL, nasa)
    store(lake, "007", Status.OK, bond)
    store(lake, "esa", Status.FAILED, stored_posts({"account": "esa", "text": "of an earlier run"}))

    def publish(published: Lake, day: date) -> str:
        rollup = find_frame(published, keys.rollup(day), ROLLUP)
        assert rollup is not None
        assert dict(rollup.select("account", "likes").iter_rows()) == {
            "007": 1,
            "esa": None,
            "late": None,
            "nasa": 3,
        }
        assert_frame_equal(from_csv(published.get(keys.all_accounts_csv(day))), pl.concat([bond, nasa]))
        return "the page"

    assert report(lake, DAY, publish) == Reported(report="the page", accounts=4, posts=2)


def test_a_day_of_no_posts_at_all_is_reported(lake: Lake) -> None:
    plan_for(lake, "nasa")
    assert report(lake, DAY, lambda *_: "the page") == Reported(report="the page", accounts=1, posts=0)
    assert lake.get(keys.all_accounts_csv(DAY)).count(b"\r\n") == 1


def test_posts_that_are_gone_although_their_outcome_counts_them_are_one_clear_line(lake: Lake) -> None:
    plan_for(lake, "esa", "nasa")
    store(lake, "esa", Status.OK, stored_posts({"account": "esa"}))
    store(lake, "nasa", Status.OK, stored_posts({"account": "nasa"}))
    lake.delete(keys.posts(DAY, "nasa"))
    line = f"{lake.url}/{keys.posts(DAY, 'nasa')} is missing although the day counts it; run the day again"
    with pytest.raises(AviaryError, match=re.escape(line)):
        report(lake, DAY, lambda *_: "the page")


def test_a_day_never_planned_is_one_clear_line(lake: Lake) -> None:
    with pytest.raises(
        ReportError, match=f"there is no plan for 2026-11-22 in {lake.url}; run that day first"
    ):
        report(lake, DAY, lambda *_: "the page")
    assert lake.keys("") == []


def test_reporting_again_is_the_same_bytes(lake: Lake) -> None:
    plan_for(lake, "nasa")
    store(lake, "nasa", Status.OK, stored_posts({"text": "b"}, {"text": "a"}))
    written = []
    for _ in range(2):
        report(lake, DAY, lambda *_: "the page")
        written.append([lake.find(key) for key in (keys.rollup(DAY), keys.all_accounts_csv(DAY))])
    assert written[0] == written[1]


def test_a_run_that_ends_an_account_meanwhile_is_in_the_figures(lake: Lake) -> None:
    """Whichever of two reports of a day writes last, it has read all outcomes."""
    plan_for(lake, "nasa", "esa")
    store(lake, "nasa", Status.OK, stored_posts({"account": "nasa"}))
    crossed: list[date] = []

    def publish(lake: Lake, day: date) -> str:
        if not crossed:
            crossed.append(day)
            store(lake, "esa", Status.OK, stored_posts({"account": "esa"}))
            report(lake, day, lambda *_: "the other run's page")
        return keys.report(day)

    report(lake, DAY, publish)
    rollup = find_frame(lake, keys.rollup(DAY), ROLLUP)
    assert rollup is not None
    assert dict(rollup.select("account", "posts").iter_rows()) == {"esa": 1, "nasa": 1}
