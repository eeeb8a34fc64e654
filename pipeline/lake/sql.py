"""DuckDB on the lake: SQL over every day, with views that have their columns even where nothing is stored yet."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import duckdb_extension_httpfs
import polars as pl

from pipeline.lake import catalogue
from pipeline.lake.access import Access, access_to
from pipeline.lake.client import Lake
from pipeline.lake.kinds import ObjectKind
from pipeline.lake.users import USERS
from pipeline.schema import METRICS, POSTS, ROLLUP

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
# The parts of keys, with their types: a handle such as 1729 is text.
_POSTS = pl.Schema({"day": pl.Date(), **POSTS})
_METRICS = pl.Schema({"observed": pl.Date(), **METRICS})
_ACCOUNTS = pl.Schema({"observed": pl.Date(), **USERS})
VIEWS = {
    "posts": "every post",
    "daily": "one row per account and day",
    "accounts": "who is known on X, as of the last look-up",
    "latest_metrics": "the newest counts of every post",
}
EXAMPLE = "SELECT day, account, posts, engagement, compound FROM daily ORDER BY engagement DESC LIMIT 10"


def connect(lake: Lake) -> duckdb.DuckDBPyConnection:
    """Return a connection with `VIEWS`, which works offline: the extension for S3 comes with its package.

    Raises the errors of `lake`; reading comes later, with a query, and so do DuckDB's own errors.
    """
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
    snapshots = lake.keys(catalogue.USERS.folder)
    newest = snapshots[-1] if snapshots else None
    sources = {
        "posts": _select(_POSTS, _stored(lake, catalogue.POSTS), ("day", "account")),
        "daily": _select(ROLLUP, _stored(lake, catalogue.ROLLUP), ("day",)),
        "accounts": _select(_ACCOUNTS, newest and f"{lake.url}/{newest}", ("observed",)),
        "latest_metrics": _newest_counts(_stored(lake, catalogue.METRICS)),
    }
    for name in VIEWS:
        connection.execute(f"CREATE VIEW {name} AS {sources[name]}")
    return connection


def log_in(connection: duckdb.DuckDBPyConnection, access: Access) -> None:
    """Let the connection read the lake; DuckDB keeps the secret in memory and shows it to no query."""
    scheme, _, host = access.endpoint.partition("://")
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


def _stored(lake: Lake, kind: ObjectKind) -> str | None:
    """Return the address of all objects of a kind, or None while there are none: DuckDB calls that an error."""
    return f"{lake.url}/{re.sub('{.*?}', '*', kind.pattern)}" if lake.has_any(kind.folder) else None


def _select(schema: pl.Schema, source: str | None, parts: Sequence[str]) -> str:
    """Return a query for the objects at `source`, with the columns of `schema` whichever of them are stored.

    `parts` are the columns that stand in the keys, in their order. Their types are given, since a handle such as
    1729 would be read as a number.
    """
    columns = ", ".join(f'NULL::{_type(dtype)} AS "{name}"' for name, dtype in schema.items())
    empty = f"SELECT {columns} WHERE false"
    if source is None:
        return empty
    types = ", ".join(f"'{part}': {_type(schema[part])}" for part in parts)
    return (
        f"{empty} UNION ALL BY NAME SELECT * FROM read_parquet({_quoted(source)}, union_by_name = true, "
        f"hive_types = {{{types}}})"
    )


def _newest_counts(metrics: str | None) -> str:
    """Return a query for the counts of each post as they were read last: with its day, or again later."""
    counts = ", ".join(METRICS)
    again = _select(_METRICS, metrics, ("observed", "account"))
    return (
        f"SELECT {counts} FROM (SELECT {counts} FROM posts UNION ALL SELECT {counts} FROM ({again})) "
        "QUALIFY row_number() OVER (PARTITION BY day, account, post_id ORDER BY collected_at DESC) = 1"
    )


def _type(dtype: Any) -> str:
    return f"{_type(dtype.inner)}[]" if isinstance(dtype, pl.List) else _TYPES[dtype]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
