"""A model of one day of N accounts: `python -m tests.bench.scale` prints it, and beside what was measured.

With `--write`, both tables replace those of docs/scale.md.

What grows is linear in accounts and posts, so each resource has two numbers, read from the points of `scale_points`.
X's limits and prices are the product's own constants; Airflow's and S3's are named with where they come from.
"""

import math
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.table import Table

from pipeline.settings import ROOT
from pipeline.x_api.prices import usd
from tests.bench.scale_points import Point, measured

SIZES: Final = (100, 1_000, 10_000, 100_000, 1_000_000)
POSTS: Final = 5  # an account and day
PAGE: Final = 100  # X's posts a page, and its handles a look-up
TOLERANCE: Final = 0.2
PAGE_FILE: Final = ROOT / "docs/scale.md"

TIMELINE_REQUESTS, WINDOW_HOURS = 10_000, 0.25  # of X, for an app
X_POSTS_A_MONTH: Final = 3_000_000  # the cap of a plan
PROFILE_DAYS: Final = 7

AIRFLOW_CPU: Final = (
    0.41  # seconds of all processes for an account's task; LocalExecutor, two cores, 100 accounts
)
SCHEDULER_CPU: Final = 0.03  # of these, the scheduler's own, which is one process
LEDGER_WRITES: Final = 2  # an account: held and settled, each on the month's one object
LEDGER_SECONDS: Final = 0.06  # one read and one conditional write at AWS, about; not measured

S3_WRITE_USD, S3_READ_USD, S3_GB_MONTH_USD = 0.005 / 1000, 0.0004 / 1000, 0.023  # AWS, us-east-1
S3_WRITES_A_SECOND: Final = 3_500  # AWS, for a prefix


@dataclass(frozen=True)
class Day:
    """What one day of so many accounts, with so many posts, should take."""

    accounts: int
    posts: int

    @property
    def x_requests(self) -> float:
        """Look-ups by the hundred, and one page an account."""
        return math.ceil(self.accounts / PAGE) + max(self.accounts, self.posts / PAGE)

    @property
    def s3_writes(self) -> float:
        """Lists included, which cost the same."""
        return 42 + 11.2 * self.accounts

    @property
    def s3_reads(self) -> float:
        """What is asked for by key."""
        return 34 + 3 * self.accounts

    @property
    def objects(self) -> float:
        """Stored, an account's page included."""
        return 13 + 6 * self.accounts

    @property
    def lake_bytes(self) -> float:
        """Stored, compressed; two thirds are an account's page."""
        return 145_000 + 41_800 * self.accounts

    @property
    def cpu(self) -> float:
        """Processor seconds of the command line, without Airflow; two fifths of them are `report`'s."""
        return 1.2 + 0.079 * self.accounts

    @property
    def memory(self) -> float:
        """Bytes of the process that rolls up and renders: modules, then posts, rows and the page."""
        return 260e6 + 0.3e6 * self.accounts

    @property
    def x_usd(self) -> float:
        """X's price, with a seventh of the profiles."""
        return usd(posts=self.posts) + usd(users=self.accounts) / PROFILE_DAYS

    @property
    def x_hours(self) -> float:
        """Hours for which X's request windows spread the pages, the first window at once."""
        return (math.ceil(self.x_requests / TIMELINE_REQUESTS) - 1) * WINDOW_HOURS

    @property
    def share_of_cap(self) -> float:
        """Of what a plan may read in a month."""
        return 30 * self.posts / X_POSTS_A_MONTH

    @property
    def cores_in_an_hour(self) -> float:
        """Cores that run the day's tasks within an hour."""
        return AIRFLOW_CPU * self.accounts / 3600

    @property
    def scheduler_hours(self) -> float:
        """Hours in which one scheduler hands out a task an account, whatever the executor."""
        return SCHEDULER_CPU * self.accounts / 3600

    @property
    def ledger_hours(self) -> float:
        """Hours in which the month's one object takes all changes, when each task is a process of its own."""
        return LEDGER_WRITES * LEDGER_SECONDS * self.accounts / 3600

    @property
    def s3_usd(self) -> float:
        """Requests of the day, and a month of storing what it wrote."""
        requests = self.s3_writes * S3_WRITE_USD + self.s3_reads * S3_READ_USD
        return requests + self.lake_bytes / 1e9 * S3_GB_MONTH_USD

    @property
    def writes_a_second(self) -> float:
        """To S3, when the day is done within an hour."""
        return self.s3_writes / 3600


