"""Reports of every shape, written to disk to be opened in a browser."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from pipeline.lake import keys
from pipeline.lake.periods import Unit, period_of
from pipeline.schema import SCHEMA_VERSION
from reports import publish
from reports.periods import put
from tests.reports.browser import opened
from tests.reports.folder_lake import FolderLake, fill
from tests.reports.mentioned import mentioned
from tests.reports.rendered import period_page_of, report_of
from tests.reports.world import DAY, TWELVE, World, many, world

TRAVEL = {"northwindair", "halcyonhotels", "cobaltmotors"}


SHAPES: dict[str, Callable[[], World]] = {
    "twelve": world,
    "mentions": lambda: mentioned(world()),
    "one": lambda: world(TWELVE[:1]),
    "first": lambda: world(days=1),
    "sixty": lambda: world(many(60), days=30),
}


# On the last days one account is missing, then half of them fail, then one is incomplete.
FAILS = {DAY - timedelta(days=1): ("failed", "X did not answer")}


EVENTFUL = [
    *(replace(account, status=FAILS) for account in TWELVE[:6]),
    replace(TWELVE[6], status={DAY - timedelta(days=2): ("partial", "a page was lost")}),
    *TWELVE[7:],
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name, make in SHAPES.items():
        made = grouped(make())
        found[name] = write(folder / f"{name}.html", report_of(made))
    found["week with stories"] = write(folder / "week.html", period_page_of(mentioned(grouped(world()))))
    found["week of sixty"] = write(
        folder / "sixty week.html", period_page_of(grouped(world(many(60), days=30)))
    )
    lake = FolderLake(folder)
    eventful = world(EVENTFUL, days=16, every_post=True, gaps=(DAY - timedelta(days=3),))
    fill(lake, grouped(mentioned(eventful, ("northwindair", "brightleaf", "orchardtv"))))
    for back in (0, 1, 2, 4, 5):
        publish(lake, DAY - timedelta(days=back))
    of_day = folder / "reports" / str(DAY)
    put(lake, period_of(DAY, Unit.MONTH))
    return found | {
        "index": folder / "reports" / "index.html",
        "account": of_day / "account-northwindair.html",
        "missing account": of_day / "account-orchardtv.html",
        "group": of_day / "group-travel.html",
        "silent account": of_day / "account-brightleaf.html",
        "week": folder / keys.period_report(period_of(DAY, Unit.WEEK)),
        "month": folder / keys.period_report(period_of(DAY, Unit.MONTH)),
    }


Opened = AbstractContextManager[tuple[Page, list[str]]]


def grouped(made: World) -> World:
    """Put three accounts into a group."""
    of_travel = pl.when(pl.col("account").is_in(TRAVEL)).then(pl.lit("travel"))
    version = pl.lit(SCHEMA_VERSION, pl.Int32).alias("schema_version")
    return World(made.plan, made.rollups.with_columns(of_travel.alias("group"), version), made.posts)


def write(path: Path, page: str) -> Path:
    path.write_text(page, encoding="utf-8")
    return path


def open_report(browser: Browser, pages: dict[str, Path], name: str = "twelve", **context: Any) -> Opened:
    return opened(browser, pages[name], **({"viewport": {"width": 1280, "height": 900}} | context))
