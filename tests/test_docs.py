"""The documentation is true: its queries run, its links lead somewhere, its commands exist."""

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline import run_day
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import put_frame
from pipeline.lake.sql import connect
from pipeline.schema import POSTS, ROLLUP
from tests.conftest import DAY
from tests.old_lakes import put_old_lake
from tests.old_lakes.make import ACCOUNTS
from tests.promises.days import write_accounts

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert (
        set(re.findall(r"(?:`|^    )make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
        <= targets
    )


@pytest.fixture
def days_in_lake(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A day of an earlier version, one of this, and one of a later version, which has a column more."""
    put_old_lake(lake, "v1")
    write_accounts(tmp_path, monkeypatch, ACCOUNTS)
    run_day(DAY, accounts=["1729"])
    for key, later in (
        (keys.posts_daily(DAY), keys.posts_daily(DAY + timedelta(days=1))),
        (keys.rollup(DAY), keys.rollup(DAY + timedelta(days=1))),
    ):
        frame = pl.read_parquet(io.BytesIO(lake.get(key)))
        put_frame(lake, later, frame.with_columns(day=pl.lit(DAY + timedelta(days=1)), of_a_later_version=1))
    return lake


@pytest.mark.parametrize("page", ["README.md", "docs/lake.md"])
def test_the_python_examples_run_over_all_versions_and_keep_an_all_digit_handle_text(
    page: str, days_in_lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    scripts = blocks(ROOT / page, "python")
    assert scripts
    for script in scripts:
        exec(compile(at(script, days_in_lake), page, "exec"), {})
        assert "1729" in capsys.readouterr().out


@pytest.mark.parametrize("page", ["README.md", "docs/lake.md"])
def test_the_queries_run_over_all_versions_and_keep_an_all_digit_handle_text(
    page: str, days_in_lake: Lake
) -> None:
    queries = [block for block in blocks(ROOT / page, "sql") if "CREATE EXTERNAL TABLE" not in block]
    assert queries
    connection = connect(days_in_lake)
    for query in queries:
        rows = connection.execute(at(query, days_in_lake)).fetchall()
        assert any("1729" in row for row in rows)


ATHENA: dict[Any, str] = {
    pl.String(): "string",
    pl.Int64(): "bigint",
    pl.Int32(): "int",
    pl.UInt8(): "int",  # Parquet stores it as INT32
    pl.Float64(): "double",
    pl.Boolean(): "boolean",
    pl.Date(): "date",
    pl.Datetime("us", "UTC"): "timestamp",
}


@pytest.mark.parametrize(("table", "schema"), [("posts", POSTS), ("daily", ROLLUP)])
def test_athenas_tables_have_the_columns_and_lie_where_the_lake_has_them(
    table: str, schema: pl.Schema
) -> None:
    [ddl] = [
        block for block in blocks(ROOT / "docs/lake.md", "sql") if f"CREATE EXTERNAL TABLE {table} (" in block
    ]
    columns = re.findall(r"`(\w+)` ([a-z<>]+)", ddl.partition("PARTITIONED BY")[0])
    assert columns == [
        (name, f"array<{ATHENA[dtype.inner]}>" if isinstance(dtype, pl.List) else ATHENA[dtype])
        for name, dtype in schema.items()
        if name != "day"
    ]
    assert "PARTITIONED BY (`day` string)" in ddl
    [template] = re.findall(r"'storage.location.template' = 's3://my-bucket/aviary/(.*)'", ddl)
    folder = template.replace("${day}", str(DAY))
    assert keys.posts(DAY, "nasa").startswith(folder) or keys.rollup(DAY).startswith(folder)
    assert template.startswith(re.findall(r"LOCATION 's3://my-bucket/aviary/(.*)'", ddl)[0])


def at(text: str, lake: Lake) -> str:
    """Return a query as for this lake in place of the reader's."""
    return re.sub(r"s3://my-bucket(/aviary)?", lake.url, text)
