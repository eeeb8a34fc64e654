"""X's API v2 through tweepy.

Answers come back as X's own JSON, untouched, so that what is stored is what was said. Failures come back as
the errors of `pipeline.errors`; nothing of tweepy, requests or JSON escapes.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
import stamina
import tweepy
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from pipeline.errors import (
    ExpansionRefused,
    NotEnrolled,
    XBadResponse,
    XError,
    XRefused,
    XTimedOut,
    XTooLarge,
    XUnavailable,
)
from pipeline.ids import is_handle, is_id
from pipeline.json_text import parse
from pipeline.text import printable
from pipeline.x_api.counts import PartCount, parse_counts
from pipeline.x_api.problems import Refusal, objects, refusal_in, translate_errors
from pipeline.x_api.shape import require_readable, require_shape
from pipeline.x_api.transport import TWEEPY_HOST, Transport
from pipeline.x_api.values import count, instant
from pipeline.x_api.vocabulary import timeline_query
from pipeline.x_api.waiting import RequestGate

# At DEBUG it logs each post, thousands of them a day.
logging.getLogger("tweepy").setLevel(logging.INFO)
log = logging.getLogger(__name__)


def _log_retry(details: RetryDetails) -> None:
    log.info("%s; asked again in %.1f s", details.caused_by, details.wait_for)


# In our words; its own hook prints the arguments of a call that says nothing to a reader.
set_on_retry_hooks([_log_retry])


def _may_pass_soon(error: Exception) -> bool:
    """Whether asking again within seconds is worth it. A silent server has had its time, a bloated answer its bytes."""
    return isinstance(error, XUnavailable) and not isinstance(error, XTimedOut | XTooLarge)


_PERSISTENT = stamina.RetryingCaller(attempts=3, wait_initial=0.5).on(_may_pass_soon)

USAGE_FIELDS = ["daily_project_usage", "daily_client_app_usage"]  # X leaves the days out otherwise
USER_FIELDS = ["name", "public_metrics", "protected", "verified", "created_at"]


@dataclass(frozen=True)
class Profile:
    """An account as X described it."""

    user_id: str
    handle: str  # as X spells it
    name: str
    followers: int | None
    protected: bool
    post_count: int | None = None  # posts since the account was made, as X counts them
    created_at: datetime | None = None


class _Tries:
    """The tries of one question. Any of them may have been billed, so the last one's error says so for all."""

    def __init__(self) -> None:
        self._perhaps_billed = False

    @contextmanager
    def one(self) -> Iterator[None]:
        """Make a try."""
        try:
            yield
        except XError as error:
            self._perhaps_billed |= error.perhaps_billed
            error.perhaps_billed = self._perhaps_billed
            raise


