"""CSV that a spreadsheet opens right: text stays text, and nothing runs.

The original project's five columns come first. A text cell that a spreadsheet would take for a formula, a number, a
date or a boolean gets an apostrophe in front; ids are such cells, since seventeen digits survive only as
text. Where semicolons separate columns, a spreadsheet opens the file wrongly and may see cells begin within a
text: there, too, an apostrophe is put before what would run. Before an apostrophe of the text's own another one is
put, so `from_csv` can take exactly one away in each of these places.
"""

import io
import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from pipeline.schema import POST_LISTS, POST_TIMES, POSTS

ORIGINAL_FIVE = {
    "user": "account",
    "text": "text",
    "favorite_count": "like_count",
    "retweet_count": "repost_count",
    "created_at": "created_at",
}
COLUMNS = ORIGINAL_FIVE | {name: name for name in POSTS if name not in ORIGINAL_FIVE.values()}
_encode = json.JSONEncoder(ensure_ascii=False).encode  # `json.dumps` would make an encoder for each cell
_SIGNATURE = b"\xef\xbb\xbf"
_TIME_FORMAT = "%Y-%m-%dT%H:%M:%S%.fZ"
# What a spreadsheet runs, also behind white space and what cannot be seen; and what `from_csv` would take away.
_RUNS = r"[=+\-@＝＋－＠']"
_BEGINS_WRONG = rf"[\s\p{{C}}]*{_RUNS}|[\t\r\n]"
# Where a cell may begin within a text, when the file is opened as if semicolons or tabs separated columns.
_RUNS_INSIDE = rf"([;\t\r\n])([[\s\p{{C}}\"]&&[^\t\r\n]]*{_RUNS})"
# Numbers, amounts, dates and times of day in the languages that spreadsheets are mostly used in: digits, signs, and no
# words but these. A month may be shortened (SEPT2 is the second of September).
_MONTHS = """
january february march april june july august september october november december
januar februar märz maerz mrz juni juli oktober dezember janvier février fevrier mars avril juin juillet août aout
septembre octobre novembre décembre decembre enero febrero marzo abril mayo junio julio agosto septiembre octubre
noviembre diciembre gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre janeiro fevereiro março
marco maio junho julho setembro outubro dezembro januari februari maart mei augustus mrt augusti marts desember
"""
_OTHERS = "mai maj am pm usd eur gbp chf kr zł de e a p t z h"
_SHORTENED = {month[:length] for month in _MONTHS.split() for length in range(3, len(month) + 1)}
_WORDS = "|".join([*sorted(_SHORTENED, reverse=True), *_OTHERS.split()])
_SIGNS = r"\p{N}\s\p{Sc}.,:/%‰+−\-–()’_年月日時时分秒년월일시분초"
_NUMBER_PARTS = rf"(?:[{_SIGNS}]|{_WORDS})*"
_LIKE_A_NUMBER = rf"{_NUMBER_PARTS}\p{{N}}{_NUMBER_PARTS}$"
_TRUTH_OR_ERROR = (
    r"\s*(?:true|false|wahr|falsch|vrai|faux|verdadero|verdadeiro|falso|vero|waar|onwaar|sant|sand|falskt|falsk|"
    r"usann|prawda|fałsz|#n/a|#nv|#n/d|#[\p{L}/0]+[!?])\s*$"
)
_TAKEN_WRONG = rf"(?i)^(?:{_BEGINS_WRONG}|{_LIKE_A_NUMBER}|{_TRUTH_OR_ERROR})"


def to_csv(posts: pl.DataFrame) -> bytes:
    """Return POSTS as CSV: UTF-8 with signature, CRLF between rows, lists as JSON arrays, times in UTC."""
    texts = [name for name, dtype in POSTS.items() if dtype == pl.String]
    cells = posts.with_columns(
        pl.col(POST_TIMES).dt.strftime(_TIME_FORMAT),
        *(_json_arrays(posts[name]) for name in POST_LISTS),
        *_escaped([posts[name] for name in texts]),
    )
    buffer = io.BytesIO()
    cells.select(pl.col(source).alias(name) for name, source in COLUMNS.items()).write_csv(
        buffer, include_bom=True, line_terminator="\r\n"
    )
    return buffer.getvalue()


def from_csv(body: bytes) -> pl.DataFrame:
    """Return the POSTS that `to_csv` was given."""
    cells = pl.read_csv(
        io.BytesIO(body.removeprefix(_SIGNATURE)),
        schema={
            name: pl.String() if source in (*POST_LISTS, *POST_TIMES) else POSTS[source]
            for name, source in COLUMNS.items()
        },
    ).rename(COLUMNS)
    texts = [name for name, dtype in POSTS.items() if dtype == pl.String]
    return cells.with_columns(
        _unescaped(pl.col(texts)),
        pl.col(POST_TIMES).str.strptime(pl.Datetime("us", "UTC"), _TIME_FORMAT),
        *(pl.col(name).str.json_decode(pl.List(pl.String)) for name in POST_LISTS),
    ).select(POSTS.names())


def read_cells(body: bytes) -> list[dict[str, Any]]:
    """Return the rows of a spreadsheet by any version of `to_csv`: texts by column of POSTS, lists as lists.

    Raises `polars.exceptions.PolarsError` where it is no such CSV.
    """
    cells = pl.read_csv(io.BytesIO(body.removeprefix(_SIGNATURE)), infer_schema=False)
    rows = cells.rename(COLUMNS, strict=False).with_columns(_unescaped(pl.all())).to_dicts()
    return [
        {name: _list_in(text) if name in POST_LISTS else text for name, text in row.items()} for row in rows
    ]


def _json_array(values: Sequence[str]) -> str:
    return _encode(values).replace(";", r"\u003b") if values else "[]"


def _list_in(text: str | None) -> Any:
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return text


def _unescaped(cells: pl.Expr) -> pl.Expr:
    return cells.str.strip_prefix("'").str.replace_all(r"([;\t\r\n])'", "${1}")


def _escaped(columns: Sequence[pl.Series]) -> list[pl.Series]:
    """Return text columns as cells that stay the texts they are.

    In one piece, because a query compiles its patterns anew in each thread that reads a part.
    """
    text = pl.col("text")
    inert = text.str.replace_all(_RUNS_INSIDE, "${1}'${2}")
    cells = (
        pl.concat([column.alias("text") for column in columns], rechunk=True)
        .to_frame()
        .select(pl.when(text.str.contains(_TAKEN_WRONG)).then("'" + inert).otherwise(inert))
        .to_series()
    )
    return [
        cells.slice(number * len(column), len(column)).alias(column.name)
        for number, column in enumerate(columns)
    ]


def _json_arrays(lists: pl.Series) -> pl.Series:
    """Return lists as JSON arrays, the one spelling that any value survives; null, from before a column was, stays."""
    arrays = [None if values is None else _json_array(values) for values in lists.to_list()]
    return pl.Series(lists.name, arrays, pl.String)
