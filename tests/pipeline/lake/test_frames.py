"""Frames come back as their schema says, from whatever version and prefix."""

from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.errors import LakeDamaged
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import find_frame, put_frame, read_frames
from pipeline.lake.sql import connect
from pipeline.schema import POSTS
from tests.pipeline.given import stored_posts
from tests.pipeline.lake.requests import etag

DAY = date(2026, 11, 22)


def test_the_same_page_and_frame_are_the_same_bytes(lake: Lake) -> None:
    for key in ("one", "two"):
        lake.put_html(f"{key}.html", "<p>hi</p>" * 100)
        put_frame(lake, f"{key}.parquet", stored_posts({"text": "hi"}, {"text": "ho", "hashtags": ["a"]}))
    assert etag(lake, "one.html") == etag(lake, "two.html")
    assert etag(lake, "one.parquet") == etag(lake, "two.parquet")


@pytest.mark.parametrize(
    "folder", ["50%20off", "my lake", "ä", "a#b", "account=x", "day=all", "o'brien", "team+one", "a&b", "~me"]
)
def test_a_prefix_is_taken_letter_by_letter_by_every_reader(lake: Lake, folder: str) -> None:
    odd = Lake(f"{lake.url}/{folder}")
    posts = stored_posts({"text": "hi"})
    put_frame(odd, keys.posts(DAY, "nasa"), posts)
    assert_frame_equal(read_frames(odd, [keys.posts(DAY, "nasa")], POSTS, "run it again"), posts)
    assert connect(odd).execute("SELECT day, account, text FROM posts").fetchall() == [(DAY, "nasa", "hi")]


def test_frames_are_read_one_below_the_other_with_the_given_types(lake: Lake) -> None:
    one, two = stored_posts({"account": "007", "text": "a"}), stored_posts({"text": "b"}, {"text": "c"})
    put_frame(lake, "posts/account=007/p.parquet", one)
    put_frame(lake, "posts/account=b/p.parquet", two)
    stored = ["posts/account=007/p.parquet", "posts/account=b/p.parquet"]
    frame = read_frames(lake, stored, POSTS, "run it again")
    assert_frame_equal(frame, pl.concat([one, two]))
    assert frame["account"][0] == "007"


def test_no_frames_are_an_empty_frame(lake: Lake) -> None:
    assert read_frames(lake, [], POSTS, "").schema == POSTS


def test_an_older_frame_lacks_new_columns_and_still_reads(lake: Lake) -> None:
    posts = stored_posts({"text": "a"})
    put_frame(lake, "old", posts.drop("impression_count").with_columns(gone=pl.lit(1)))
    frame = read_frames(lake, ["old"], POSTS, "")
    assert (frame.schema, frame["impression_count"].to_list()) == (POSTS, [None])
    found = find_frame(lake, "old", POSTS)
    assert found is not None
    assert_frame_equal(found, frame)


def test_frames_of_several_versions_are_read_in_one_piece(lake: Lake) -> None:
    """Work on a frame of many pieces takes twice as long."""
    posts = stored_posts(*[{"text": "a"}] * 50)
    put_frame(lake, "new", posts)
    put_frame(lake, "old", posts.drop("impression_count"))
    frame = read_frames(lake, ["new", "old", "new"], POSTS, "")
    assert frame.n_chunks() == 1
    unknown = posts.with_columns(pl.lit(None, pl.Int64).alias("impression_count"))
    assert_frame_equal(frame, pl.concat([posts, unknown, posts]))


def test_of_several_frames_the_damaged_one_is_named(lake: Lake) -> None:
    for key in ("one", "three"):
        put_frame(lake, key, stored_posts({"text": "a"}))
    lake.put("two", b"PAR1 and no more")
    with pytest.raises(LakeDamaged, match="/two is damaged"):
        read_frames(lake, ["one", "two", "three"], POSTS, "")