def _keep_header(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave the header alone: without this, a ~/.netrc would replace the token."""
    return request


class XApi:
    """A connection to X with one bearer token. Safe to share between threads."""

    def __init__(self, token: str, base_url: str) -> None:
        # Without a token: the transport puts it in, and tweepy logs none. tweepy's own JSON goes by the Content-Type.
        self._client = tweepy.Client(return_type=requests.Response, wait_on_rate_limit=False)
        self._client.session.mount(f"{TWEEPY_HOST}/", Transport(base_url, token))
        self._client.session.auth = _keep_header
        self._gate = RequestGate()
        self._new_words = False  # X has refused the old ones

    def users(self, handles: Sequence[str]) -> tuple[dict[str, Profile], dict[str, Refusal]]:
        """Look up to 100 handles up: profiles and refusals, each by lower-case handle."""
        body = self._ask(
            "users",
            f"looking up {len(handles)} accounts",
            lambda: self._client.get_users(usernames=list(handles), user_fields=USER_FIELDS),
        )
        found = {
            name.lower(): _profile(user)
            for user in objects(body.get("data"))
            if is_id(user.get("id")) and isinstance(name := user.get("username"), str) and is_handle(name)
        }
        refused = {
            str(error.get("value", "")).lower(): refusal
            for error in objects(body.get("errors"))
            if (refusal := refusal_in(error))
        }
        return found, refused

    def timeline_page(
        self,
        handle: str,
        user_id: str,
        *,
        end_time: datetime,
        start_time: datetime | None = None,
        max_results: int,
        exclude: Sequence[str] = (),
        expansions: Sequence[str] = (),
        token: str | None = None,
        until_id: str | None = None,
    ) -> dict[str, Any]:
        """Return one page of an account's posts of `[start_time, end_time)`, newest first, as X's JSON.

        `token` continues after the page that gave it, `until_id` from the post before that one. Raises
        `AccountUnavailable` when X shows none of the account (suspended, protected, missing), and
        `PageTokenExpired`.
        """
        subject = f"@{handle}"

        def ask(new_words: bool) -> dict[str, Any]:
            query = timeline_query(
                new_words,
                start_time=start_time,
                end_time=end_time,
                max_results=max_results,
                exclude=exclude,
                expansions=expansions,
                pagination_token=token,
                until_id=until_id,
            )
            path = f"/2/users/{user_id}/tweets"
            return self._ask("timeline", subject, lambda: self._get(path, query), tries=tries)

        tries = _Tries()
        new_words = self._new_words  # as of now: another thread may learn meanwhile that X wants the new ones
        try:
            body = ask(new_words)
        except ExpansionRefused:
            if new_words or not expansions:
                raise
            body = ask(new_words=True)
            self._new_words = True
        with tries.one():
            require_readable(subject, body)
        return body

    def posts(self, handle: str, post_ids: Sequence[str]) -> dict[str, Any]:
        """Look up at most 100 posts of an account and return X's JSON: those it returns, and of others why it does not.

        What is in neither `data` nor `errors` was left out, which says nothing.
        """
        return self._ask(
            "lookup",
            f"@{handle}: looking up {len(post_ids)} posts",
            lambda: self._client.get_tweets(list(post_ids), tweet_fields=["created_at"]),
        )

    def counts(self, subject: str, query: str, start: datetime, end: datetime) -> tuple[PartCount, ...]:
        """Return how many posts of `[start, end)` match a query, by the hour. X bills the request, whatever it counts.

        Raises `XRefused` also where X does not let the app count: the posts can be read all the same.
        """

        def ask() -> requests.Response:
            # By the hour unless asked otherwise; tweepy warns of the parameter that would say so.
            response: requests.Response = self._client.get_recent_tweets_count(
                query, start_time=start, end_time=end
            )
            return response

        tries = _Tries()
        try:
            body = self._ask("counts", subject, ask, tries=tries)
        except NotEnrolled:
            raise XRefused(
                f"{subject}: X does not let the app count posts (403); see its access in X's developer console"
            ) from None
        with tries.one():
            return parse_counts(subject, body, start, end)

    def usage(self, days: int) -> dict[str, Any]:
        """Return X's own count of posts read over the last `days` days, by UTC day: free, and it tries the token."""
        return self._ask(
            "usage",
            "asking for usage",
            lambda: self._get("/2/usage/tweets", {"days": str(days), "usage.fields": ",".join(USAGE_FIELDS)}),
            data=dict,
        )

    def _get(self, path: str, query: Mapping[str, str]) -> requests.Response:
        response: requests.Response = self._client.request("GET", path, params=query)
        return response

    def _ask(
        self,
        endpoint: str,
        subject: str,
        request: Callable[[], requests.Response],
        *,
        data: type = list,
        tries: _Tries | None = None,
    ) -> dict[str, Any]:
        """Ask, again if the trouble looks passing, and return X's JSON object, whose `data` is a `data`."""
        return _PERSISTENT(self._ask_once, endpoint, subject, request, data, tries or _Tries())

    def _ask_once(
        self,
        endpoint: str,
        subject: str,
        request: Callable[[], requests.Response],
        data: type,
        tries: _Tries,
    ) -> dict[str, Any]:
        with tries.one():
            with self._gate.passing(endpoint, subject), translate_errors(subject):
                body = parse(request().content)
            if not isinstance(body, dict):
                raise XBadResponse(
                    f"{subject}: X answered with a {type(body).__name__} in place of an object"
                )
            require_shape(subject, body, data)
            return body


def _profile(user: Mapping[str, Any]) -> Profile:
    metrics = user.get("public_metrics")
    counts = metrics if isinstance(metrics, dict) else {}
    return Profile(
        user_id=str(user["id"]),
        handle=str(user["username"]),
        name=printable(str(user.get("name") or user["username"])),
        followers=count(counts.get("followers_count")),
        protected=bool(user.get("protected")),
        post_count=count(counts.get("tweet_count", counts.get("post_count"))),
        created_at=instant(user.get("created_at")),
    )
