"""tweepy itself, over real HTTP, reads the sandbox as it would read X."""

from datetime import UTC, datetime
from typing import Any

import requests
import tweepy
from requests.adapters import HTTPAdapter

from tests.pipeline.sandbox.client import ALL_FIELDS, MORNING_AFTER, TOKEN, X


class _ToSandbox(HTTPAdapter):
    """Sends requests for tweepy's constant host to the sandbox instead."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        assert request.url is not None
        request.url = request.url.replace("https://api.twitter.com", self._address, 1)
        request.headers["X-Aviary-Now"] = MORNING_AFTER
        return super().send(request, *args, **options)


def test_tweepy_reads_a_whole_day_page_by_page(x: X) -> None:
    client = tweepy.Client(TOKEN, return_type=dict)
    client.session.mount("https://api.twitter.com", _ToSandbox(x.address))
    user = client.get_users(usernames=["northwindair"])["data"][0]
    pages = list(
        tweepy.Paginator(
            client.get_users_tweets,
            user["id"],
            max_results=5,
            start_time=datetime(2026, 11, 20, tzinfo=UTC),
            end_time=datetime(2026, 11, 21, tzinfo=UTC),
            tweet_fields=ALL_FIELDS.split(","),
            expansions=["referenced_tweets.id"],
        )
    )
    posts = [post for page in pages for post in page["data"]]
    assert len(pages) >= 2
    assert all(post["created_at"].startswith("2026-11-20T") for post in posts)
    ids = [int(post["id"]) for post in posts]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == len(ids)
    assert {"like_count", "impression_count"} <= posts[0]["public_metrics"].keys()
