"""A post is found by its id alone, on whichever local day it is stored."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import put_frame
from pipeline.lake.posts import find_post
from pipeline.x_api.snowflakes import first_id_at
from tests.pipeline.given import DAY, stored_posts

POST = str(first_id_at(datetime(2026, 11, 22, 0, 30, tzinfo=UTC)))
OLDER = str(int(POST) - 1)


def found(lake: Lake, post_id: str) -> tuple[str, date] | None:
    row = find_post(lake, post_id)
    return (row["post_id"], row["day"]) if row else None


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_the_local_day_may_differ_from_the_one_that_the_id_tells(lake: Lake, offset: int) -> None:
    day = DAY + timedelta(days=offset)
    put_frame(lake, keys.posts_daily(day), stored_posts({"post_id": OLDER}, {"post_id": POST}))
    assert found(lake, POST) == (POST, day)
    assert found(lake, str(int(POST) + 1)) is None


def test_a_day_without_a_shared_file_is_read_by_account(lake: Lake) -> None:
    put_frame(lake, keys.posts_daily(DAY - timedelta(days=1)), stored_posts({"post_id": OLDER}))
    put_frame(lake, keys.posts(DAY, "esa"), stored_posts())
    put_frame(lake, keys.posts(DAY, "nasa"), stored_posts({"post_id": POST}))
    assert found(lake, POST) == (POST, DAY)
    assert found(lake, str(int(POST) + 1)) is None


def test_the_id_of_an_older_version_finds_the_newest(lake: Lake) -> None:
    put_frame(
        lake,
        keys.posts_daily(DAY),
        stored_posts({"post_id": "7"}, {"post_id": POST, "edit_history": [OLDER, POST]}),
    )
    assert found(lake, OLDER) == (POST, DAY)


def test_an_id_that_contains_no_time_is_looked_for_in_the_days_that_had_such_ids(lake: Lake) -> None:
    last, later = date(2010, 11, 5), date(2010, 11, 6)
    for day in (date(2006, 3, 21), last, later):
        put_frame(lake, keys.posts(day, "nasa"), stored_posts({"post_id": str(20 + day.day)}))
    put_frame(lake, keys.posts_daily(last), stored_posts({"post_id": "25"}))
    assert found(lake, "41") == ("41", date(2006, 3, 21))
    assert found(lake, "25") == ("25", last)
    assert found(lake, "26") is None


def test_as_much_is_read_however_many_days_and_accounts_there_are(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        put_frame(lake, keys.posts_daily(DAY - timedelta(days=number)), stored_posts())
        put_frame(lake, keys.posts(DAY, f"account{number}"), stored_posts())
    read: list[str] = []
    find = Lake.find

    def recording(self: Lake, key: str) -> Any:
        read.append(key)
        return find(self, key)

    monkeypatch.setattr(Lake, "find", recording)
    assert find_post(lake, POST) is None
    assert read == [keys.posts_daily(DAY + timedelta(days=offset)) for offset in (0, -1, 1)]
