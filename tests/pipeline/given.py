"""Examples the tests start from: a post as X sends it, a page of them, an account's work, a configuration."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from pipeline.accounts import AccountsConfig
from pipeline.lake.records import AccountTask
from pipeline.page import Page
from pipeline.schema import POSTS
from pipeline.transform.normalize import read_posts

DAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
COLLECTED_AT = datetime(2026, 11, 23, 6, tzinfo=UTC)
AUTHOR = "2244994945"


def a_post(number: int = 1, *, at: datetime | None = None, **changes: Any) -> dict[str, Any]:
    """Return a post of DAY, `number` minutes after noon; a change to None leaves the field out."""
    id_ = str(1990000000000000000 + number)
    post = {
        "id": id_,
        "author_id": AUTHOR,
        "created_at": (at or NOON + timedelta(minutes=number)).isoformat().replace("+00:00", "Z"),
        "text": "A calm and lovely day.",
        "lang": "en",
        "conversation_id": id_,
        "edit_history_tweet_ids": [id_],
        "possibly_sensitive": False,
        "public_metrics": {
            "retweet_count": 2,
            "reply_count": 3,
            "like_count": 5,
            "quote_count": 7,
            "bookmark_count": 11,
            "impression_count": 1300,
        },
    } | changes
    return {name: value for name, value in post.items() if value is not None}


def a_retweet(number: int = 1, *, of: str = "17", **changes: Any) -> dict[str, Any]:
    """Return a retweet as X sends it: cut text, the original's id, no likes of its own."""
    metrics = {"retweet_count": 900, "reply_count": 0, "like_count": 0, "quote_count": 0}
    return a_post(
        number,
        **{
            "text": "RT @someone: The beginning of…",
            "referenced_tweets": [{"type": "retweeted", "id": of}],
            "public_metrics": metrics,
        }
        | changes,
    )


def in_new_words(post: dict[str, Any]) -> dict[str, Any]:
    """Return a post in the vocabulary X has had since August 2026."""
    names = {
        "note_tweet": "note_post",
        "referenced_tweets": "referenced_posts",
        "edit_history_tweet_ids": "edit_history_post_ids",
    }
    new = {names.get(name, name): value for name, value in post.items()}
    if "public_metrics" in new:
        new["public_metrics"] = {
            "repost_count" if name == "retweet_count" else name: value
            for name, value in new["public_metrics"].items()
        }
    return new


def a_body(*items: Any, token: str | None = None, included: list[Any] | None = None) -> dict[str, Any]:
    """Return X's answer with these posts."""
    body: dict[str, Any] = {"meta": {"result_count": len(items)}}
    if items:
        body["data"] = list(items)
    if included:
        body["includes"] = {"tweets": included}
    if token:
        body["meta"]["next_token"] = token
    return body


def a_page(*items: Any, token: str | None = None, included: list[Any] | None = None) -> Page:
    """Return a raw page with these posts."""
    return Page(request={}, collected_at=COLLECTED_AT, body=a_body(*items, token=token, included=included))


def read(*items: Any, included: list[Any] | None = None) -> list[dict[str, Any]]:
    """Return the rows that `read_posts` makes of one page."""
    return list(read_posts([a_page(*items, included=included)], "nasa").iter_rows(named=True))


def work(**changes: Any) -> AccountTask:
    """Return the work of @nasa on DAY."""
    settings = {
        "account": "nasa",
        "handle": "NASA",
        "user_id": AUTHOR,
        "include": ("posts", "quotes", "replies"),
        "max_posts": 200,
        "day": DAY,
        "timezone": "UTC",
        "run_id": "a-run",
        "quarantined_posts": 0.05,
        "usd_per_run": 5.0,
        "usd_per_month": 100.0,
    }
    return AccountTask(**(settings | changes))


def config(*accounts: Any, **settings: Any) -> AccountsConfig:
    """Return a configuration with these accounts."""
    return AccountsConfig.model_validate({"accounts": list(accounts)} | settings)


def stored_posts(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return POSTS with these rows; what they leave out is as of a plain post."""
    plain = {
        "account": "nasa",
        "author_id": AUTHOR,
        "created_at": NOON,
        "text": "A calm and lovely day.",
        "clean_text": "A calm and lovely day.",
        "kind": "post",
        "like_count": 0,
        "repost_count": 0,
        "reply_count": 0,
        "quote_count": 0,
        "hashtags": [],
        "mentions": [],
        "urls": [],
        "edited": False,
        "collected_at": COLLECTED_AT,
        "age_hours": 18.0,
    }
    whole = [
        dict.fromkeys(POSTS) | plain | {"post_id": str(place)} | row for place, row in enumerate(rows, 1)
    ]
    return pl.DataFrame(whole, schema=POSTS)
