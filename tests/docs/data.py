"""docs/data.md: every column that is stored, from the schemas."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.lake import catalogue
from pipeline.lake.kinds import ObjectKind
from pipeline.lake.sql import sql_type
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
from pipeline.transform.spreadsheet import COLUMNS as CSV_COLUMNS
from tests.docs.markdown import code, table


@dataclass(frozen=True)
class Frame:
    """A stored table, and what the page says before its columns."""

    title: str
    columns: Mapping[str, Column]
    kinds: tuple[ObjectKind, ...]
    rows: str
    view: str = ""


FRAMES: Final = (
    Frame(
        "Posts",
        POST_COLUMNS,
        (catalogue.POSTS, catalogue.POSTS_DAILY),
        "One row per post, in order of publication. `posts_daily/` and the view `posts` begin with `day`, the local "
        "day of publication.",
        "posts",
    ),
    Frame(
        "Daily",
        ROLLUP_COLUMNS,
        (catalogue.ROLLUP,),
        "One row per planned account and day, whatever became of the account: what the report is made from. The "
        "figures of an account that is neither `ok` nor `partial` are null, because missing is not zero.",
        "daily",
    ),
    Frame(
        "Topics",
        TOPIC_COLUMNS,
        (catalogue.TOPICS,),
        "One row per account, kind and term: what posts are about. [lake.md](lake.md#topics) says how they "
        "are counted. A day without the file is unknown, not zero.",
    ),
    Frame(
        "Newer counts",
        METRICS_COLUMNS,
        (catalogue.METRICS,),
        "One row per post of an earlier day that was read again (`refresh_days`). The view has the newest counts of "
        "every post, those of its own day included.",
        "latest_metrics",
    ),
    Frame(
        "Accounts",
        USERS_COLUMNS,
        (catalogue.USERS,),
        "One row per account ever looked up. The view reads the newest file and begins with `observed`, its UTC date.",
        "accounts",
    ),
    Frame(
        "Quarantine",
        QUARANTINE_COLUMNS,
        (catalogue.QUARANTINE,),
        "One row per post that breaks the contract of posts. No file is written where there is none.",
    ),
)

_INTRODUCTION = f"""# Every column

Made from `pipeline/schema.py` and `pipeline/lake/users.py` by `make docs`; do not edit.
The current schema is {SCHEMA_VERSION}.

- **Type** is DuckDB's. Polars and Athena have the same types by other names: [lake.md](lake.md).
- **Null** says when a value is null; a column without an entry never is. A column that came later is also null in files
  of earlier schemas, which are never rewritten.
- **Source** "X:" is a field of X's answer, under its older name; Aviary also reads the newer one (`tweet` is `post`,
  `retweet` is `repost`). Anything else is computed, or comes from a record of Aviary's own.
- **Since** is the schema version that brought the column. `schema_version` in Daily says which version planned a day.
"""


def page() -> str:
    """Return docs/data.md."""
    return "\n".join([_INTRODUCTION, *map(_section, FRAMES), _spreadsheet()])


def _section(frame: Frame) -> str:
    keys = ", ".join(code(kind.pattern) for kind in frame.kinds)
    where = f"{frame.rows} Stored in {keys}{f'; in SQL the view {code(frame.view)}' if frame.view else ''}."
    rows = [
        (
            code(name),
            sql_type(column.dtype),
            column.meaning,
            column.unit,
            _null(column),
            column.source,
            str(column.since),
        )
        for name, column in frame.columns.items()
    ]
    heads = ("column", "type", "meaning", "unit", "null", "source", "since")
    return f"## {frame.title}\n\n{where}\n\n{table(heads, rows)}\n"


def _null(column: Column) -> str:
    before = f"before schema {column.since}" if column.since > 1 else ""
    return "; ".join(filter(None, (column.null, before)))


def _spreadsheet() -> str:
    renamed = [(code(name), code(column)) for name, column in CSV_COLUMNS.items() if name != column]
    same = ", ".join(code(name) for name, column in CSV_COLUMNS.items() if name == column)
    return f"""## Spreadsheets

`{catalogue.ACCOUNT_CSV.pattern}` and `{catalogue.ALL_ACCOUNTS_CSV.pattern}` have the columns of Posts.
These have another name there:

{table(("in the CSV", "in Parquet and SQL"), renamed)}

The others have the same name, in this order: {same}.
[lake.md](lake.md#the-csv) says how texts, ids and lists are written.
"""
