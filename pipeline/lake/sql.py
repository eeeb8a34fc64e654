"""DuckDB on the lake: SQL over every day, with views that have their columns even where nothing is stored yet."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import duckdb_extension_httpfs
import polars as pl

from pipeline.errors import ConfigError
from pipeline.lake import catalogue
from pipeline.lake.access import Access, access_to
from pipeline.lake.client import Lake
from pipeline.lake.health import TRIAL
from pipeline.lake.kinds import ObjectKind
from pipeline.lake.users import USERS
from pipeline.schema import METRICS, POSTS_DAILY, ROLLUP
from pipeline.text import one_line

_TYPES = {
    pl.String(): "VARCHAR",
    pl.Int64(): "BIGINT",
    pl.Int32(): "INTEGER",
    pl.UInt8(): "UTINYINT",
    pl.Float64(): "DOUBLE",
    pl.Boolean(): "BOOLEAN",
    pl.Date(): "DATE",
    pl.Datetime("us", "UTC"): "TIMESTAMP WITH TIME ZONE",
}
_ACCOUNTS = pl.Schema({"observed": pl.Date(), **USERS})
_MENTIONS = pl.Schema(
    {
        "day": pl.Date(),
        "account": pl.String(),
        "start": pl.Datetime("us", "UTC"),
        "end": pl.Datetime("us", "UTC"),
        "posts": pl.Int64(),  # of others, that mention the account
    }
)
_DAY_FOLDER = re.compile(r"day=(\d{4}-\d\d-\d\d)/$")
VIEWS = {
    "posts": "every post",
    "daily": "one row per account and day",
    "accounts": "who is known on X, as of the last look-up",
    "latest_metrics": "the newest counts of every post",
    "mentions": "how often others mentioned an account, one row per hour",
}
EXAMPLE = "SELECT day, account, posts, engagement, compound FROM daily ORDER BY engagement DESC LIMIT 10"
_SCHEMAS_DIFFER = "schema mismatch in glob"  # DuckDB, of files that were written with different columns


def connect(lake: Lake, *, any_columns: bool = False) -> duckdb.DuckDBPyConnection:
    """Return a connection with `VIEWS`, which works offline: the extension for S3 comes with its package.

    `any_columns` as in `create_views`.

    Raises the errors of `lake`; reading comes later, with a query, and so do DuckDB's own errors.
    """
    connection = open_duckdb(lake)
    create_views(connection, lake, any_columns=any_columns)
    return connection


def open_duckdb(lake: Lake) -> duckdb.DuckDBPyConnection:
    """Return a connection that can read the lake's objects, and has no views yet."""
    # Nothing is downloaded, whatever a query asks for.
    connection = duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    )
    (extension,) = Path(duckdb_extension_httpfs.__file__).parent.rglob("httpfs.duckdb_extension")
    connection.load_extension(str(extension))
    connection.execute("SET TimeZone = 'UTC'")
    # The extension has copied these from the environment into settings, which any query shows.
    for name in ("s3_access_key_id", "s3_secret_access_key", "s3_session_token"):
        connection.execute(f"SET {name} = ''")
    log_in(connection, access_to(lake))
    return connection


def create_views(connection: duckdb.DuckDBPyConnection, lake: Lake, *, any_columns: bool = False) -> None:
    """Create `VIEWS`, from lists of keys: a key says which day it is of, so a query opens only the days it asks for.

    DuckDB takes the columns of a view from its newest file. Where a query meets older files without some of them it
    fails with `schemas_differ`; with `any_columns` every file is opened to learn its columns, which is slow over years.
    """
    daily_files = lake.keys(catalogue.POSTS_DAILY.folder)
    days = {catalogue.day_of(key) for key in daily_files}
    missing = [day for day in _days_with_posts(lake) if day not in days]
    single_files = [key for day in missing for key in lake.keys(catalogue.POSTS.prefix(day=day))]
    snapshots = lake.keys(catalogue.USERS.folder)

    def files(kind: ObjectKind, stored: Sequence[str], dated: str | None) -> str | None:
        return _select(lake, kind, stored, dated, any_columns=any_columns)

    posts = _union(
        POSTS_DAILY,
        files(catalogue.POSTS_DAILY, daily_files, "day"),
        files(catalogue.POSTS, single_files, "day"),
    )
    counts = ", ".join(METRICS)
    metrics = _union(METRICS, files(catalogue.METRICS, lake.keys(catalogue.METRICS.folder), None))
    views = {
        "posts": posts,
        "daily": _union(ROLLUP, files(catalogue.ROLLUP, lake.keys(catalogue.ROLLUP.folder), "day")),
        "accounts": _union(_ACCOUNTS, files(catalogue.USERS, snapshots[-1:], "observed")),
        "latest_metrics": (
            f"SELECT {counts} FROM (SELECT {counts} FROM posts UNION ALL SELECT {counts} FROM ({metrics})) "
            "QUALIFY row_number() OVER (PARTITION BY day, account, post_id ORDER BY collected_at DESC) = 1"
        ),
        "mentions": _union(_MENTIONS, _select_mentions(lake, lake.keys(catalogue.MENTIONS.folder))),
    }
    for name in VIEWS:
        connection.execute(f"CREATE OR REPLACE VIEW {name} AS {views[name]}")


