"""Whatever X or the network says comes back as X's JSON or as one typed line: nothing else, and no token."""

import json
import logging
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import pytest
from requests.adapters import HTTPAdapter

from pipeline.errors import (
    AccountUnavailable,
    AviaryError,
    PageTokenExpired,
    RateLimited,
    RunStopped,
    Terminal,
    Transient,
    XBadResponse,
    XRefused,
    XTimedOut,
    XUnavailable,
)
from pipeline.status import Status
from pipeline.window import Window
from pipeline.x_api import transport
from pipeline.x_api.client import Profile, XApi
from pipeline.x_api.problems import refusal_in
from tests.conftest import RECORDINGS, Answer, StubServer
from tests.pipeline.given import DAY, a_body, a_post

WINDOW = Window(DAY, "UTC")
TOKEN = "AAAAAAAAAAAAAAAAAAAAAsecret"


def page(x: XApi, **changes: Any) -> dict[str, Any]:
    window = {"start_time": WINDOW.start, "end_time": WINDOW.end}
    return x.timeline_page("nasa", "11348282", **({"max_results": 100} | window | changes))


def failure(x: XApi) -> AviaryError:
    with pytest.raises(AviaryError) as caught:
        page(x)
    return caught.value


# --- what is asked -------------------------------------------------------------------------------


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


def test_the_token_goes_to_the_host_it_is_for(stub: StubServer) -> None:
    page(stub.x(Answer(a_body(a_post())), token=TOKEN))
    assert stub.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert stub.requests[0].headers["host"] == stub.address.removeprefix("http://")


def test_a_frozen_clock_is_told_to_the_sandbox(stub: StubServer) -> None:
    page(stub.x(Answer(a_body(a_post()))))
    assert stub.requests[0].headers["x-aviary-now"] == "2026-11-23T06:00:00+00:00"


def test_a_proxy_for_the_world_outside_is_not_asked_for_this_machine(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch, dead_address: str
) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.setenv(name, dead_address)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    page(stub.x(Answer(a_body(a_post()))))
    assert len(stub.requests) == 1


