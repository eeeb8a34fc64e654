"""Real answers of X, recorded, go the whole way: over HTTP, through tweepy, into the lake, to posts.

The recordings are not part of the project; where `../shared` does not stand beside it, these tests are skipped.
"""

import json
from datetime import UTC, date, datetime
from typing import Any

import boto3
import polars as pl
import pytest

from pipeline import clock
from pipeline.analyze import analyze
from pipeline.collect import collect
from pipeline.errors import XRefused
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome
from pipeline.lake.frames import find_frame
from pipeline.lake.raw import read_pages
from pipeline.lake.records import AccountTask, Counts, Outcome
from pipeline.sandbox.serve import Sandbox
from pipeline.schema import POSTS
from pipeline.status import Status
from pipeline.window import Window
from pipeline.x_api.client import Profile
from tests.conftest import RECORDINGS, Answer, StubServer
from tests.pipeline.given import work

pytestmark = pytest.mark.skipif(
    not RECORDINGS.exists(), reason="the recordings of X are not here (../shared/data/x_recordings)"
)

TIMELINE = "timeline_page_2021_100_posts.json"
ALL_KINDS = ("posts", "quotes", "replies", "retweets")


def recorded(name: str) -> Any:
    return json.loads((RECORDINGS / name).read_text(encoding="utf-8"))


def last_page(name: str) -> dict[str, Any]:
    """Return a recorded page as the last of its day."""
    body: dict[str, Any] = recorded(name)
    body["meta"] = {name: value for name, value in body.get("meta", {}).items() if name != "next_token"}
    return body


def posts_of(lake: Lake, item: AccountTask) -> tuple[pl.DataFrame, Outcome]:
    analyze(lake, item)
    frame = find_frame(lake, keys.posts(item.day, item.account), POSTS)
    outcome = find_outcome(lake, item.day, item.account)
    assert frame is not None
    assert outcome is not None
    return frame, outcome


@pytest.fixture(scope="module")
def days(
    _aws: boto3.Session, sandbox: Sandbox, _stub: StubServer
) -> dict[date, tuple[pl.DataFrame, Outcome]]:
    """Each day of the recorded timeline, collected and analyzed: its posts and its outcome."""
    lake = Lake(
        f"{sandbox.environment['AVIARY_LAKE']}/timeline", _aws, sandbox.environment["AWS_ENDPOINT_URL_S3"]
    )
    page = last_page(TIMELINE)
    x = _stub.x(Answer(page))
    days = {}
    for day in sorted(set(published())):
        item = work(day=day, user_id="2351222345", include=ALL_KINDS, usd_per_run=50.0)
        with clock.frozen(datetime(2026, 11, 23, 6, tzinfo=UTC)):
            assert collect(lake, x, item).posts == 100
        days[day] = posts_of(lake, item)
    return days


@pytest.fixture(scope="module")
def whole(days: dict[date, tuple[pl.DataFrame, Outcome]]) -> pl.DataFrame:
    """All posts of the recorded timeline."""
    return pl.concat(frame for frame, _ in days.values())


def published() -> list[date]:
    return [date.fromisoformat(item["created_at"][:10]) for item in recorded(TIMELINE)["data"]]


def test_a_recorded_timeline_becomes_the_posts_of_its_days(
    days: dict[date, tuple[pl.DataFrame, Outcome]], whole: pl.DataFrame
) -> None:
    for day, (frame, outcome) in days.items():
        of_day = published().count(day)
        assert outcome.status == Status.OK
        assert outcome.counts == Counts(fetched=100, kept=of_day, filtered=100 - of_day)
        assert (frame["created_at"].dt.date() == day).all()
    assert whole["post_id"].n_unique() == whole.height == 100
    # X refers to what 41 of them reply to; of one more only the author replied to is left.
    assert dict(whole["kind"].value_counts().iter_rows()) == {"reply": 42, "retweet": 34, "post": 24}


