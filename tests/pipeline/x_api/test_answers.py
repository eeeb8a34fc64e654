"""What counts as an answer: the end of a timeline, X's reasons beside a page, its two vocabularies."""

import json
from typing import Any

import pytest

from pipeline.collect import collect
from pipeline.errors import AccountUnavailable, XBadResponse, XRefused
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome
from pipeline.lake.raw import read_pages
from pipeline.spend.writer import read_month
from pipeline.status import Status
from tests.conftest import Answer, StubServer
from tests.pipeline.given import DAY, a_body, a_page, a_post, a_retweet, in_new_words, work
from tests.pipeline.x_api.asking import failure, page

RETWEETS = ("posts", "quotes", "replies", "retweets")
ACCEPTED = "author_id,edit_history_post_ids,referenced_posts.id"
REFUSED = {
    "errors": [
        {
            "parameters": {"expansions": ["referenced_tweets.id"]},
            "message": f"The `expansions` query parameter value [referenced_tweets.id] is not one of [{ACCEPTED}]",
        }
    ],
    "title": "Invalid Request",
    "detail": "One or more parameters to your request was invalid.",
}


def about_account(title: str, kind: str = "resource-not-found", detail: str = "") -> dict[str, Any]:
    return {
        "resource_type": "user",
        "parameter": "id",
        "value": "1",
        "title": title,
        "detail": detail or "Sorry.",
        "type": f"https://api.twitter.com/2/problems/{kind}",
    }


ABOUT_A_POST = about_account("Not Found Error") | {
    "resource_type": "tweet",
    "parameter": "referenced_tweets.id",
}
ABOUT_AN_AUTHOR = about_account("Forbidden", detail="User has been suspended: [7].") | {
    "parameter": "referenced_tweets.id.author_id"
}
REASONS = [
    (about_account("Authorization Error", "not-authorized-for-resource"), Status.PROTECTED),
    (about_account("Forbidden", detail="User has been suspended: [1]."), Status.SUSPENDED),
    (about_account("Not Found Error"), Status.MISSING),
]


@pytest.mark.parametrize(("error", "status"), REASONS)
@pytest.mark.parametrize("beside", [{}, {"meta": {"result_count": 0}}, {"meta": {}, "data": []}])
def test_a_reason_about_the_account_counts_on_any_page_without_posts(
    stub: StubServer, beside: dict[str, Any], error: dict[str, Any], status: Status
) -> None:
    caught = failure(stub.x(Answer(beside | {"errors": [ABOUT_A_POST, 5, error]})))
    assert isinstance(caught, AccountUnavailable)
    assert caught.status == status


def test_a_protected_account_is_no_silent_success(lake: Lake, stub: StubServer) -> None:
    collected = collect(
        lake, stub.x(Answer({"errors": [REASONS[0][0]], "meta": {"result_count": 0}})), work()
    )
    outcome = find_outcome(lake, DAY, "nasa")
    assert collected.skipped
    assert outcome
    assert outcome.status == Status.PROTECTED


@pytest.mark.parametrize("error", [ABOUT_A_POST, ABOUT_AN_AUTHOR])
def test_reasons_about_posts_and_others_leave_an_empty_page_empty(
    stub: StubServer, error: dict[str, Any]
) -> None:
    body = a_body() | {"errors": [error]}
    assert page(stub.x(Answer(body))) == body
    assert isinstance(failure(stub.x(Answer({"errors": [error]}))), XBadResponse)


def test_a_reason_unheard_of_is_no_success_either(stub: StubServer) -> None:
    error = failure(stub.x(Answer(a_body() | {"errors": [about_account("Odd", detail="The\nmoon.")]})))
    assert type(error) is XBadResponse
    assert str(error) == "@nasa: X answered with neither posts nor a known reason: The moon."


def test_reasons_beside_posts_leave_them_as_they_are(stub: StubServer) -> None:
    body = a_body(a_post()) | {"errors": [error for error, _ in REASONS]}
    assert page(stub.x(Answer(body))) == body


@pytest.mark.parametrize("token", ["", None])
def test_an_empty_token_is_the_end(lake: Lake, stub: StubServer, token: str | None) -> None:
    body = a_body(a_post(1), a_post(2))
    body["meta"]["next_token"] = token
    collected = collect(lake, stub.x(Answer(body)), work())
    assert (collected.pages, collected.posts, collected.truncated) == (1, 2, False)
    assert len(stub.requests) == 1