def test_no_netrc_takes_the_tokens_place(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "netrc").write_text("default login somebody password something\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    page(stub.x(Answer(a_body(a_post())), token=TOKEN))
    assert stub.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_xs_json_comes_back_untouched(stub: StubServer) -> None:
    body = a_body(a_post(text="lone \ud83d, &amp; 1e400"), token="next") | {"unheard_of": [1, None]}
    assert page(stub.x(Answer(json.dumps(body)))) == body


def test_usage_is_asked_for_some_days(stub: StubServer) -> None:
    assert stub.x(Answer({"data": {"project_usage": "5"}})).usage(1) == {"data": {"project_usage": "5"}}
    assert (stub.requests[0].url.path, stub.asked()) == ("/2/usage/tweets", [{"days": "1"}])


# --- looking accounts up -------------------------------------------------------------------------


def problem(title: str, value: str, *, kind: str = "resource-not-found", detail: str = "") -> dict[str, Any]:
    type_ = f"https://api.twitter.com/2/problems/{kind}"
    return {"value": value, "title": title, "detail": detail or f"Could not: [{value}].", "type": type_}


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


@pytest.mark.parametrize("host", ["api.twitter.com", "api.x.com"])
def test_a_problems_type_is_known_by_its_end(host: str) -> None:
    error = {"title": "Authorization Error", "type": f"https://{host}/2/problems/not-authorized-for-resource"}
    refusal = refusal_in(error)
    assert refusal is not None
    assert refusal.status == Status.PROTECTED


def test_a_suspended_account_is_not_taken_for_a_missing_one() -> None:
    error = problem("Forbidden", "KeishaJake", detail="User has been suspended: [KeishaJake].")
    refusal = refusal_in(error)
    assert refusal is not None
    assert refusal.status == Status.SUSPENDED


# --- the table of X's errors ---------------------------------------------------------------------

RESET = "1795413900"  # 2026-11-23 06:05:00 UTC
TABLE: dict[str, tuple[Answer, type[AviaryError], type, str]] = {
    "400": (
        Answer({"title": "Invalid Request", "detail": "One or more parameters was invalid.",
                "errors": [{"message": "max_results [3] is not between 5 and 100"}]}, 400),
        XRefused, Terminal, "(400: One or more parameters was invalid.; max_results [3] is not between 5 and 100)",
    ),
    "400 page token": (
        Answer({"errors": [{"parameters": {"pagination_token": ["t"]}, "message": "is not valid"}]}, 400),
        PageTokenExpired, Terminal, "no longer takes its own page token (400: is not valid)",
    ),
    "401": (Answer({"title": "Unauthorized", "status": 401}, 401), RunStopped, Terminal, "set X_BEARER_TOKEN"),
    "402": (
        Answer({"title": "CreditsDepleted", "detail": "does not have any credits"}, 402),
        RunStopped, Terminal, "out of credits (402: does not have any credits)",
    ),
    "403 not enrolled": (
        Answer({"title": "Client Forbidden", "reason": "client-not-enrolled", "detail": "use a Project"}, 403),
        RunStopped, Terminal, "may not read posts (403: use a Project)",
    ),
    "403 spend cap": (
        Answer({"title": "SpendCapReached", "detail": "cap"}, 403), RunStopped, Terminal, "(403: cap)",
    ),
    "403 other": (Answer({"title": "Forbidden", "detail": "not this one"}, 403), XRefused, Terminal, "not this one"),
    "404": (Answer({"title": "Not Found"}, 404), XRefused, Terminal, "(404: Not Found)"),
    "429 window": (
        Answer({"title": "Too Many Requests"}, 429, {"x-rate-limit-reset": RESET}),
        RateLimited, Transient, "@nasa: X's request window is used up until 06:05:00 UTC",
    ),
    "429 without a time": (
        Answer({"title": "Too Many Requests"}, 429), RateLimited, Transient, "until 06:15:00 UTC",
    ),
    "429 with an odd time": (
        Answer({"title": "Too Many Requests"}, 429, {"x-rate-limit-reset": "soon"}),
        RateLimited, Transient, "until 06:15:00 UTC",
    ),
    "429 with an endless time": (
        Answer({"title": "Too Many Requests"}, 429, {"x-rate-limit-reset": "9" * 30}),
        RateLimited, Transient, "until 06:15:00 UTC",
    ),
    "429 cap": (
        Answer({"title": "UsageCapExceeded", "detail": "Monthly product cap"}, 429,
               {"x-rate-limit-reset": RESET, "x-rate-limit-remaining": "39999"}),
        RunStopped, Terminal, "monthly cap of the X account is used up (429: Monthly product cap)",
    ),
    "503 JSON": (Answer({"title": "Service Unavailable"}, 503), XUnavailable, Transient, "X answered 503"),
    "503 HTML": (Answer("<html>\n<h1>Over capacity</h1>", 503), XUnavailable, Transient, "X answered 503"),
    "HTML with 200": (Answer("<!doctype html>\n<p>hi"), XBadResponse, Transient, "not JSON"),
    "cut JSON": (Answer('{"data": [{"id": "1'), XBadResponse, Transient, "not JSON"),
    "nothing at all": (Answer(""), XBadResponse, Transient, "not JSON"),
    "a list": (Answer([1, 2]), XBadResponse, Transient, "a list in place of an object"),
    "a word": (Answer('"ok"'), XBadResponse, Transient, "a str in place of an object"),
    "an error as a list": (Answer(["down"], 500), XUnavailable, Transient, "X answered 500"),
    "a bad token told as a list": (Answer(["no"], 401), RunStopped, Terminal, "set X_BEARER_TOKEN"),
    "an error of odd types": (
        Answer({"errors": [{"code": 5, "message": None}, 7, "x"], "detail": None, "title": ["a"]}, 400),
        XRefused, Terminal, "(400: ",
    ),
    "errors that are none": (Answer({"errors": 5, "detail": {"a": 1}}, 400), XRefused, Terminal, "(400: "),
    "several lines": (
        Answer({"detail": "one\ntwo\x1b[31m\u202e"}, 400), XRefused, Terminal, "(400: one two [31m)",
    ),
    "an empty object": (Answer({}), XBadResponse, Transient, "neither data nor a reason"),
    "a reason unheard of": (
        Answer({"errors": [{"title": "New"}, 5]}), XBadResponse, Transient, "neither posts nor a known reason",
    ),
    "posts that are no list": (Answer({"data": {"id": "1"}, "meta": {}}), XBadResponse, Transient, "data is a dict"),
    "a meta that is no object": (Answer({"meta": [1]}), XBadResponse, Transient, "meta is a list"),
    "includes that are no object": (
        Answer({"meta": {}, "includes": []}), XBadResponse, Transient, "includes is a list",
    ),
    "errors that are no list": (Answer({"meta": {}, "errors": "x"}), XBadResponse, Transient, "errors is a str"),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLE)
def test_each_failure_is_one_line_of_the_right_kind(stub: StubServer, case: str) -> None:
    answer, kind, when, words = TABLE[case]
    error = failure(stub.x(answer, token=TOKEN))
    assert type(error) is kind
    assert isinstance(error, when)
    assert words in str(error)
    assert str(error).isprintable()
    assert TOKEN not in str(error)


@pytest.mark.parametrize("case", TABLE)
def test_only_what_may_pass_is_asked_again(stub: StubServer, case: str) -> None:
    answer, kind, *_ = TABLE[case]
    failure(stub.x(answer))
    understood = not issubclass(kind, XUnavailable) or case == "a reason unheard of"
    assert len(stub.requests) == (1 if understood else 3)


def test_trouble_that_passes_is_told_in_the_log_alone(
    stub: StubServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "pipeline"):
        assert page(stub.x(Answer("<html>", 502), Answer("{"), Answer(a_body(a_post())))) == a_body(a_post())
    assert [record.getMessage() for record in caplog.records] == [
        "@nasa: X answered 502 Bad Gateway; it usually passes: run again later; asked again in 0.0 s",
        "@nasa: X answered with something that is not JSON; it usually passes; asked again in 0.0 s",
    ]


def test_a_used_up_window_says_until_when(stub: StubServer) -> None:
    error = failure(stub.x(TABLE["429 window"][0]))
    assert isinstance(error, RateLimited)
    assert error.reset_at == datetime(2026, 11, 23, 6, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (problem("Not Found Error", "1"), Status.MISSING),
        (problem("Forbidden", "1", detail="User has been suspended: [1]."), Status.SUSPENDED),
        (problem("Authorization Error", "1", kind="not-authorized-for-resource"), Status.PROTECTED),
    ],
)
def test_a_timeline_x_does_not_show_says_why(stub: StubServer, error: dict[str, Any], status: Status) -> None:
    caught = failure(stub.x(Answer({"errors": [error]})))
    assert isinstance(caught, AccountUnavailable)
    assert caught.status == status
    assert str(caught).startswith("@nasa: ")