CHECKED: Final = ("x_requests", "s3_writes", "s3_reads", "objects", "lake_bytes", "cpu", "memory")


def error(point: Point, name: str) -> float:
    """Return how far the model is from a measured point, as a share of what was measured."""
    actual = float(getattr(point, name))
    return float(getattr(Day(point.accounts, point.posts), name)) / actual - 1


MEASURED: Final[dict[str, Callable[[Point], str]]] = {
    "requests to X": lambda point: f"{point.x_requests:,}",
    "S3 writes": lambda point: f"{point.s3_writes:,}",
    "S3 reads": lambda point: f"{point.s3_reads:,}",
    "objects": lambda point: f"{point.objects:,}",
    "MB in the lake": lambda point: f"{point.lake_bytes / 1e6:,.1f}",
    "CPU, s": lambda point: f"{point.cpu:,.1f}",
    "memory, MB": lambda point: f"{point.memory / 1e6:,.0f}",
}
ROWS: Final[dict[str, Callable[[Day], str]]] = {
    "X: dollars a day": lambda day: f"{day.x_usd:,.0f}",
    "X: share of a plan's monthly cap": lambda day: f"{day.share_of_cap:,.1%}",
    "X: hours of request windows": lambda day: f"{day.x_hours:,.2f}",
    "Airflow: cores for an hour": lambda day: f"{day.cores_in_an_hour:,.2f}",
    "Airflow: hours of one scheduler": lambda day: f"{day.scheduler_hours:,.2f}",
    "ledger: hours of its one object": lambda day: f"{day.ledger_hours:,.2f}",
    "S3: dollars a day": lambda day: f"{day.s3_usd:,.2f}",
    "S3: writes a second, in an hour": lambda day: f"{day.writes_a_second:,.1f}",
    "report: GB of memory": lambda day: f"{day.memory / 1e9:,.1f}",
    "report: hours of one core": lambda day: f"{day.cpu * 0.4 / 3600:,.2f}",
    "lake: objects a day": lambda day: f"{day.objects:,.0f}",
    "lake: GB a day": lambda day: f"{day.lake_bytes / 1e9:,.3f}",
}


def model_lines() -> list[str]:
    """Return the model as a table in Markdown, as docs/scale.md has it."""
    days = [Day(size, POSTS * size) for size in SIZES]
    return _markdown(
        ["accounts", *(f"{day.accounts:,}" for day in days)],
        [[name, *map(row, days)] for name, row in ROWS.items()],
    )


def points_lines() -> list[str]:
    """Return what was measured, with how far the model is from it, as a table in Markdown."""
    shown = list(zip(CHECKED, MEASURED.values(), strict=True))
    return _markdown(
        ["accounts", *MEASURED],
        [
            [f"{point.accounts:,}", *(f"{show(point)} ({error(point, name):+.0%})" for name, show in shown)]
            for point in measured()
        ],
    )


def _markdown(head: list[str], rows: list[list[str]]) -> list[str]:
    rule = ["---", *("---:" for _ in head[1:])]
    return [f"| {' | '.join(cells)} |" for cells in (head, rule, *rows)]


def with_tables(page: str) -> str:
    """Return the text of docs/scale.md with both tables as they are now; they are found by their heads."""
    for lines in (model_lines(), points_lines()):
        table = "\n".join(lines) + "\n"
        page, count = re.subn(rf"^{re.escape(lines[0])}\n(\|.*\n)+", table, page, flags=re.M)
        if count != 1:
            raise SystemExit(f"docs/scale.md has {count} tables that begin with {lines[0]!r} instead of one")
    return page


def main() -> None:
    """Print both tables, or write them into the page."""
    if sys.argv[1:] == ["--write"]:
        PAGE_FILE.write_text(with_tables(PAGE_FILE.read_text(encoding="utf-8")), encoding="utf-8")
        return
    console = Console(highlight=False)
    for title, lines in (("the model", model_lines()), ("measured, and the model's error", points_lines())):
        head, _, *rows = [line.strip("| ").split(" | ") for line in lines]
        table = Table(*head, title=title)
        for row in rows:
            table.add_row(*row)
        console.print(table)


if __name__ == "__main__":
    main()
