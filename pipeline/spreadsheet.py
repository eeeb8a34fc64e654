"""CSV that a spreadsheet opens right: text stays text, and nothing runs.

The original project's five columns come first. A text cell that a spreadsheet would take for a formula or a
number gets an apostrophe in front, and so does one that begins with an apostrophe; `from_csv` takes exactly
one away again. Ids are such cells: seventeen digits and more survive only as text.
"""

import io
import json

import polars as pl

from pipeline.schema import POSTS

ORIGINAL_FIVE = {
    "user": "account",
    "text": "text",
    "favorite_count": "like_count",
    "retweet_count": "repost_count",
    "created_at": "created_at",
}
COLUMNS = ORIGINAL_FIVE | {name: name for name in POSTS if name not in ORIGINAL_FIVE.values()}
_LISTS = ("hashtags", "mentions", "urls")
_TIMES = ("created_at", "collected_at")
_TIME_FORMAT = "%Y-%m-%dT%H:%M:%S%.fZ"
# What a spreadsheet runs (= + - @, also behind white space and what cannot be seen), reads as a number (00712,
# 1e5), or undoes (').
_TAKEN_WRONG = r"^[\s\p{C}]*[=+\-@＝＋－＠']|^[\t\r\n]|^[0-9\s.,:/%+-]+([eE][0-9]+)?\s*$"


def to_csv(posts: pl.DataFrame) -> bytes:
    """Return POSTS as CSV: UTF-8 with signature, CRLF between rows, lists as JSON arrays, times in UTC."""
    texts = [name for name, dtype in POSTS.items() if dtype == pl.String]
    cells = posts.with_columns(
        pl.col(_TIMES).dt.strftime(_TIME_FORMAT),
        *(_json_arrays(posts[name]) for name in _LISTS),
    ).with_columns(
        pl.when(pl.col(name).str.contains(_TAKEN_WRONG)).then("'" + pl.col(name)).otherwise(name).alias(name)
        for name in texts
    )
    buffer = io.BytesIO()
    cells.select(pl.col(source).alias(name) for name, source in COLUMNS.items()).write_csv(
        buffer, include_bom=True, line_terminator="\r\n"
    )
    return buffer.getvalue()


def from_csv(body: bytes) -> pl.DataFrame:
    """Return the POSTS that `to_csv` was given."""
    cells = pl.read_csv(
        io.BytesIO(body.removeprefix(b"\xef\xbb\xbf")),
        schema={
            name: pl.String() if source in (*_LISTS, *_TIMES) else POSTS[source]
            for name, source in COLUMNS.items()
        },
    ).rename(COLUMNS)
    texts = [name for name, dtype in POSTS.items() if dtype == pl.String]
    return cells.with_columns(
        pl.col(texts).str.strip_prefix("'"),
        pl.col(_TIMES).str.strptime(pl.Datetime("us", "UTC"), _TIME_FORMAT),
        *(pl.col(name).str.json_decode(pl.List(pl.String)) for name in _LISTS),
    ).select(POSTS.names())


def _json_arrays(lists: pl.Series) -> pl.Series:
    """Return lists as JSON arrays, the one spelling that any value survives; null, from before a column was, stays."""
    arrays = [
        None if values is None else json.dumps(values, ensure_ascii=False) for values in lists.to_list()
    ]
    return pl.Series(lists.name, arrays, pl.String)
