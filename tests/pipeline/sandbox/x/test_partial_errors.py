"""Accounts and posts that X cannot return are errors beside the data."""

import pytest

from pipeline.sandbox.world.timelines import World
from tests.pipeline.sandbox.client import X


def test_unreadable_accounts_are_errors_beside_the_readable_ones(x: X) -> None:
    body = x.get("/2/users/by", usernames="orchardtv,stadiumfc,QuickDealz,ateliernoir")
    assert [user["username"] for user in body["data"]] == ["stadiumfc"]
    problems = "https://api.twitter.com/2/problems"
    assert [(e["title"], e["detail"], e["type"]) for e in body["errors"]] == [
        (
            "Not Found Error",
            "Could not find user with usernames: [orchardtv].",
            f"{problems}/resource-not-found",
        ),
        ("Forbidden", "User has been suspended: [QuickDealz].", f"{problems}/resource-not-found"),
        (
            "Authorization Error",
            "Sorry, you are not authorized to see the user with usernames: [ateliernoir].",
            f"{problems}/not-authorized-for-resource",
        ),
    ]


def test_when_all_are_missing_there_is_no_data_at_all(x: X) -> None:
    body = x.get("/2/users/by", usernames="orchardtv")
    assert body.keys() == {"errors"}


@pytest.mark.parametrize(
    ("handle", "title"),
    [("orchardtv", "Not Found Error"), ("quickdealz", "Forbidden"), ("ateliernoir", "Authorization Error")],
)
def test_the_timeline_of_an_unreadable_account_is_a_success_with_an_error(
    x: X, handle: str, title: str
) -> None:
    user_id = str(World().user_id(handle))
    body = x.get(f"/2/users/{user_id}/tweets")
    assert body.keys() == {"errors"}
    (error,) = body["errors"]
    assert (error["title"], error["value"], error["resource_id"], error["parameter"]) == (
        title,
        user_id,
        user_id,
        "id",
    )
    assert f"[{user_id}]" in error["detail"]


def test_a_referenced_post_that_no_longer_exists_is_an_error_beside_the_data(x: X) -> None:
    parameters = {
        "max_results": 100,
        "tweet_fields": "referenced_tweets",
        "expansions": "referenced_tweets.id",
    }
    pages = list(x.walk("northwindair", start_time="2026-11-01T00:00:00Z", **parameters))
    errors = [error for page in pages for error in page.get("errors", ())]
    assert errors
    assert errors[0]["detail"] == f"Could not find tweet with referenced_tweets.id: [{errors[0]['value']}]."
    included = {post["id"] for page in pages for post in page["includes"]["tweets"]}
    assert not included & {error["value"] for error in errors}
