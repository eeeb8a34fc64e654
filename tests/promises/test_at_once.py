"""Runs that cross each other: the lake ends as if they had come one after the other, and no reader sees half of it."""

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from pipeline import run_day
from pipeline.accounts import load_accounts
from pipeline.analyze import analyze
from pipeline.collect import collect
from pipeline.lake import catalogue
from pipeline.lake.client import Lake
from pipeline.lake.records import AccountTask
from pipeline.plan import plan
from pipeline.x_api.client import XApi
from tests.conftest import DAY
from tests.promises.days import etags, points_at_nothing_missing, write_accounts

ROOT = Path(__file__).parents[2]
EVE = DAY - timedelta(days=1)


@pytest.fixture(autouse=True)
def accounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return write_accounts(tmp_path, monkeypatch)


def undisturbed(lake: Lake, days: Sequence[Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return what the lake looks like when these days are run one after the other."""
    url = f"{lake.url}-undisturbed"
    with monkeypatch.context() as patch:
        patch.setenv("AVIARY_LAKE", url)
        for day in days:
            run_day(day)
    return etags(Lake(url))


def at_once(lake: Lake, *commands: Sequence[str]) -> None:
    """Run commands of Aviary's at the same time, a reader looking on; each must succeed."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "pipeline", *command],
            cwd=ROOT,
            env=os.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for command in commands
    ]
    try:
        while any(process.poll() is None for process in running):
            points_at_nothing_missing(lake)
    finally:
        ended = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0] * len(running), ended
    points_at_nothing_missing(lake)


def test_two_runs_of_a_day_at_once_end_in_the_bytes_of_one(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = undisturbed(lake, [DAY], monkeypatch)

    at_once(lake, ["run", "--day", str(DAY)], ["run", "--day", str(DAY)])

    assert etags(lake) == expected


def test_a_backfill_crossing_the_daily_run_loses_and_doubles_nothing(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = undisturbed(lake, [EVE, DAY], monkeypatch)

    at_once(lake, ["backfill", "--from", str(EVE), "--to", str(DAY)], ["run", "--day", str(DAY)])

    # The daily run may have drawn its page before the eve was there to compare with.
    pages = {
        key for key in expected if key.endswith(".html") or key.startswith(catalogue.REPORT_LINES.prefix())
    }
    found = etags(lake)
    assert {key: etag for key, etag in found.items() if key not in pages} == {
        key: etag for key, etag in expected.items() if key not in pages
    }
    run_day(DAY)
    assert etags(lake) == expected


class SmallPages:
    """A connection to X that gives five posts a page, so that a day has several."""

    def __init__(self, x: XApi) -> None:
        self._x = x

    def timeline_page(self, *args: Any, **request: Any) -> dict[str, Any]:
        return self._x.timeline_page(*args, **request | {"max_results": 5})

    def counts(self, *args: Any) -> Any:
        return self._x.counts(*args)


class Overtaken(SmallPages):
    """One whose first answer arrives when another run has read the whole day; a post is gone by then."""

    def __init__(self, x: XApi, lake: Lake, work: AccountTask) -> None:
        super().__init__(x)
        self._lake = lake
        self._work = work
        self.overtaken = False

    def timeline_page(self, *args: Any, **request: Any) -> dict[str, Any]:
        body = super().timeline_page(*args, **request)
        if not self.overtaken:
            self.overtaken = True
            collect(self._lake, cast(XApi, SmallPages(self._x)), self._work)
            body = body | {"data": body["data"][1:]}
        return body


def test_the_pages_of_two_readings_are_never_mixed(lake: Lake, x: XApi, accounts: Path) -> None:
    config = load_accounts(accounts)
    [work] = plan(lake, x, config, DAY, run_id="a-run", sample=True, only=["citymetro"])
    alone = Lake(f"{lake.url}-alone")
    first = collect(alone, cast(XApi, SmallPages(x)), work)
    assert first.pages > 2

    late = Overtaken(x, lake, work)
    collected = collect(lake, cast(XApi, late), work)

    assert late.overtaken
    assert collected == first
    assert raw(lake) == raw(alone)
    assert analyze(lake, work).counts.fetched == first.posts


def raw(lake: Lake) -> dict[str, str]:
    return {key: etag for key, etag in etags(lake).items() if key.startswith("raw/")}
