"""X's API v2 through tweepy: the only module that talks to X.

Answers come back as X's own JSON, untouched, so that what is stored is what was said. Failures come back as
the errors of `pipeline.errors`; nothing of tweepy, requests or JSON escapes.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import stamina
import tweepy
from requests.adapters import HTTPAdapter

from pipeline import clock
from pipeline.errors import AccountUnavailable, RateLimited, RunStopped, XRefused, XUnavailable
from pipeline.outcome import Status
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


class _Redirect(HTTPAdapter):
    """Sends tweepy's requests to another host, with the timeout tweepy does not set."""

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
        return super().send(request, *args, **kwargs)


class XApi:
    """A connection to X with one bearer token. Safe to share between threads."""

    def __init__(self, token: str, base_url: str) -> None:
        self._client = tweepy.Client(bearer_token=token, return_type=dict, wait_on_rate_limit=False)
        self._client.session.mount(TWEEPY_HOST, _Redirect(base_url))

    def users(self, handles: Sequence[str]) -> tuple[dict[str, Profile], dict[str, Refusal]]:
        """Look up to 100 handles up: profiles and refusals, each by lower-case handle."""
        body = self._ask(
            f"looking up {len(handles)} accounts",
            lambda: self._client.get_users(usernames=list(handles), user_fields=USER_FIELDS),
        )
        found = {
            str(user["username"]).lower(): _profile(user)
            for user in body.get("data") or []
            if "id" in user and "username" in user
        }
        refused = {
            str(error.get("value", "")).lower(): refusal
            for error in body.get("errors") or []
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
            for error in body.get("errors") or []:
                if refusal := refusal_in(error):
                    raise AccountUnavailable(refusal.status, f"@{handle}: {refusal.reason}")
            raise XUnavailable(f"@{handle}: X answered 200 with neither posts nor a reason")
        return body

    def usage(self, days: int) -> dict[str, Any]:
        """Return X's own count of posts read over the last `days` days: the cheapest way to try a token."""
        return self._ask(
            "asking for usage",
            lambda: self._client.request("GET", "/2/usage/tweets", params={"days": days}).json(),
        )

    def _ask(self, subject: str, request: Callable[[], Any]) -> dict[str, Any]:
        """Ask, again if the trouble looks passing, and return the JSON object X answers with."""
        return _PERSISTENT(_ask_once, subject, request)


def _profile(user: Mapping[str, Any]) -> Profile:
    return Profile(
        user_id=str(user["id"]),
        handle=str(user["username"]),
        name=str(user.get("name") or user["username"]),
        followers=(user.get("public_metrics") or {}).get("followers_count"),
        protected=bool(user.get("protected")),
    )


def refusal_in(error: Mapping[str, Any]) -> Refusal | None:
    """Read one entry of `errors[]`. Suspension shares its type with absence, so the words decide."""
    title, detail = str(error.get("title", "")), str(error.get("detail", ""))
    if title == "Forbidden" and "suspended" in detail:
        return Refusal(Status.SUSPENDED, "X has suspended this account")
    if str(error.get("type", "")).endswith("not-authorized-for-resource"):
        return Refusal(Status.PROTECTED, "the account is protected: only its followers may read it")
    if title == "Not Found Error":
        return Refusal(Status.MISSING, "X knows no such account; check its spelling in accounts.yaml")
    return None


def _ask_once(subject: str, request: Callable[[], Any]) -> dict[str, Any]:
    with _spoken(subject):
        body = request()
    if not isinstance(body, dict):
        raise XUnavailable(f"{subject}: X answered with a {type(body).__name__} in place of an object")
    return body


@contextmanager
def _spoken(subject: str) -> Iterator[None]:
    """Turn whatever goes wrong while asking X into one typed line about `subject`."""
    try:
        yield
    except tweepy.HTTPException as error:
        raise _refused(subject, error.response) from None
    except requests.JSONDecodeError:
        raise XUnavailable(f"{subject}: X answered with something that is not JSON") from None
    except requests.Timeout:
        raise XUnavailable(f"{subject}: X did not answer within {TIMEOUT[1]:.0f} s") from None
    except requests.RequestException as error:
        raise XUnavailable(f"{subject}: the connection to X failed ({type(error).__name__})") from None
    except AttributeError:
        # tweepy reads an error's body with .get() and trips over a JSON list.
        raise XUnavailable(f"{subject}: X answered an error in a form tweepy cannot read") from None


def _refused(subject: str, response: requests.Response) -> Exception:  # noqa: PLR0911
    """Tell apart what X means by an error status (the table of X's errors in docs/architecture.md)."""
    status = response.status_code
    problem = _problem(response)
    title, said = problem.get("title", ""), problem.get("detail") or problem.get("title") or response.reason
    if status == requests.codes.unauthorized:
        return RunStopped("X refuses the bearer token (401); set X_BEARER_TOKEN to your app's current token")
    if status == requests.codes.payment_required:
        return RunStopped(f"X says the account is out of credits (402: {said}); buy credits, then run again")
    if status == requests.codes.too_many_requests and title == "UsageCapExceeded":
        return RunStopped(
            f"the monthly cap of the X account is used up (429: {said}); raise it or wait for the month"
        )
    if status == requests.codes.too_many_requests:
        reset = response.headers.get("x-rate-limit-reset", "")
        reset_at = datetime.fromtimestamp(int(reset), UTC) if reset.isdigit() else clock.now() + RATE_WINDOW
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


def _problem(response: requests.Response) -> dict[str, Any]:
    """Return the body of an error, or nothing when it is no JSON object."""
    try:
        body = response.json()
    except requests.JSONDecodeError:
        return {}
    if not isinstance(body, dict):
        return {}
    first = next((error for error in body.get("errors") or [] if isinstance(error, dict)), {})
    return {**body, "detail": "; ".join(filter(None, [body.get("detail"), first.get("message")]))}
