"""SQL on the lake: views with their columns and types, also where nothing is stored yet; no secret, no download."""

from datetime import timedelta
from typing import Any

import duckdb
import polars as pl
import pytest

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.counts import HourCount, PostCount
from pipeline.lake.frames import put_frame
from pipeline.lake.sql import EXAMPLE, VIEWS, connect
from pipeline.lake.users import USERS, KnownUser, save_users
from pipeline.schema import METRICS, POSTS, ROLLUP
from tests.pipeline.given import COLLECTED_AT, DAY, NOON, stored_posts

COLUMNS = {
    "posts": ["day", *POSTS],
    "daily": list(ROLLUP),
    "accounts": ["observed", *USERS],
    "latest_metrics": list(METRICS),
    "mentions": ["day", "account", "start", "end", "posts"],
}


def types(connection: duckdb.DuckDBPyConnection, view: str) -> dict[str, str]:
    """Return a view's columns and their types."""
    return {row[0]: row[1] for row in connection.execute(f"DESCRIBE {view}").fetchall()}


def fill(lake: Lake) -> None:
    """Store a day of two accounts, one of them all digits, and what is known of them."""
    for account in ("nasa", "1729"):
        put_frame(
            lake,
            keys.posts(DAY, account),
            stored_posts({"account": account, "like_count": 5}, {"account": account}),
        )
    row = dict.fromkeys(ROLLUP) | {"day": DAY, "account": "1729", "posts": 2, "post_hours": [12, 12]}
    put_frame(lake, keys.rollup(DAY), pl.DataFrame([row], schema=ROLLUP))
    hours = tuple(
        HourCount(start=NOON + timedelta(hours=n), end=NOON + timedelta(hours=n + 1), posts=n)
        for n in range(2)
    )
    count = PostCount(day=DAY, account="1729", query="", asked_at=COLLECTED_AT, posts=1, hours=hours)
    lake.put_model(keys.mentions(DAY, "1729"), count)
    none = count.model_copy(update={"account": "null", "posts": None, "hours": ()})
    lake.put_model(keys.mentions(DAY, "null"), none)
    for observed, followers in ((DAY, 5), (DAY + timedelta(days=1), 7)):
        save_users(lake, observed, [KnownUser("17", "1729", "1729", "Taxicab", followers, observed)])


@pytest.mark.parametrize("view", VIEWS)
def test_an_empty_lake_has_every_view_without_rows(lake: Lake, view: str) -> None:
    connection = connect(lake)
    assert list(types(connection, view)) == COLUMNS[view]
    assert connection.execute(f"FROM {view}").fetchall() == []


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_has_the_same_columns_and_types_whether_anything_is_stored_or_not(
    lake: Lake, view: str
) -> None:
    empty = types(connect(lake), view)
    fill(lake)
    assert types(connect(lake), view) == empty


def test_days_are_days_and_an_all_digit_handle_is_text(lake: Lake) -> None:
    fill(lake)
    connection = connect(lake)
    for view, count in (("posts", 2), ("daily", 1), ("latest_metrics", 2)):
        query = f"SELECT count(*), any_value(day) FROM {view} WHERE account = '1729' AND day = DATE '{DAY}'"
        assert connection.execute(query).fetchall() == [(count, DAY)]
    assert connection.execute("SELECT account, followers, observed FROM accounts").fetchall() == [
        ("1729", 7, DAY + timedelta(days=1))
    ]
    assert connection.execute("SELECT created_at FROM posts LIMIT 1").fetchall() == [(NOON,)]


def test_the_example_runs(lake: Lake) -> None:
    fill(lake)
    assert len(connect(lake).execute(EXAMPLE).fetchall()) == 1


def again(post_id: str, likes: int, hours: int) -> dict[str, Any]:
    """Return a row of METRICS for a post of @nasa, read some hours after its day was."""
    return dict.fromkeys(METRICS) | {
        "day": DAY,
        "post_id": post_id,
        "account": "nasa",
        "like_count": likes,
        "collected_at": COLLECTED_AT + timedelta(hours=hours),
    }


