"""Posts and accounts as X's JSON: the requested fields and expansions, in the request's spelling."""

from tests.pipeline.sandbox.client import ALL_FIELDS, X


def test_a_user_has_id_name_and_username_and_only_the_requested_fields(x: X) -> None:
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


def test_a_post_has_id_text_and_edit_history_and_only_the_requested_fields(x: X) -> None:
    post = x.timeline("stadiumfc")["data"][0]
    assert post.keys() == {"id", "text", "edit_history_tweet_ids"}
    every = x.day("northwindair", "2026-11-20", tweet_fields=ALL_FIELDS)
    assert {"created_at", "author_id", "conversation_id", "lang", "public_metrics", "edit_controls"} <= every[
        0
    ].keys()
    replies = [post for post in every if post.get("referenced_tweets", [{}])[0].get("type") == "replied_to"]
    assert replies
    assert all("in_reply_to_user_id" in post and post["text"].startswith("@") for post in replies)


def test_expansions_include_the_referenced_post_only_when_requested(x: X) -> None:
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


def test_the_request_s_spelling_decides_the_response_s(x: X) -> None:
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


def test_html_is_escaped_as_by_x_and_entities_point_into_that_text(x: X) -> None:
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
