"""Topics read from the lake: of a day and of those before it, one request each; a day without counts is unknown."""

from datetime import timedelta

import pytest

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import put_frame
from pipeline.lake.topics import find_topics
from pipeline.transform.topics import count_topics
from tests.pipeline.given import DAY, stored_posts


def put(lake: Lake, back: int, *tags: str) -> None:
    rows = [{"post_id": str(n), "hashtags": [tag], "media": []} for n, tag in enumerate(tags, 1)]
    day = DAY - timedelta(days=back)
    put_frame(lake, keys.topics(day), count_topics(stored_posts(*rows), day))


def test_earlier_days_are_read_for_the_day_s_terms_and_no_other_day_is(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(lake, 0, "moon", "moon", "mars")
    put(lake, 3, "moon", "venus")
    put(lake, 28, "moon", "moon")
    put(lake, 29, "moon")
    put(lake, -1, "moon")
    read: list[str] = []
    find = lake.find
    monkeypatch.setattr(lake, "find", lambda key: read.append(key) or find(key))  # type: ignore[func-returns-value]
    found = find_topics(lake, DAY, 28)
    assert found is not None
    assert sorted(read, reverse=True) == [keys.topics(DAY - timedelta(days=back)) for back in (0, 3, 28)]
    assert set(found.days) == {DAY - timedelta(days=3), DAY - timedelta(days=28)}
    tags = found.earlier.filter(kind="hashtag").sort("day").select("term", "posts").rows()
    assert tags == [("moon", 2), ("moon", 1)]
    assert set(found.earlier["kind"]) == {"hashtag", "posts", "format", "word", "pair"} & set(
        found.earlier["kind"]
    )
    assert found.earlier.filter(kind="posts", term="all").height == 2


def test_a_day_without_counts_has_none(lake: Lake) -> None:
    put(lake, 1, "moon")
    assert find_topics(lake, DAY, 28) is None