def test_latest_metrics_tells_each_posts_newest_counts(lake: Lake) -> None:
    fill(lake)
    for observed, likes in ((1, 50), (2, 70)):
        put_frame(
            lake,
            keys.metrics(DAY + timedelta(days=1 + observed), "nasa"),
            pl.DataFrame([again("1", likes, 24 * observed)], schema=METRICS),
        )
    query = "SELECT post_id, like_count FROM latest_metrics WHERE account = 'nasa' ORDER BY post_id"
    assert connect(lake).execute(query).fetchall() == [("1", 70), ("2", 0)]
    everyone = "SELECT count(*) FROM latest_metrics"
    assert connect(lake).execute(everyone).fetchall() == [(4,)]


def test_a_days_query_reads_that_days_posts_only(lake: Lake) -> None:
    fill(lake)
    other = DAY - timedelta(days=1)
    put_frame(lake, keys.posts(other, "nasa"), stored_posts({}))
    lines = (
        connect(lake).execute(f"EXPLAIN ANALYZE SELECT text FROM posts WHERE day = DATE '{other}'").fetchall()
    )
    assert "Scanning Files: 1/3" in lines[0][1]


def test_the_secret_is_shown_to_no_query(lake: Lake, environment: dict[str, str]) -> None:
    connection = connect(lake)
    shown = (
        connection.execute("FROM duckdb_secrets()").fetchall()
        + connection.execute("FROM duckdb_settings()").fetchall()
    )
    assert environment["AWS_SECRET_ACCESS_KEY"] not in str(shown)
    with pytest.raises(duckdb.Error):
        connection.execute("SET allow_unredacted_secrets = true")


def test_nothing_is_downloaded_whatever_a_query_asks_for(lake: Lake) -> None:
    asked = "SELECT value FROM duckdb_settings() WHERE name LIKE 'auto%_known_extensions'"
    assert connect(lake).execute(asked).fetchall() == [("false",), ("false",)]


def test_posts_come_from_the_days_one_file_and_from_single_files_where_an_older_version_wrote_none(
    lake: Lake,
) -> None:
    """What the last report stored counts, not what an account's run has written since."""
    fill(lake)
    other = DAY - timedelta(days=1)
    put_frame(lake, keys.posts(other, "nasa"), stored_posts({"text": "older"}))
    daily = stored_posts({"text": "of the report"}).select(pl.lit(DAY).alias("day"), *POSTS)
    put_frame(lake, keys.posts_daily(DAY), daily)
    found = connect(lake).execute("SELECT day, text FROM posts ORDER BY day").fetchall()
    assert found == [(other, "older"), (DAY, "of the report")]


def test_a_query_opens_the_files_of_its_days_only(lake: Lake) -> None:
    days = [DAY - timedelta(days=back) for back in range(20)]
    for day in days:
        put_frame(lake, keys.posts_daily(day), stored_posts({}).select(pl.lit(day).alias("day"), *POSTS))
    plan = (
        connect(lake)
        .execute(f"EXPLAIN ANALYZE SELECT text FROM posts WHERE day = DATE '{days[7]}'")
        .fetchall()
    )
    assert "Scanning Files: 1/20" in plan[0][1]


@pytest.mark.parametrize("handle", ["null", "true", "1e5", "007", "nan"])
def test_a_handle_is_text_whatever_else_it_looks_like(lake: Lake, handle: str) -> None:
    odd = Lake(f"{lake.url}/account=x/day=all")
    posts = stored_posts({"account": handle})
    put_frame(odd, keys.posts(DAY, handle), posts)
    put_frame(odd, keys.posts_daily(DAY), posts.select(pl.lit(DAY).alias("day"), *POSTS))
    row = dict.fromkeys(ROLLUP) | {"day": DAY, "account": handle}
    put_frame(odd, keys.rollup(DAY), pl.DataFrame([row], schema=ROLLUP))
    for view in ("posts", "daily", "latest_metrics"):
        assert connect(odd).execute(f"SELECT day, account FROM {view}").fetchall() == [(DAY, handle)]


def test_mentions_are_one_row_per_counted_hour(lake: Lake) -> None:
    fill(lake)
    rows = connect(lake).execute('FROM mentions ORDER BY "start"').fetchall()
    hours = [NOON + timedelta(hours=n) for n in range(3)]
    assert rows == [(DAY, "1729", hours[0], hours[1], 0), (DAY, "1729", hours[1], hours[2], 1)]
