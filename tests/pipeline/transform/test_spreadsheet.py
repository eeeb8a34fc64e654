"""The CSV opens right in a spreadsheet: nothing runs, no digit is lost, and it reads back equal."""

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import example
from hypothesis import given as given_any
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipeline.schema import POSTS
from pipeline.transform.spreadsheet import COLUMNS, from_csv, read_cells, to_csv
from tests.examples import examples
from tests.pipeline.given import stored_posts


def cells(posts: pl.DataFrame) -> list[dict[str, str]]:
    """Return the rows as any other program reads them."""
    return list(csv.DictReader(io.StringIO(to_csv(posts).decode("utf-8-sig"), newline="")))


texts = st.text(st.characters(codec="utf-8"), max_size=20)
nasty = st.sampled_from(
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "'", "''=1", "'007", "＝1", "\x00", "\ufeff=1",
     '"', ",", "\r\n", "a\rb", "", " ", "007", "1e5", "12:30", "1,5", "TRUE", "null",
     "None", "\u00a0=1", "\u200b=1", "\u2028", ";=1", "; '=1", ";\t'", ";'", "\n'", ';"=1', "sept2", ";"]
)  # fmt: skip
any_text = texts | nasty | st.tuples(nasty, texts).map("".join)
_VALUES: dict[Any, st.SearchStrategy[Any]] = {
    pl.String(): any_text,
    pl.Int64(): st.integers(0, 2**63 - 1),
    pl.Float64(): st.floats(allow_nan=False, allow_infinity=False),
    pl.Boolean(): st.booleans(),
    pl.List(pl.String()): st.lists(any_text, max_size=3),
    pl.Datetime("us", "UTC"): st.datetimes(datetime(2006, 3, 21), timezones=st.just(UTC)),
}
rows = st.fixed_dictionaries(
    {
        name: _VALUES[dtype] if dtype == pl.Datetime("us", "UTC") else st.none() | _VALUES[dtype]
        for name, dtype in POSTS.items()
    }
)


@examples(150)
@given_any(st.lists(rows, max_size=4))
def test_the_inverse_reads_back_equal_values(written: list[dict[str, Any]]) -> None:
    posts = pl.DataFrame(written, schema=POSTS)
    assert_frame_equal(from_csv(to_csv(posts)), posts, check_exact=True)


@examples(200)
@given_any(any_text)
@example("=cmd|'/c calc'!A1")
def test_no_text_is_a_formula_or_a_number_to_a_spreadsheet(text: str) -> None:
    [row] = cells(stored_posts({"text": text, "hashtags": [text], "lang": text}))
    for inside in re.split(r"[;\t\r\n]", row["text"])[1:]:
        assert not inside.lstrip(' "\u200b\ufeff\xa0\x00').startswith(("=", "+", "-", "@", "＝")), row["text"]
    for name in ("text", "lang", "hashtags"):
        shown = row[name].lstrip("\ufeff\u200b\x00").lstrip()
        assert not shown.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")), row[name]
        assert not row[name].startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize("id_", ["1990000000000000001", "007", "1"])
def test_all_digits_of_an_id_survive(id_: str) -> None:
    [row] = cells(stored_posts({"post_id": id_, "account": id_, "author_id": id_}))
    assert [row[name] for name in ("post_id", "user", "author_id")] == [f"'{id_}"] * 3


def test_the_original_projects_five_columns_come_first() -> None:
    header = to_csv(stored_posts()).decode("utf-8-sig").split("\r\n")[0].split(",")
    assert header[:5] == ["user", "text", "favorite_count", "retweet_count", "created_at"]
    assert set(header[5:]) == set(POSTS) - {"account", "text", "like_count", "repost_count", "created_at"}
    assert list(COLUMNS) == header


def test_the_file_has_a_signature_and_rows_end_like_a_spreadsheets() -> None:
    body = to_csv(stored_posts({"text": "one\ntwo"}, {}))
    assert body.startswith(b"\xef\xbb\xbfuser,")
    assert body.endswith(b"\r\n")
    assert body.count(b"\r\n") == 3
    assert body.count(b"\n") == 4


def test_counts_are_numbers_and_times_say_utc() -> None:
    at = datetime(2026, 11, 22, 12, 0, 1, 500_000, tzinfo=UTC)
    [row] = cells(stored_posts({"like_count": 5, "created_at": at, "compound": -0.5}))
    assert (row["favorite_count"], row["created_at"], row["compound"]) == (
        "5",
        "2026-11-22T12:00:01.500Z",
        "-0.5",
    )


def test_what_x_does_not_tell_is_an_empty_cell() -> None:
    [row] = cells(stored_posts({"impression_count": None, "lang": None, "urls": None}))
    assert (row["impression_count"], row["lang"], row["urls"]) == ("", "", "")


def test_no_posts_make_a_header_alone() -> None:
    assert to_csv(stored_posts()).count(b"\r\n") == 1
    assert_frame_equal(from_csv(to_csv(stored_posts())), stored_posts())


def test_the_same_posts_make_the_same_bytes() -> None:
    posts = stored_posts({"text": "a"}, {"text": "b"})
    assert to_csv(posts) == to_csv(posts.clone())


def test_a_list_that_somebody_has_edited_is_read_as_the_text_that_it_is() -> None:
    """`forget` searches such a file too."""
    body = to_csv(stored_posts({"hashtags": ["nasa"]}, {"hashtags": ["esa"]}))
    edited = body.replace(b'"[""nasa""]"', b"#nasa")
    assert edited != body
    assert [row["hashtags"] for row in read_cells(edited)] == ["#nasa", ["esa"]]