def test_errors_about_single_posts_leave_the_page_as_it_is(stub: StubServer) -> None:
    body = a_body(a_post()) | {"errors": [problem("Not Found Error", "1252320537600299008")]}
    assert page(stub.x(Answer(body))) == body


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings in ../shared are not here")
def test_recorded_error_bodies_are_told_apart(stub: StubServer) -> None:
    recorded = json.loads((RECORDINGS / "errors_real_bodies.json").read_text())
    told = [type(failure(stub.x(Answer(entry["body"], entry["status"])))) for entry in recorded]
    assert told == [
        RunStopped, RunStopped, RateLimited, RunStopped, RunStopped, AccountUnavailable, AccountUnavailable,
    ]  # fmt: skip


# --- the network ---------------------------------------------------------------------------------


def test_a_server_that_is_not_there_is_one_line(dead_address: str) -> None:
    error = failure(XApi(TOKEN, dead_address))
    assert isinstance(error, XBadResponse)
    assert (
        str(error) == "@nasa: the connection to X failed (ConnectionError); check the network, then run again"
    )


def test_a_server_that_says_nothing_is_given_up_on(
    silent_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TIMEOUT", (0.2, 0.2))
    error = failure(XApi(TOKEN, silent_address))
    assert isinstance(error, XBadResponse)
    assert "did not answer in time" in str(error)


def test_a_silent_server_costs_one_timeout_and_not_three(
    silent_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TIMEOUT", (0.2, 0.2))
    send, sent = HTTPAdapter.send, []

    def watched(self: HTTPAdapter, *args: Any, **kwargs: Any) -> Any:
        sent.append(args)
        return send(self, *args, **kwargs)

    monkeypatch.setattr(HTTPAdapter, "send", watched)
    assert isinstance(failure(XApi(TOKEN, silent_address)), XTimedOut)
    assert len(sent) == 1


def test_an_answer_a_byte_at_a_time_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte is in time, so that only the time for the whole answer can end it."""
    monkeypatch.setattr(transport, "WHOLE_ANSWER", 0.2)
    with dripping() as (address, drops):
        error = failure(XApi(TOKEN, address))
    assert isinstance(error, XTimedOut)
    assert drops[0] < 1_000_000


@contextmanager
def dripping() -> Iterator[tuple[str, list[int]]]:
    """A server whose answer of a million bytes comes one by one; yields its address and how many it has sent."""
    drops = [0]
    gone = Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
            while drops[0] < 1_000_000 and not gone.wait(0.001):
                connection.sendall(b" ")
                drops[0] += 1

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=drip, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", drops
        gone.set()
        thread.join()


def test_a_connection_is_used_again_even_after_an_error(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = stub.x(Answer(a_body(a_post())), Answer({"title": "Bad"}, 400), Answer(a_body(a_post())))
    page(x)
    failure(x)
    page(x)
    assert len({request.client for request in stub.requests}) == 1


def test_every_request_has_a_time_to_connect_and_one_to_answer(
    stub: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, seen = HTTPAdapter.send, []

    def watched(self: HTTPAdapter, *args: Any, **kwargs: Any) -> Any:
        seen.append(kwargs["timeout"])
        return send(self, *args, **kwargs)

    monkeypatch.setattr(HTTPAdapter, "send", watched)
    page(stub.x(Answer(a_body(a_post()))))
    stub.x(Answer({"data": []})).users(["nasa"])
    stub.x(Answer({"data": {}})).usage(1)
    assert seen == [(5.0, 30.0)] * 3


def test_an_answer_shorter_than_it_said_is_one_line(stub: StubServer) -> None:
    error = failure(stub.x(Answer('{"data": []', headers={"content-length": "5000"})))
    assert isinstance(error, XBadResponse)


# --- secrets -------------------------------------------------------------------------------------


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Every logger at DEBUG, tweepy's too, which then logs the headers of each request."""
    with ExitStack() as stack:
        for name in (None, "tweepy", "tweepy.client", "urllib3", "requests"):
            stack.enter_context(caplog.at_level(logging.DEBUG, name))
        yield caplog


@pytest.mark.parametrize("case", ["401", "503 HTML", "429 window"])
def test_the_token_is_in_no_log_record(
    stub: StubServer, everything_logged: pytest.LogCaptureFixture, case: str
) -> None:
    failure(stub.x(TABLE[case][0], token=TOKEN))
    page(stub.x(Answer(a_body(a_post())), token=TOKEN))
    assert any("Headers: " in record.getMessage() for record in everything_logged.records)
    for record in everything_logged.records:
        assert TOKEN not in f"{record.getMessage()} {record.__dict__}"


def test_the_token_is_in_no_representation_of_a_connection() -> None:
    assert TOKEN not in repr(XApi(TOKEN, "https://api.x.com"))
