"""The pages made from the code say what the code says now, and what they say of columns is true."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
import pytest

from pipeline.lake.no_tone import NO_LISTS
from pipeline.lake.records import Outcome, Plan, PlannedAccount
from pipeline.lake.users import USERS_COLUMNS
from pipeline.schema import (
    METRICS_COLUMNS,
    POST_COLUMNS,
    QUARANTINE_COLUMNS,
    ROLLUP_COLUMNS,
    SCHEMA_VERSION,
    TOPIC_COLUMNS,
    Column,
)
from pipeline.status import Status
from pipeline.transform.contract import Posts
from pipeline.transform.rollup import roll_up
from tests.docs.pages import DOCS, PAGES
from tests.pipeline.given import DAY, stored_posts

OLD_LAKES = Path(__file__).parents[1] / "old_lakes"
STORED = {
    "posts": (POST_COLUMNS, "posts/*/*/posts.parquet"),
    "roll-up": (ROLLUP_COLUMNS, "daily/*/rollup.parquet"),
    "accounts": (USERS_COLUMNS, "users/*/users.parquet"),
    "topics": (TOPIC_COLUMNS, "topics/*/topics.parquet"),
    "newer counts": (METRICS_COLUMNS, "metrics/*/*/metrics.parquet"),
    "quarantine": (QUARANTINE_COLUMNS, "quarantine/*/*/rejected.parquet"),
}


def _kept_files() -> Iterator[tuple[int, str, Path]]:
    """Yield one file of each table in each lake that an earlier version left."""
    for lake in OLD_LAKES.glob("v[0-9]*/"):
        for what, (_, pattern) in STORED.items():
            for file in sorted(lake.glob(pattern))[:1]:
                yield int(lake.name.removeprefix("v")), what, file


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_says(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run: make docs"


@pytest.mark.parametrize(("version", "what", "file"), list(_kept_files()))
def test_a_column_is_in_the_files_since_the_version_that_the_page_says(
    version: int, what: str, file: Path
) -> None:
    expected = {name for name, column in STORED[what][0].items() if column.since <= version}
    assert set(pl.read_parquet_schema(file)) == expected


def test_a_post_s_column_is_null_only_where_the_page_says_when() -> None:
    """A column that came later is null in older days, and the contract is of new ones."""
    nullable = {name for name, column in Posts.columns().items() if column.nullable}
    assert {name for name, column in POST_COLUMNS.items() if column.null} == nullable


def test_a_roll_up_s_column_is_null_only_where_the_page_says_when() -> None:
    """An account without anything, and one whose day went well, have between them every null there can be."""
    accounts = ("failing", "fine")
    entries = tuple(
        PlannedAccount(account=account, handle=account, include=("posts",), max_posts=200)
        for account in accounts
    )
    plan = Plan(
        day=DAY, timezone="UTC", sample=True, failed_accounts=0.2, quarantined_posts=0.05, accounts=entries
    )
    rows = roll_up(plan, {"fine": Outcome(status=Status.OK)}, stored_posts(), NO_LISTS)
    null = {name for name in rows.columns if rows[name].has_nulls()}
    assert {name for name, column in ROLLUP_COLUMNS.items() if column.null} == null


@pytest.mark.parametrize("columns", [columns for columns, _ in STORED.values()], ids=list(STORED))
def test_every_column_says_what_it_means_and_where_it_is_from(columns: Mapping[str, Column]) -> None:
    for name, column in columns.items():
        assert column.meaning, name
        assert column.source, name
        assert 1 <= column.since <= SCHEMA_VERSION, name
