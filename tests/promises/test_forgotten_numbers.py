"""Promise: forgetting a post changes what is of this post, and no other number; wherever its id is, it is found."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline import run_day
from pipeline.cli.forget import forget
from pipeline.errors import ConfigError
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes
from pipeline.lake.frames import find_frame
from pipeline.lake.raw import read_pages
from pipeline.page import is_tombstone, pack
from pipeline.schema import POSTS
from tests.conftest import DAY
from tests.promises.days import etags
from tests.promises.holders import accounts, holders, the_best  # noqa: F401  # fixtures


def stored_with(lake: Lake, change: Callable[[list[Any]], None]) -> None:
    """Have X's answer about pixelforge's day be another one, and what is made of it as well."""
    (page,) = read_pages(lake, DAY, "pixelforge")
    change(page.items)
    lake.put(keys.raw_page(DAY, "pixelforge", 1), pack(page))
    run_day(DAY)


def texts(lake: Lake, account: str) -> dict[str, str]:
    posts = find_frame(lake, keys.posts(DAY, account), POSTS)
    assert posts is not None
    return dict(zip(posts["post_id"], posts["text"], strict=True))


def test_a_number_that_is_no_posts_id_is_refused_and_changes_nothing(lake: Lake, accounts: Path) -> None:
    run_day(DAY)
    post = the_best(lake, "pixelforge")
    before = etags(lake)
    for number in (post["impression_count"], post["like_count"], post["author_id"], 20, 2026, 22):
        with pytest.raises(ConfigError, match="is not in s3://"):
            forget(post=str(number))
    assert etags(lake) == before

    for number in (post["impression_count"], post["author_id"], 20):
        forget(post=str(number), yes=True)
    run_day(DAY)
    assert {key: tag for key, tag in etags(lake).items() if not key.startswith("forgotten/")} == before


@pytest.mark.parametrize("around", ["\U0001f600{}", "見{}て", "１{}１", "\ud83d{}"])
def test_an_id_in_anothers_text_is_found_whatever_stands_around_it(
    around: str, lake: Lake, accounts: Path
) -> None:
    run_day(DAY)
    best, other = the_best(lake, "cobaltmotors")["post_id"], the_best(lake, "pixelforge")["post_id"]

    def mention(items: list[Any]) -> None:
        next(item for item in items if item["id"] == other)["text"] = (
            f"look at {around.format(best)} everyone"
        )

    stored_with(lake, mention)
    assert len(holders(lake, best)) > 8

    forget(post=best)

    assert holders(lake, best) == []
    assert "0" in texts(lake, "pixelforge")[other]


def test_one_of_the_first_posts_is_found_by_its_fields_and_links_alone(lake: Lake, accounts: Path) -> None:
    run_day(DAY)
    other = the_best(lake, "pixelforge")["post_id"]

    def quote(items: list[Any]) -> None:
        item = next(item for item in items if item["id"] == other)
        item["text"] = "20 planes of 2026-11-22T20:20:20 like https://x.com/jack/status/20"
        item["referenced_tweets"] = [{"type": "quoted", "id": "20"}]

    stored_with(lake, quote)
    others = {key: tag for key, tag in etags(lake).items() if "cobaltmotors" in key}

    forget(post="http://mobile.twitter.com/jack/status/20?s=20")

    expected = "20 planes of 2026-11-22T20:20:20 like https://x.com/jack/status/0"
    assert texts(lake, "pixelforge")[other] == expected
    assert others.items() <= etags(lake).items()
    after = etags(lake)
    run_day(DAY)
    assert etags(lake) == after


@pytest.mark.parametrize("post_id", ["20", "29700000000"])
def test_one_of_the_first_posts_is_forgotten_itself(post_id: str, lake: Lake, accounts: Path) -> None:
    run_day(DAY)
    other = the_best(lake, "pixelforge")["post_id"]

    def rename(items: list[Any]) -> None:
        item = next(item for item in items if item["id"] == other)
        item |= {"id": post_id, "conversation_id": post_id, "edit_history_tweet_ids": [post_id]}
        item["text"] = "Just setting up"

    stored_with(lake, rename)
    assert post_id in texts(lake, "pixelforge")
    kept = find_outcomes(lake, DAY)["pixelforge"].counts.kept
    assert kept == find_outcomes(lake, DAY)["pixelforge"].counts.fetched

    forget(post=post_id)

    assert holders(lake, "Just setting up") == []
    after = find_outcomes(lake, DAY)["pixelforge"].counts
    assert (after.kept, after.forgotten, after.fetched) == (kept - 1, 1, kept)
    (page,) = read_pages(lake, DAY, "pixelforge")
    assert sum(map(is_tombstone, page.items)) == 1
    forgotten = etags(lake)
    run_day(DAY)
    assert etags(lake) == forgotten
