"""X's API v2 through tweepy: the only module that talks to X.

Answers come back as X's own JSON, untouched, so that what is stored is what was said. Failures come back as
the errors of `pipeline.errors`; nothing of tweepy, requests or JSON escapes.
"""

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import stamina
import tweepy
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from pipeline import clock
from pipeline.errors import (
    AccountUnavailable,
    RateLimited,
    RunStopped,
    XRefused,
    XUnavailable,
    XUnheard,
    one_line,
)
from pipeline.outcome import Status
from pipeline.posts import printable
from pipeline.settings import is_loopback
from pipeline.window import Window

# At DEBUG tweepy logs the bearer token.
logging.getLogger("tweepy").setLevel(logging.INFO)

TWEEPY_HOST = "https://api.twitter.com"  # a constant inside tweepy
TIMEOUT = (5.0, 30.0)  # seconds to connect, and between two bytes
_PERSISTENT = stamina.RetryingCaller(attempts=3, wait_initial=0.5).on(XUnavailable)
RATE_WINDOW = timedelta(minutes=15)
USERS_PER_LOOKUP = 100
PAGE_MIN, PAGE_MAX = 5, 100
_USER_ID = re.compile("[0-9]{1,19}")

TWEET_FIELDS = [
    "created_at", "author_id", "conversation_id", "lang", "public_metrics", "entities", "referenced_tweets",
    "in_reply_to_user_id", "possibly_sensitive", "note_tweet", "edit_controls", "attachments",
    "reply_settings", "withheld",
]  # fmt: skip
USER_FIELDS = ["name", "public_metrics", "protected", "verified", "created_at"]
RETWEET_ORIGINALS = "referenced_tweets.id"


@dataclass(frozen=True)
class Profile:
    """An account as X described it."""

    user_id: str
    handle: str  # as X spells it
    name: str
    followers: int | None
    protected: bool


@dataclass(frozen=True)
class Refusal:
    """Why X does not show an account."""

    status: Status
    reason: str


PROTECTED = Refusal(Status.PROTECTED, "the account is protected: only its followers may read it")


class _Redirect(HTTPAdapter):
    """Sends tweepy's requests to another host, with the timeout tweepy does not set.

    An error's body is left to `_refused`: tweepy reads it too, and trips over what is not as it expects.
    """

    def __init__(self, base_url: str) -> None:
        super().__init__(pool_connections=4, pool_maxsize=16)
        self._base_url = base_url.rstrip("/")

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        request.url = self._base_url + (request.url or "").removeprefix(TWEEPY_HOST)
        # The sandbox answers as of the caller's instant, so that history can be filled day by day.
        frozen = clock.frozen_at()
        if frozen and is_loopback(self._base_url):
            request.headers["X-Aviary-Now"] = frozen.isoformat()
        kwargs["timeout"] = TIMEOUT
        # Those given are for tweepy's host; the sandbox on this machine is reached past any proxy.
        kwargs["proxies"] = get_environ_proxies(request.url)
        response = super().send(request, *args, **kwargs)
        if not response.ok:
            raise tweepy.HTTPException(response, response_json={})
        return response


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Authenticate by the header tweepy has set: without this, a ~/.netrc would replace the token."""
    return request


class XApi:
    """A connection to X with one bearer token. Safe to share between threads."""

    def __init__(self, token: str, base_url: str) -> None:
        self._client = tweepy.Client(bearer_token=token, return_type=dict, wait_on_rate_limit=False)
        self._client.session.mount(TWEEPY_HOST, _Redirect(base_url))
        self._client.session.auth = _as_it_is

    def users(self, handles: Sequence[str]) -> tuple[dict[str, Profile], dict[str, Refusal]]:
        """Look up to 100 handles up: profiles and refusals, each by lower-case handle."""
        body = self._ask(
            f"looking up {len(handles)} accounts",
            lambda: self._client.get_users(usernames=list(handles), user_fields=USER_FIELDS),
        )
        found = {
            str(user["username"]).lower(): _profile(user)
            for user in _objects(body.get("data"))
            if _USER_ID.fullmatch(str(user.get("id"))) and "username" in user
        }
        refused = {
            str(error.get("value", "")).lower(): refusal
            for error in _objects(body.get("errors"))
            if (refusal := refusal_in(error))
        }
        return found, refused

    def timeline_page(
        self,
        handle: str,
        user_id: str,
        window: Window,
        *,
        max_results: int,
        exclude: Sequence[str] = (),
        expansions: Sequence[str] = (),
        token: str | None = None,
    ) -> dict[str, Any]:
        """Return one page of an account's posts in `window`, newest first, as X's JSON.

        Raises `AccountUnavailable` when X shows none of the account (suspended, protected, gone).
        """
        body = self._ask(
            f"@{handle}",
            lambda: self._client.get_users_tweets(
                user_id,
                start_time=window.start,
                end_time=window.end,
                max_results=max_results,
                exclude=list(exclude) or None,
                expansions=list(expansions) or None,
                pagination_token=token,
                tweet_fields=TWEET_FIELDS,
            ),
        )
        if "data" not in body and "meta" not in body:
            for error in _objects(body.get("errors")):
                if refusal := refusal_in(error):
                    raise AccountUnavailable(refusal.status, f"@{handle}: {refusal.reason}")
            raise XUnheard(f"@{handle}: X answered with neither posts nor a known reason")
        return body

    def usage(self, days: int) -> dict[str, Any]:
        """Return X's own count of posts read over the last `days` days: the cheapest way to try a token."""
        return self._ask(
            "asking for usage",
            lambda: self._client.request("GET", "/2/usage/tweets", params={"days": days}).json(),
            dict,
        )

    def _ask(self, subject: str, request: Callable[[], Any], data: type = list) -> dict[str, Any]:
        """Ask, again if the trouble looks passing, and return X's JSON object, whose `data` is a `data`."""
        return _PERSISTENT(_ask_once, subject, request, data)


