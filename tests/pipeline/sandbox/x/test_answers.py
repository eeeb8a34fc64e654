"""What the sandbox X API says of posts and accounts, in both of X's vocabularies."""

import pytest

from pipeline.sandbox.world.timelines import World
from tests.pipeline.sandbox.conftest import ALL_FIELDS, X


def test_a_user_has_id_name_and_username_and_only_the_fields_asked_for(x: X) -> None:
    (plain,) = x.get("/2/users/by", usernames="stadiumfc")["data"]
    assert plain == {"id": plain["id"], "name": "Stadium FC", "username": "stadiumfc"}
    (full,) = x.get(
        "/2/users/by",
        usernames="stadiumfc",
        user_fields="created_at,public_metrics,verified,protected,description",
    )["data"]
    assert full.keys() == plain.keys() | {
        "created_at",
        "public_metrics",
        "verified",
        "protected",
        "description",
    }
    assert full["public_metrics"]["followers_count"] > 3_000_000


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


def test_a_post_has_id_text_and_edit_history_and_only_the_fields_asked_for(x: X) -> None:
    post = x.timeline("stadiumfc")["data"][0]
    assert post.keys() == {"id", "text", "edit_history_tweet_ids"}
    every = x.day("northwindair", "2026-11-20", tweet_fields=ALL_FIELDS)
    assert {"created_at", "author_id", "conversation_id", "lang", "public_metrics", "edit_controls"} <= every[
        0
    ].keys()
    replies = [post for post in every if post.get("referenced_tweets", [{}])[0].get("type") == "replied_to"]
    assert replies
    assert all("in_reply_to_user_id" in post and post["text"].startswith("@") for post in replies)


def test_expansions_bring_the_other_post_only_when_asked_for(x: X) -> None:
    path = f"/2/users/{x.user_id('stadiumfc')}/tweets"
    asked = {"max_results": 100, "tweet_fields": ALL_FIELDS}
    assert "includes" not in x.get(path, **asked)
    body = x.get(path, **asked, expansions="referenced_tweets.id")
    included = {post["id"]: post for post in body["includes"]["tweets"]}
    retweets = [post for post in body["data"] if post["text"].startswith("RT @")]
    assert retweets
    for retweet in retweets:
        (reference,) = retweet["referenced_tweets"]
        counts = retweet["public_metrics"]
        assert reference["type"] == "retweeted"
        assert counts["like_count"] == counts["reply_count"] == counts["impression_count"] == 0
        if original := included.get(reference["id"]):
            assert counts["retweet_count"] == original["public_metrics"]["retweet_count"]
            full = retweet["text"].removesuffix("…").split(": ", 1)[1]
            assert original["text"].startswith(full)
    assert any(retweet["text"].endswith("…") and len(retweet["text"]) == 140 for retweet in retweets)


def test_a_referenced_post_that_is_gone_is_an_error_beside_the_data(x: X) -> None:
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


def test_the_request_s_spelling_decides_the_answer_s(x: X) -> None:
    path = f"/2/users/{x.user_id('stadiumfc')}/tweets"
    fields = "created_at,public_metrics,referenced_posts,note_post,author_id"
    new = x.get(path, max_results=100, post_fields=fields, expansions="referenced_posts")
    old = x.get(
        path,
        max_results=100,
        tweet_fields="created_at,public_metrics,referenced_tweets,note_tweet,author_id",
        expansions="referenced_tweets.id",
    )
    assert new["includes"].keys() == {"posts"}
    assert old["includes"].keys() == {"tweets"}
    assert "edit_history_post_ids" in new["data"][0]
    assert {"repost_count", "like_count"} <= new["data"][0]["public_metrics"].keys()
    as_old = (
        str(new).replace("referenced_posts", "referenced_tweets").replace("repost_count", "retweet_count")
    )
    as_old = as_old.replace("edit_history_post_ids", "edit_history_tweet_ids").replace("'posts'", "'tweets'")
    assert as_old == str(old)


def test_long_posts_carry_their_whole_text_in_note_tweet(x: X) -> None:
    posts = [
        post
        for page in x.walk(
            "halcyonhotels", start_time="2026-11-01T00:00:00Z", max_results=100, tweet_fields=ALL_FIELDS
        )
        for post in page["data"]
        if "note_tweet" in post
    ]
    assert max(len(post["note_tweet"]["text"]) for post in posts) > 3_000
    for post in posts:
        head, _, link = post["text"].rpartition("… ")
        assert len(post["text"]) <= 280
        assert post["note_tweet"]["text"].startswith(head)
        assert link.startswith("https://t.co/")


def test_html_is_escaped_as_x_escapes_it_and_entities_point_into_that_text(x: X) -> None:
    posts = [
        p for day in range(10, 23) for p in x.day("pixelforge", f"2026-11-{day}", tweet_fields="entities")
    ]
    assert any("&lt;script&gt;" in post["text"] for post in posts)
    assert not any("<" in post["text"] for post in posts)
    spans = [
        (post["text"][item["start"] : item["end"]], kind, item)
        for post in posts
        for kind, items in post.get("entities", {}).items()
        for item in items
    ]
    named = {
        "hashtags": ("#", "tag"),
        "mentions": ("@", "username"),
        "urls": ("", "url"),
        "cashtags": ("$", "tag"),
    }
    assert spans
    for text, kind, item in spans:
        sign, key = named[kind]
        assert text == sign + item[key]
