"""The documentation is true: its queries run, its links lead somewhere, its commands exist."""

import re
from pathlib import Path

import duckdb
import duckdb_extension_httpfs
import pytest

from pipeline import run_day
from pipeline.lake import Lake
from tests.conftest import DAY
from tests.promises.days import write_accounts

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


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
def day_in_lake(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    write_accounts(tmp_path, monkeypatch, "accounts: [pixelforge, 1729]\n")
    run_day(DAY)
    return lake


@pytest.mark.parametrize("page", ["README.md", "docs/lake.md"])
def test_the_queries_for_polars_run_and_keep_an_all_digit_handle_text(
    page: str, day_in_lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    scripts = [block for block in blocks(ROOT / page, "python") if "duckdb" not in block]
    assert scripts
    for script in scripts:
        exec(compile(at(script, day_in_lake), page, "exec"), {})
        assert "1729" in capsys.readouterr().out


def test_the_queries_for_duckdb_run_and_keep_an_all_digit_handle_text(
    day_in_lake: Lake, environment: dict[str, str]
) -> None:
    connection = duckdb.connect()
    package = Path(duckdb_extension_httpfs.__file__).parent
    (extension,) = package.rglob("httpfs.duckdb_extension")
    host = environment["AWS_ENDPOINT_URL_S3"].removeprefix("http://")
    connection.execute(f"LOAD '{extension}'")
    connection.execute(
        f"CREATE SECRET (TYPE s3, KEY_ID '{environment['AWS_ACCESS_KEY_ID']}', "
        f"SECRET '{environment['AWS_SECRET_ACCESS_KEY']}', ENDPOINT '{host}', URL_STYLE 'path', USE_SSL false)"
    )
    queries = blocks(ROOT / "README.md", "sql")
    queries += re.findall(r'"""(.*?)"""', "".join(blocks(ROOT / "docs/lake.md", "python")), re.DOTALL)
    assert len(queries) == 2
    for query in queries:
        rows = connection.execute(at(query, day_in_lake)).fetchall()
        assert any("1729" in row for row in rows)


def at(text: str, lake: Lake) -> str:
    """Return a query as for this lake in place of the reader's."""
    return re.sub(r"s3://my-bucket(/aviary)?", lake.url, text)