def _objects(entries: Any) -> list[Mapping[str, Any]]:
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _profile(user: Mapping[str, Any]) -> Profile:
    metrics = user.get("public_metrics")
    followers = metrics.get("followers_count") if isinstance(metrics, dict) else None
    return Profile(
        user_id=str(user["id"]),
        handle=str(user["username"]),
        name=printable(str(user.get("name") or user["username"])),
        followers=followers if type(followers) is int and 0 <= followers < 2**63 else None,
        protected=bool(user.get("protected")),
    )


def refusal_in(error: Mapping[str, Any]) -> Refusal | None:
    """Read one entry of `errors[]`. Suspension shares its type with absence, so the words decide."""
    title, detail = str(error.get("title", "")), str(error.get("detail", ""))
    if title == "Forbidden" and "suspended" in detail:
        return Refusal(Status.SUSPENDED, "X has suspended this account")
    if str(error.get("type", "")).endswith("not-authorized-for-resource"):
        return PROTECTED
    if title == "Not Found Error":
        return Refusal(Status.MISSING, "X knows no such account; check its spelling in accounts.yaml")
    return None


def _ask_once(subject: str, request: Callable[[], Any], data: type) -> dict[str, Any]:
    with _spoken(subject):
        body = request()
    if not isinstance(body, dict):
        raise XUnheard(f"{subject}: X answered with a {type(body).__name__} in place of an object")
    for name, wanted in (("data", data), ("errors", list), ("includes", dict), ("meta", dict)):
        value = body.get(name)
        if value is not None and not isinstance(value, wanted):
            raise XUnheard(f"{subject}: X's {name} is a {type(value).__name__}, not a {wanted.__name__}")
    if not body.keys() & {"data", "meta", "errors"}:
        raise XUnheard(f"{subject}: X answered with neither data nor a reason")
    return body


@contextmanager
def _spoken(subject: str) -> Iterator[None]:
    """Turn whatever goes wrong while asking X into one typed line about `subject`."""
    try:
        yield
    except tweepy.HTTPException as error:
        raise _refused(subject, error.response) from None
    except requests.JSONDecodeError:
        raise XUnheard(f"{subject}: X answered with something that is not JSON") from None
    except requests.Timeout:
        raise XUnheard(f"{subject}: X did not answer within {TIMEOUT[1]:.0f} s") from None
    except requests.RequestException as error:
        raise XUnheard(f"{subject}: the connection to X failed ({type(error).__name__})") from None


def _refused(subject: str, response: requests.Response) -> Exception:  # noqa: PLR0911
    """Tell apart what X means by an error status (the table of X's errors in docs/architecture.md)."""
    status = response.status_code
    problem = _problem(response)
    title = problem.get("title", "")
    said = one_line(str(problem["detail"] or title or response.reason))
    if status == requests.codes.unauthorized:
        return RunStopped("X refuses the bearer token (401); set X_BEARER_TOKEN to your app's current token")
    if status == requests.codes.payment_required:
        return RunStopped(f"X says the account is out of credits (402: {said}); buy credits, then run again")
    if status == requests.codes.too_many_requests and title == "UsageCapExceeded":
        return RunStopped(
            f"the monthly cap of the X account is used up (429: {said}); raise it or wait for the month"
        )
    if status == requests.codes.too_many_requests:
        reset_at = _reset_at(response)
        return RateLimited(
            f"{subject}: X's request window is used up until {reset_at:%H:%M:%S} UTC", reset_at
        )
    if status == requests.codes.forbidden and (
        problem.get("reason") == "client-not-enrolled" or "SpendCapReached" in (title, problem.get("reason"))
    ):
        return RunStopped(f"the X app may not read posts (403: {said}); mend it in X's developer console")
    if status >= 500:
        return XUnavailable(
            f"{subject}: X answered {status} {response.reason}; it usually passes: run again later"
        )
    return XRefused(f"{subject}: X refuses the request ({status}: {said})")


def _reset_at(response: requests.Response) -> datetime:
    try:
        return datetime.fromtimestamp(int(response.headers.get("x-rate-limit-reset", "")), UTC)
    except (ValueError, OverflowError, OSError):  # not told, or no instant
        return clock.now() + RATE_WINDOW


def _problem(response: requests.Response) -> dict[str, Any]:
    """Return the body of an error, `detail` in words; nearly nothing when it is no JSON object."""
    try:
        body = response.json()
    except requests.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        return {"detail": ""}
    said = [body.get("detail")] + [error.get("message") for error in _objects(body.get("errors"))]
    return body | {"detail": "; ".join(text for text in said if text and isinstance(text, str))}