def try_reading(lake: Lake, key: str) -> None:
    """Read an object of `pipeline.lake.health.trial_object` by DuckDB. Raises `ConfigError` with what to change."""
    try:
        query = (
            f"SELECT account FROM read_parquet([{_quoted(f'{lake.url}/{key}')}], hive_partitioning = false)"
        )
        found = [row[0] for row in open_duckdb(lake).execute(query).fetchall()]
    except duckdb.Error as error:
        raise ConfigError(
            f"DuckDB, which `./aviary sql` uses, cannot read {lake.url}: {one_line(str(error), 200)}; check "
            "AWS_ENDPOINT_URL_S3, AWS_REGION and AWS_CA_BUNDLE"
        ) from None
    if found != TRIAL["account"].to_list():
        raise ConfigError(f"DuckDB, which `./aviary sql` uses, reads {lake.url} wrongly: {found}")


def schemas_differ(error: Exception) -> bool:
    """Whether a query failed because files of different versions have different columns."""
    return _SCHEMAS_DIFFER in str(error)


def log_in(connection: duckdb.DuckDBPyConnection, access: Access) -> None:
    """Let the connection read the lake; DuckDB keeps the secret in memory and shows it to no query."""
    scheme, _, host = access.endpoint.rstrip("/").partition("://")
    if access.ca_bundle:
        connection.execute(f"SET ca_cert_file = {_quoted(access.ca_bundle)}")
    options = {
        "KEY_ID": access.key_id,
        "SECRET": access.secret,
        "SESSION_TOKEN": access.token,
        "REGION": access.region,
        "ENDPOINT": host,
    }
    given = ", ".join(f"{name} {_quoted(value)}" for name, value in options.items() if value)
    connection.execute(
        f"CREATE OR REPLACE SECRET lake (TYPE s3, URL_STYLE 'path', USE_SSL {scheme == 'https'}, {given})"
    )


def _days_with_posts(lake: Lake) -> list[date]:
    """Return the days that have posts, from one listing of folders, however many accounts there are."""
    found = (_DAY_FOLDER.search(folder) for folder in lake.folders(catalogue.POSTS.folder))
    return [date.fromisoformat(match[1]) for match in found if match]


def _union(schema: pl.Schema, *queries: str | None) -> str:
    """Return a query with the columns of `schema`, whichever of them are stored, and no others."""
    columns = ", ".join(f'NULL::{sql_type(dtype)} AS "{name}"' for name, dtype in schema.items())
    parts = [f"SELECT {columns} WHERE false", *(query for query in queries if query)]
    names = ", ".join(f'"{name}"' for name in schema)
    return f"SELECT {names} FROM ({' UNION ALL BY NAME '.join(parts)})"


def _select(
    lake: Lake, kind: ObjectKind, stored: Sequence[str], dated: str | None, *, any_columns: bool
) -> str | None:
    """Return a query for objects of a kind, the date in their keys as column `dated`; None when there are none.

    Their names are given one by one, and nothing is read out of folders' names: a lake may lie below `account=x/`, and
    a handle may be `null` or 007.
    """
    if not stored:
        return None
    files = ", ".join(_quoted(f"{lake.url}/{key}") for key in reversed(stored))
    options = f"union_by_name = {any_columns}, hive_partitioning = false, filename = true"
    if dated is None:
        return f"SELECT * EXCLUDE (filename) FROM read_parquet([{files}], {options})"
    date_in_key = f"CAST(regexp_extract(filename, '{dated}=([0-9-]+)/[^/]+(/[^/]+)?$', 1) AS DATE)"
    own = f"{date_in_key} AS \"{dated}\", COLUMNS(name -> name NOT IN ('filename', '{dated}'))"
    return f"SELECT {own} FROM read_parquet([{files}], {options})"


def _select_mentions(lake: Lake, stored: Sequence[str]) -> str | None:
    """Return a query for the hours in which others' mentions were counted; None when there are none."""
    if not stored:
        return None
    files = ", ".join(_quoted(f"{lake.url}/{key}") for key in reversed(stored))
    hour = ", ".join(f'"{name}" {sql_type(_MENTIONS[name])}' for name in ("start", "end", "posts"))
    columns = f"{{day: 'DATE', account: 'VARCHAR', hours: 'STRUCT({hour})[]'}}"
    hours = f"SELECT day, account, unnest(hours) AS hour FROM read_json([{files}], columns = {columns})"
    return f"SELECT day, account, unnest(hour) FROM ({hours})"


def sql_type(dtype: Any) -> str:
    """Return DuckDB's name of the type of a column of the lake."""
    return f"{sql_type(dtype.inner)}[]" if isinstance(dtype, pl.List) else _TYPES[dtype]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
