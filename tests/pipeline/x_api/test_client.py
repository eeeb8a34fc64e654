"""What X is asked, and what comes back."""

import json
from datetime import UTC, datetime

from pipeline.status import Status
from pipeline.x_api.client import Profile
from tests.conftest import Answer, StubServer
from tests.pipeline.given import a_body, a_post
from tests.pipeline.x_api.pages import page, problem


def test_a_page_is_asked_for_with_its_window_fields_and_size(stub: StubServer) -> None:
    page(stub.x(Answer(a_body(a_post()))), max_results=7)
    [query] = stub.asked()
    assert stub.requests[0].url.path == "/2/users/11348282/tweets"
    assert query["start_time"] == "2026-11-22T00:00:00Z"
    assert query["end_time"] == "2026-11-23T00:00:00Z"
    assert query["max_results"] == "7"
    assert {"note_tweet", "referenced_tweets", "public_metrics", "edit_controls"} <= set(
        query["tweet.fields"].split(",")
    )
    assert not {"exclude", "expansions", "pagination_token"} & set(query)


def test_exclusions_expansions_and_token_are_passed_on(stub: StubServer) -> None:
    page(
        stub.x(Answer(a_body(a_post()))),
        exclude=["replies", "retweets"],
        expansions=["referenced_tweets.id"],
        token="t",
    )
    [query] = stub.asked()
    assert (query["exclude"], query["expansions"]) == ("replies,retweets", "referenced_tweets.id")
    assert query["pagination_token"] == "t"


def test_xs_json_comes_back_untouched(stub: StubServer) -> None:
    body = a_body(a_post(text="lone \ud83d, &amp; 1e400"), token="next") | {"unheard_of": [1, None]}
    assert page(stub.x(Answer(json.dumps(body)))) == body


def test_usage_is_asked_for_some_days(stub: StubServer) -> None:
    assert stub.x(Answer({"data": {"project_usage": "5"}})).usage(1) == {"data": {"project_usage": "5"}}
    assert (stub.requests[0].url.path, stub.asked()) == (
        "/2/usage/tweets",
        [{"days": "1", "usage.fields": "daily_project_usage,daily_client_app_usage"}],
    )


def test_profiles_and_refusals_come_by_lower_case_handle(stub: StubServer) -> None:
    body = {
        "data": [
            {
                "id": "1",
                "username": "NASA",
                "name": "NASA",
                "created_at": "2007-12-19T20:20:32Z",
                "public_metrics": {"followers_count": 9, "tweet_count": 5},
            },
            {"id": "2", "username": "Shy", "name": "Shy", "protected": True},
        ],
        "errors": [
            problem("Not Found Error", "Nobody"),
            problem("Forbidden", "Bad", detail="User has been suspended: [Bad]."),
            problem("Authorization Error", "Shyer", kind="not-authorized-for-resource"),
        ],
    }
    found, refused = stub.x(Answer(body)).users(["nasa", "shy", "nobody", "bad", "shyer"])
    assert found == {
        "nasa": Profile("1", "NASA", "NASA", 9, False, 5, datetime(2007, 12, 19, 20, 20, 32, tzinfo=UTC)),
        "shy": Profile("2", "Shy", "Shy", followers=None, protected=True),
    }
    assert {handle: refusal.status for handle, refusal in refused.items()} == {
        "nobody": Status.MISSING,
        "bad": Status.SUSPENDED,
        "shyer": Status.PROTECTED,
    }
    assert stub.asked()[0]["usernames"] == "nasa,shy,nobody,bad,shyer"


def test_when_all_are_missing_x_sends_no_data_at_all(stub: StubServer) -> None:
    found, refused = stub.x(Answer({"errors": [problem("Not Found Error", "nobody")]})).users(["nobody"])
    assert found == {}
    assert refused["nobody"].status == Status.MISSING
