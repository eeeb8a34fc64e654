"""`./aviary report --week`: a week that is over has its page made again, one that is not is said to be none yet."""

import sys
from datetime import timedelta

import pytest

from pipeline.cli import main
from pipeline.lake.client import Lake
from reports.publish import publish, publish_day
from tests.conftest import DAY
from tests.reports.folder_lake import fill
from tests.reports.world import TWELVE, world

PAGE = "reports/week=2026-W47/index.html"


def ended(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["pipeline", "report", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


@pytest.fixture
def until_sunday(lake: Lake) -> Lake:
    fill(lake, world(TWELVE[:1], days=2, every_post=True))
    publish(lake, DAY - timedelta(days=1))
    return lake


def test_a_week_that_is_not_over_says_when_it_is(
    until_sunday: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(monkeypatch, "--week", "2026-W47") == 2
    assert capsys.readouterr().err == (
        "2026-W47 is not over: its last day is 2026-11-22, and the newest report is of 2026-11-21; its page is made "
        "with its last day\n"
    )
    assert not until_sunday.exists(PAGE)


def test_a_week_that_is_over_has_its_page_made_and_is_linked_from_the_index(
    until_sunday: Lake, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_day(until_sunday, DAY)
    assert not until_sunday.exists(PAGE)
    assert ended(monkeypatch, "--week", "2026-W47") == 0
    assert capsys.readouterr().out == f"report: {until_sunday.url}/{PAGE}\n"
    assert until_sunday.exists(PAGE)
    assert b'href="week=2026-W47/index.html"' in until_sunday.get("reports/index.html")
