"""Publishing: a pure function of the lake, in any order, with the latest report last."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline.errors import AviaryError
from pipeline.lake import catalogue, keys
from pipeline.lake.frames import find_frame, put_frame
from pipeline.schema import POSTS
from reports import publish
from tests.reports.folder_lake import FolderLake, fill
from tests.reports.published import YESTERDAY, lake, small  # noqa: F401  # fixtures
from tests.reports.world import DAY, TWELVE, World, world

pytestmark = pytest.mark.heavy


def stored(lake: FolderLake) -> dict[str, bytes]:
    return {key: lake.get(key) for key in lake.keys("reports/")}


def test_a_days_report_the_index_and_the_latest_are_written(lake: FolderLake) -> None:
    assert publish(lake, DAY) == keys.report(DAY)
    assert {keys.report(DAY), keys.REPORTS_INDEX, keys.REPORTS_LATEST} <= stored(lake).keys()


def test_each_page_is_written_after_what_it_links_to_the_latest_report_last(
    lake: FolderLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    put = lake.put_html
    monkeypatch.setattr(lake, "put_html", lambda key, html, **_: written.append(key) or put(key, html))  # type: ignore[func-returns-value]
    publish(lake, DAY)
    accounts = {keys.account_report(DAY, account.account) for account in TWELVE[:3]}
    assert set(written[:3]) == accounts
    assert (written[3], written[-1]) == (keys.report(DAY), keys.REPORTS_LATEST)


def test_publishing_again_changes_no_byte(lake: FolderLake) -> None:
    publish(lake, DAY)
    before = stored(lake)
    publish(lake, DAY)
    assert stored(lake) == before


def test_pages_are_the_same_in_whatever_order_days_are_rendered(tmp_path: Path, small: World) -> None:
    days = [DAY - timedelta(days=n) for n in range(3)]
    lakes = []
    for name, order in (("a", days), ("b", days[::-1]), ("c", [days[1], days[2], days[0], days[1]])):
        lakes.append(FolderLake(tmp_path / name))
        fill(lakes[-1], small)
        for day in order:
            publish(lakes[-1], day)
    assert stored(lakes[0]) == stored(lakes[1]) == stored(lakes[2])


def test_rendering_an_older_day_does_not_move_the_latest_back(
    lake: FolderLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(lake, DAY)
    latest = lake.get(keys.REPORTS_LATEST)
    written: list[str] = []
    put = lake.put_html
    monkeypatch.setattr(lake, "put_html", lambda key, html, **_: written.append(key) or put(key, html))  # type: ignore[func-returns-value]
    publish(lake, YESTERDAY)
    assert lake.get(keys.REPORTS_LATEST) == latest
    assert keys.REPORTS_LATEST not in written  # not even for a moment


def test_a_day_that_changes_names_the_later_reports_that_compare_with_it(
    lake: FolderLake, small: World, caplog: pytest.LogCaptureFixture
) -> None:
    publish(lake, YESTERDAY)
    publish(lake, DAY)
    assert caplog.text == ""
    publish(lake, YESTERDAY)  # to the same bytes
    assert "later reports" not in caplog.text
    fewer = pl.when(pl.col("day") == YESTERDAY).then(pl.col("engagement") + 1).otherwise("engagement")
    for (day,), frame in small.rollups.with_columns(fewer.alias("engagement")).group_by("day"):
        put_frame(lake, keys.rollup(day), frame)
    publish(lake, YESTERDAY)
    again = f"render again with ./aviary report --from {DAY} --to {DAY}"
    assert f"1 later report compare with {YESTERDAY}: {again}" in caplog.text


def test_a_newer_day_published_meanwhile_stays_the_latest(
    lake: FolderLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = lake.put_html

    def overtaken(key: str, html: str, **_: Any) -> None:
        if key == keys.REPORTS_LATEST and "Sunday 22" not in html:
            monkeypatch.setattr(lake, "put_html", put)
            publish(lake, DAY)
        put(key, html)

    monkeypatch.setattr(lake, "put_html", overtaken)
    publish(lake, YESTERDAY)
    assert b"<h1>Sunday 22 November 2026</h1>" in lake.get(keys.REPORTS_LATEST)


def test_an_older_day_reads_no_roll_up_after_it_and_repeats_to_the_byte(
    lake: FolderLake, small: World
) -> None:
    later = {key: lake.get(key) for key in lake.keys("daily/", after=keys.rollup(YESTERDAY))}
    for key in later:
        (lake.folder / key).unlink()
    publish(lake, YESTERDAY)
    before = lake.get(keys.report(YESTERDAY))
    for key, body in later.items():
        lake.put(key, body)
    lake.reads.clear()
    publish(lake, YESTERDAY)
    assert lake.get(keys.report(YESTERDAY)) == before
    assert lake.reads
    assert max(key for key in lake.reads if key.startswith("daily/")) == keys.rollup(YESTERDAY)


def test_only_twelve_weeks_of_roll_ups_are_read(tmp_path: Path) -> None:
    lake = FolderLake(tmp_path)
    fill(lake, world(TWELVE[:1], days=100, every_post=True))
    publish(lake, DAY)
    read = sorted({key for key in lake.reads if key.startswith("daily/")})
    assert (len(read), read[0]) == (86, keys.rollup(DAY - timedelta(days=85)))


def publish_all(lake: FolderLake, world: World) -> None:
    """Publish each day that has a roll-up, as it was, so that each link has its page."""
    for day in sorted(set(world.rollups["day"])):
        publish(lake, day)


def test_links_between_pages_are_relative_and_lead_to_what_is_there(lake: FolderLake, small: World) -> None:
    publish_all(lake, small)
    account = keys.account_report(DAY, "stadiumfc")
    for page in (account, keys.report(DAY), keys.REPORTS_INDEX, keys.REPORTS_LATEST):
        html = lake.get(page).decode()
        links = [part.split('"')[0] for part in html.split('href="')[1:]]
        local = [link for link in links if not link.startswith(("https://x.com/", "data:", "#"))]
        assert local
        for link in local:
            target = (lake.folder / page).parent.joinpath(link.partition("#")[0]).resolve()
            assert target.exists(), (page, link)


def test_the_page_of_an_account_that_is_in_the_plan_no_more_is_removed(
    lake: FolderLake, small: World
) -> None:
    publish(lake, DAY)
    left = small.plan.accounts[1:]
    lake.put(keys.plan(DAY), small.plan.model_copy(update={"accounts": left}).model_dump_json().encode())
    of_left = small.rollups.filter(pl.col("account") != small.plan.accounts[0].account)
    for (day,), frame in of_left.group_by("day"):
        put_frame(lake, keys.rollup(day), frame)
    publish(lake, DAY)
    stored_now = lake.keys(catalogue.ACCOUNT_REPORT.prefix(day=DAY))
    assert stored_now == sorted(keys.account_report(DAY, account.account) for account in left)


def test_each_group_has_a_page_and_one_that_is_no_more_has_none(tmp_path: Path, small: World) -> None:
    lake = FolderLake(tmp_path)
    account = pl.col("account")
    of = pl.when(account == "stadiumfc").then(pl.lit("Sport & more")).otherwise(pl.lit("all"))
    fill(lake, World(small.plan, small.rollups.with_columns(of.alias("group")), small.posts))
    publish_all(lake, small)
    prefix = catalogue.GROUP_REPORT.prefix(day=DAY)
    assert lake.keys(prefix) == sorted(keys.group_report(DAY, group) for group in ("all", "Sport & more"))
    html = lake.get(keys.report(DAY)).decode()
    for key in lake.keys(prefix):
        assert f'href="../{key.removeprefix("reports/")}"' in html
        up = {link.split('"')[0] for link in lake.get(key).decode().split('href="')[1:]}
        local = [link for link in up if not link.startswith(("https://x.com/", "data:", "#"))]
        for link in local:
            assert (lake.folder / key).parent.joinpath(link.partition("#")[0]).resolve().exists(), link
    own = lake.get(keys.account_report(DAY, "stadiumfc")).decode()
    assert f'href="{keys.group_report(DAY, "Sport & more").rpartition("/")[2]}"' in own

    put_frame(lake, keys.rollup(DAY), small.rollups.filter(pl.col("day") == DAY))
    publish(lake, DAY)
    assert lake.keys(prefix) == []


def test_the_previous_day_is_linked_only_when_it_has_a_roll_up(tmp_path: Path) -> None:
    lake = FolderLake(tmp_path)
    fill(lake, world(TWELVE[:1], days=3, every_post=True))
    first = DAY - timedelta(days=2)
    publish(lake, first)
    publish(lake, DAY)
    assert b'rel="prev"' not in lake.get(keys.report(first))
    assert b'href="../2026-11-21/index.html" rel="prev"' in lake.get(keys.report(DAY))


def test_a_day_that_was_never_run_is_one_clear_line(lake: FolderLake) -> None:
    with pytest.raises(
        AviaryError, match=r"2026-11-25 was never planned in folder; run the day first: \./aviary"
    ):
        publish(lake, date(2026, 11, 25))


def test_a_day_without_a_roll_up_is_one_clear_line(lake: FolderLake) -> None:
    (lake.folder / keys.rollup(DAY)).unlink()
    with pytest.raises(AviaryError, match="no roll-up of 2026-11-22 in folder"):
        publish(lake, DAY)
    assert not lake.keys("reports/")


def test_posts_that_are_gone_although_the_roll_up_counts_them_are_one_clear_line(lake: FolderLake) -> None:
    """The first release had no file of all posts, only those of the accounts."""
    (lake.folder / keys.posts_daily(DAY)).unlink()
    (lake.folder / keys.posts(DAY, "cobaltmotors")).unlink()
    with pytest.raises(
        AviaryError,
        match=r"^folder/posts/day=2026-11-22/account=cobaltmotors/posts\.parquet is missing .*; "
        r"run the day again: ./aviary run --day 2026-11-22$",
    ):
        publish(lake, DAY)
    assert not lake.keys("reports/")


def test_a_file_of_all_posts_without_an_account_that_the_roll_up_counts_is_one_clear_line(
    lake: FolderLake,
) -> None:
    posts = find_frame(lake, keys.posts_daily(DAY), POSTS)
    assert posts is not None
    put_frame(lake, keys.posts_daily(DAY), posts.filter(pl.col("account") != "cobaltmotors"))
    with pytest.raises(
        AviaryError, match=r"posts\.parquet lacks posts of cobaltmotors that the day counts; run"
    ):
        publish(lake, DAY)
    assert not lake.keys("reports/")


def test_days_of_another_timezone_are_in_no_figure_and_the_page_says_so(tmp_path: Path, small: World) -> None:
    """A page is as if they were not there, but for the sentence about them."""
    cut = DAY - timedelta(days=3)
    moved = FolderLake(tmp_path / "moved")
    elsewhere = pl.when(pl.col("day") < cut).then(pl.lit("Europe/Berlin")).otherwise("timezone")
    fill(moved, replace(small, rollups=small.rollups.with_columns(elsewhere.alias("timezone"))))
    alone = FolderLake(tmp_path / "alone")
    fill(alone, replace(small, rollups=small.rollups.filter(pl.col("day") >= cut)))
    for each in (moved, alone):
        publish(each, DAY)

    said = "ays counted in Europe/Berlin are not compared with days of UTC"
    for key in (keys.report(DAY), keys.account_report(DAY, TWELVE[0].account)):
        page, without = (" ".join(lake.get(key).decode().split()) for lake in (moved, alone))
        assert said in page
        assert said not in without
        page = page.replace(f"; d{said}", "").replace(f" D{said}.", "")
        assert page == without.replace("<div><dt>History", '<div class="warn"><dt>History')
