"""The index of all days agrees with their reports, whoever renders at the same time."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import AviaryError
from pipeline.lake import keys
from reports import index, publish
from reports.figures.index import YearLines
from tests.reports.folder_lake import FolderLake, fill
from tests.reports.published import YESTERDAY, lake, small  # noqa: F401  # fixtures
from tests.reports.world import DAY, TWELVE, world

pytestmark = pytest.mark.heavy


def test_a_day_that_another_run_adds_at_the_same_moment_is_not_lost(
    lake: FolderLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_if = lake.put_if

    def overtaken(key: str, body: bytes, etag: str | None) -> str | None:
        monkeypatch.setattr(lake, "put_if", put_if)
        publish(lake, DAY)
        return put_if(key, body, etag)

    monkeypatch.setattr(lake, "put_if", overtaken)
    publish(lake, YESTERDAY)
    for day in (DAY, YESTERDAY):
        assert f"{day}/index.html".encode() in lake.get(keys.REPORTS_INDEX)


def test_pages_drawn_from_lines_that_changed_meanwhile_are_drawn_again(
    lake: FolderLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = lake.put_html

    def overtaken(key: str, html: str, **_: Any) -> None:
        if key == keys.REPORTS_INDEX:
            monkeypatch.setattr(lake, "put_html", put)
            publish(lake, DAY)
        put(key, html)

    monkeypatch.setattr(lake, "put_html", overtaken)
    publish(lake, YESTERDAY)
    assert f"{DAY}/index.html".encode() in lake.get(keys.REPORTS_INDEX)


@pytest.mark.parametrize(
    ("day", "meanwhile", "page", "shown"),
    [
        (DAY, YESTERDAY, keys.REPORTS_INDEX, f"{YESTERDAY}/index.html"),
        (DAY, date(2025, 12, 31), keys.REPORTS_INDEX, "2025.html"),
        (date(2025, 12, 31), DAY, keys.REPORTS_INDEX, f"{DAY}/index.html"),
        (date(2025, 12, 31), date(2025, 12, 30), keys.report_year(2025), "2025-12-30/index.html"),
    ],
    ids=["of its year", "of an earlier year", "of a later year", "of its earlier year"],
)
def test_a_day_that_another_run_adds_while_the_pages_are_drawn_is_on_them(
    day: date,
    meanwhile: date,
    page: str,
    shown: str,
    tmp_path: Path,
    lake: FolderLake,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    publish(lake, DAY)
    [line] = YearLines.model_validate_json(lake.get(keys.report_lines(DAY.year))).days
    empty = FolderLake(tmp_path / "empty")
    put = empty.put_html

    def overtaken(key: str, html: str, **_: Any) -> None:
        if key == page:
            monkeypatch.setattr(empty, "put_html", put)
            index.publish(empty, line.model_copy(update={"day": meanwhile}))
        put(key, html)

    index.publish(empty, line.model_copy(update={"day": date(2026, 1, 1)}))
    monkeypatch.setattr(empty, "put_html", overtaken)
    newest = index.publish(empty, line.model_copy(update={"day": day}))
    assert shown in empty.get(page).decode()
    assert newest == max(day, meanwhile, date(2026, 1, 1))


def test_a_damaged_year_is_one_clear_line(lake: FolderLake) -> None:
    lake.put(keys.report_lines(2026), b"{")
    with pytest.raises(
        AviaryError, match=r"reports/days-2026\.json is damaged .*; delete it and render its days again"
    ):
        publish(lake, DAY)


def test_a_new_year_starts_its_own_page(tmp_path: Path) -> None:
    lake = FolderLake(tmp_path)
    newyear = date(2027, 1, 1)
    fill(lake, world(TWELVE[:1], days=3, day=newyear, every_post=True))
    publish(lake, newyear)
    publish(lake, date(2026, 12, 31))
    index = lake.get(keys.REPORTS_INDEX).decode()
    assert 'href="2027-01-01/index.html"' in index
    assert 'href="2026.html"' in index
    assert 'href="2026-12-31/index.html"' in lake.get(keys.report_year(2026)).decode()
    assert "2027-01-01" not in lake.get(keys.report_year(2026)).decode()


def test_the_index_says_what_the_reports_say(lake: FolderLake) -> None:
    publish(lake, DAY)
    line = json.loads(lake.get(keys.report_lines(2026)))["days"][0]
    html = lake.get(keys.report(DAY)).decode()
    assert f"{line['posts']} post" in html
    assert lake.get(keys.REPORTS_INDEX).count(b"2026-11-22/index.html") == 3  # calendar, row, "latest"


def test_the_index_notes_accounts_without_data_only_when_their_number_changes(tmp_path: Path) -> None:
    """Two accounts are suspended for good two days ago; the day before that all were read."""
    days = [DAY - timedelta(days=back) for back in range(4)]
    gone = dict.fromkeys(days[:3], ("suspended", "X has suspended this account"))
    accounts = [TWELVE[0], *(replace(account, status=gone) for account in TWELVE[1:3])]
    lake = FolderLake(tmp_path)
    fill(lake, world(accounts, days=5, stories=False, every_post=True))
    for day in days:
        publish(lake, day)
    index = lake.get(keys.REPORTS_INDEX).decode()
    rows = {day: index.split(f'href="{day}/index.html">')[-1].split("</tr>")[0] for day in days}
    assert [day for day in days if "2 of 3 accounts without data" in rows[day]] == [days[2]]
    assert [day for day in days if "is suspended" in rows[day]] == [days[2]]
    assert [day for day in days if 'class="state missing"' in rows[day]] == [days[2]]
    assert [day for day in days if 'class="state still"' in rows[day]] == days[:2]


def test_the_index_shows_how_complete_each_day_is(tmp_path: Path) -> None:
    """By the tolerance the day was planned with (20 %): one of three failed is too many, one missing is not."""
    days = [DAY - timedelta(days=back) for back in range(4)]
    first = {days[0]: ("failed", "X did not answer"), days[2]: ("partial", "a page was lost")}
    accounts = [
        replace(TWELVE[0], status=first),
        replace(TWELVE[1], status={days[1]: ("suspended", "X has suspended this account")}),
        TWELVE[2],
    ]
    lake = FolderLake(tmp_path)
    fill(lake, world(accounts, days=5, stories=False, every_post=True))
    for day in days:
        publish(lake, day)
    index = lake.get(keys.REPORTS_INDEX).decode()
    shown = [index.split(f'href="{day}/index.html">')[-1].split("</tr>")[0] for day in days]
    for kind, text, row in zip(
        ("failed", "missing", "partial", "complete"),
        ("run failed", "1 of 3 without data", "1 of 3 incomplete", "complete"),
        shown,
        strict=True,
    ):
        assert f'class="state {kind}"' in row
        assert f"<span>{text}</span>" in row


def test_a_day_that_no_account_has_data_of_is_a_failed_run_and_a_day_of_silence_is_not(
    tmp_path: Path,
) -> None:
    days = [DAY, DAY - timedelta(days=1)]
    gone = {days[0]: ("suspended", "X has suspended this account")}
    lake = FolderLake(tmp_path)
    fill(lake, world([replace(TWELVE[0], status=gone, silent={days[1]})], days=2, every_post=True))
    for day in days:
        publish(lake, day)
    lines = {line["day"]: line for line in json.loads(lake.get(keys.report_lines(2026)))["days"]}
    assert [lines[str(day)]["failed"] for day in days] == [True, False]
    assert lines[str(days[1])]["posts"] == 0


def test_lines_of_an_earlier_version_are_still_shown(lake: FolderLake) -> None:
    publish(lake, YESTERDAY)
    year = json.loads(lake.get(keys.report_lines(2026)))
    for line in year["days"]:
        del line["failed"], line["incomplete"]
    lake.put(keys.report_lines(2026), json.dumps(year).encode())
    publish(lake, DAY)
    assert f"{YESTERDAY}/index.html".encode() in lake.get(keys.REPORTS_INDEX)