def test_recorded_posts_keep_every_count_and_x_told_no_others(whole: pl.DataFrame) -> None:
    told = {item["id"]: item["public_metrics"] for item in recorded(TIMELINE)["data"]}
    for row in whole.iter_rows(named=True):
        metrics = told[row["post_id"]]
        assert row["like_count"] == metrics["like_count"]
        assert row["repost_count"] == metrics["retweet_count"]
        assert row["reply_count"] == metrics["reply_count"]
        assert row["quote_count"] == metrics["quote_count"]
    assert whole["bookmark_count"].is_null().all()
    assert whole["impression_count"].is_null().all()
    assert (whole["engagement"].is_null() == (whole["kind"] == "retweet")).all()


def test_recorded_retweets_have_their_whole_text(whole: pl.DataFrame) -> None:
    page = recorded(TIMELINE)
    originals = {post["id"]: post["text"] for post in page["includes"]["tweets"]}
    texts = dict(whole.select("post_id", "text").iter_rows())
    cut = 0
    for item in page["data"]:
        retweeted = [ref["id"] for ref in item.get("referenced_tweets", []) if ref["type"] == "retweeted"]
        if retweeted and retweeted[0] in originals:
            plain = originals[retweeted[0]].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
            assert texts[item["id"]].endswith(": " + plain)
            cut += item["text"].endswith("…")
    assert cut > 0
    assert not any(text.endswith("…") for text in whole.filter(pl.col("kind") == "retweet")["text"])


def test_a_recorded_page_lies_in_the_lake_as_x_said_it(lake: Lake, stub: StubServer) -> None:
    page = last_page(TIMELINE)
    item = work(day=date(2020, 5, 5), include=ALL_KINDS)
    collect(lake, stub.x(Answer(page)), item)
    assert [stored.body for stored in read_pages(lake, item.day, "nasa")] == [page]


def test_a_recorded_retweet_of_2024_has_six_counts_and_no_engagement(lake: Lake, stub: StubServer) -> None:
    page = recorded("retweet_2024_six_metrics.json")
    item = work(day=date(2024, 5, 9), user_id="190740340", include=ALL_KINDS)
    collect(lake, stub.x(Answer(page | {"meta": {"result_count": 1}})), item)
    frame, outcome = posts_of(lake, item)
    [row] = frame.rows(named=True)
    assert outcome.cost_usd == 0.01  # the retweet, and the original with it
    assert (row["kind"], row["author_id"], row["engagement"]) == ("retweet", "190740340", None)
    assert row["text"] == f"RT @Rainmaker1973: {page['includes']['tweets'][0]['text']}"
    assert (row["repost_count"], row["bookmark_count"], row["impression_count"]) == (72, 0, 0)
    assert row["mentions"] == ["Rainmaker1973"]


def test_a_recorded_short_page_leads_on_to_the_next(stub: StubServer) -> None:
    [short] = recorded("tweepy_test_client_get_users_tweets.json")
    day = Window(date(2022, 10, 5), "UTC")
    window: dict[str, Any] = {"start_time": day.start, "end_time": day.end}
    x = stub.x(
        Answer(short["body"], headers={"x-rate-limit-remaining": "1498"}),
        Answer({"meta": {"result_count": 0}}),
    )
    first = x.timeline_page("Twitter", "783214", **window, max_results=100)
    assert first == short["body"]
    token = first["meta"]["next_token"]
    assert (
        x.timeline_page("Twitter", "783214", **window, max_results=100, token=token)["meta"]["result_count"]
        == 0
    )
    assert stub.asked()[1]["pagination_token"] == "7140dibdnow9c7btw4232poeq0wapgnwgwqwvuwn3peex"


def test_a_recorded_page_without_counts_stops_the_account(lake: Lake, stub: StubServer) -> None:
    [short] = recorded("tweepy_test_client_get_users_tweets.json")
    with pytest.raises(XRefused, match="none of the 2 posts of a page has public_metrics"):
        collect(lake, stub.x(Answer(short["body"])), work(day=date(2022, 10, 5), user_id="783214"))


def test_recorded_look_ups_are_profiles(stub: StubServer) -> None:
    [answer] = recorded("tweepy_test_client_get_users.json")
    found, refused = stub.x(Answer(answer["body"])).users(["Twitter", "TwitterDev"])
    assert refused == {}
    assert found == {
        "twitter": Profile("783214", "Twitter", "Twitter", followers=None, protected=False),
        "twitterdev": Profile("2244994945", "TwitterDev", "Twitter Dev", followers=None, protected=False),
    }