@pytest.mark.parametrize("token", [5, ["a"], {"a": 1}, True, "\ud800", "é"])
def test_a_token_that_nothing_can_be_asked_for_with_is_no_end(stub: StubServer, token: Any) -> None:
    body = a_body(a_post(1))
    body["meta"]["next_token"] = token
    error = failure(stub.x(Answer(json.dumps(body))))
    assert "token for the next page" in str(error)


@pytest.mark.parametrize("includes", [7, [], "x", {"tweets": 7}, {"posts": {"id": "1"}}])
def test_includes_that_are_none_are_one_line(stub: StubServer, includes: Any) -> None:
    body = a_body(a_post(1)) | {"includes": includes}
    assert "X's includes" in str(failure(stub.x(Answer(body))))


@pytest.mark.parametrize("includes", [7, [], "x", None, {"tweets": 7}, {"tweets": None, "posts": "x"}])
def test_a_stored_page_with_such_includes_has_none(includes: Any) -> None:
    stored = a_page(a_post(1))
    stored.body["includes"] = includes
    assert (stored.included, stored.billed) == ([], 1)


# --- the other vocabulary ------------------------------------------------------------------------


def test_a_refused_expansion_is_asked_for_in_the_new_words_once_and_for_good(stub: StubServer) -> None:
    answer = a_body(in_new_words(a_retweet(of="17"))) | {
        "includes": {"posts": [{"id": "17", "text": "whole"}]}
    }
    x = stub.x(Answer(REFUSED, 400), Answer(answer))
    asked = {"expansions": ["referenced_tweets.id"], "exclude": ["replies"], "token": "t"}
    assert page(x, **asked) == answer
    assert page(x, **asked) == answer
    old, new, again = stub.asked()
    assert (old["expansions"], new["expansions"]) == ("referenced_tweets.id", "referenced_posts.id")
    assert new == again
    fields = set(new["post.fields"].split(","))
    assert {"referenced_posts", "note_post", "public_metrics", "paid_partnership"} <= fields
    assert not [name for name in fields if "tweet" in name]
    assert "tweet.fields" not in new
    unchanged = ("exclude", "pagination_token", "start_time", "end_time", "max_results")
    assert [new[name] for name in unchanged] == [old[name] for name in unchanged]


def test_it_is_asked_again_once_only(stub: StubServer) -> None:
    error = failure(stub.x(Answer(REFUSED, 400)), expansions=["referenced_tweets.id"])
    assert isinstance(error, XRefused)
    assert "referenced_tweets.id] is not one of" in str(error)
    assert len(stub.requests) == 2


def test_what_is_refused_without_an_expansion_is_not_asked_again(stub: StubServer) -> None:
    assert isinstance(failure(stub.x(Answer(REFUSED, 400))), XRefused)
    assert len(stub.requests) == 1


def test_other_refusals_are_not_asked_again(stub: StubServer) -> None:
    other = {"errors": [{"message": "The `tweet.fields` value [referenced_tweets] is wrong"}]}
    failure(stub.x(Answer(other, 400)), expansions=["referenced_tweets.id"])
    assert len(stub.requests) == 1


def test_asking_twice_reserves_and_books_once(lake: Lake, stub: StubServer) -> None:
    answer = a_body(in_new_words(a_retweet(of="17"))) | {"includes": {"posts": [a_post(9, id="17")]}}
    task = work(include=RETWEETS, max_posts=100, usd_per_run=1.5)  # two such pages would be too much
    collect(lake, stub.x(Answer(REFUSED, 400), Answer(answer)), task)
    [run] = read_month(lake, "2026-11")["runs"].values()
    assert run["posts"] == 2
    [stored] = read_pages(lake, DAY, "nasa")
    assert stored.included[0]["id"] == "17"


def test_two_threads_may_learn_it_at_once(stub: StubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    x = stub.x(Answer(REFUSED, 400), Answer(a_body(a_post())))
    get = x._get

    def while_another_learns_it(path: str, query: Any) -> Any:
        x._new_words = True
        return get(path, query)

    monkeypatch.setattr(x, "_get", while_another_learns_it)
    assert page(x, expansions=["referenced_tweets.id"]) == a_body(a_post())
    assert len(stub.requests) == 2
