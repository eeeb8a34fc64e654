"""X's API v2 through tweepy.

Answers come back as X's own JSON, untouched, so that what is stored is what was said. Failures come back as
the errors of `pipeline.errors`; nothing of tweepy, requests or JSON escapes.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests
import stamina
import tweepy
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from pipeline.errors import AccountUnavailable, XBadResponse, XTimedOut, XUnavailable
from pipeline.ids import is_id
from pipeline.text import printable
from pipeline.x_api.problems import Refusal, objects, refusal_in, translate_errors
from pipeline.x_api.transport import TWEEPY_HOST, Transport

# At DEBUG it logs each post, thousands of them a day.
logging.getLogger("tweepy").setLevel(logging.INFO)
log = logging.getLogger(__name__)


def _log_retry(details: RetryDetails) -> None:
    log.info("%s; asked again in %.1f s", details.caused_by, details.wait_for)


# In our words; its own hook prints the arguments of a call that says nothing to a reader.
set_on_retry_hooks([_log_retry])


def _may_pass_soon(error: Exception) -> bool:
    """Whether asking again within seconds is worth it. A silent server has had its time."""
    return isinstance(error, XUnavailable) and not isinstance(error, XTimedOut)


_PERSISTENT = stamina.RetryingCaller(attempts=3, wait_initial=0.5).on(_may_pass_soon)

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
    post_count: int | None = None  # posts since the account was made, as X counts them
    created_at: datetime | None = None


def _keep_header(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Leave the header alone: without this, a ~/.netrc would replace the token."""
    return request


class XApi:
    """A connection to X with one bearer token. Safe to share between threads."""

    def __init__(self, token: str, base_url: str) -> None:
        # Without a token: the transport puts it in, and tweepy logs none.
        self._client = tweepy.Client(return_type=dict, wait_on_rate_limit=False)
        self._client.session.mount(TWEEPY_HOST, Transport(base_url, token))
        self._client.session.auth = _keep_header

    def users(self, handles: Sequence[str]) -> tuple[dict[str, Profile], dict[str, Refusal]]:
        """Look up to 100 handles up: profiles and refusals, each by lower-case handle."""
        body = self._ask(
            f"looking up {len(handles)} accounts",
            lambda: self._client.get_users(usernames=list(handles), user_fields=USER_FIELDS),
        )
        found = {
            str(user["username"]).lower(): _profile(user)
            for user in objects(body.get("data"))
            if is_id(user.get("id")) and "username" in user
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
        body = self._ask(
            f"@{handle}",
            lambda: self._client.get_users_tweets(
                user_id,
                start_time=start_time,
                end_time=end_time,
                max_results=max_results,
                exclude=list(exclude) or None,
                expansions=list(expansions) or None,
                pagination_token=token,
                until_id=until_id,
                tweet_fields=TWEET_FIELDS,
            ),
        )
        if "data" not in body and "meta" not in body:
            for error in objects(body.get("errors")):
                if refusal := refusal_in(error):
                    raise AccountUnavailable(refusal.status, f"@{handle}: {refusal.reason}")
            raise XBadResponse(f"@{handle}: X answered with neither posts nor a known reason")
        return body

    def posts(self, handle: str, post_ids: Sequence[str]) -> dict[str, Any]:
        """Look up to 100 of an account's posts up, as X's JSON: those it returns, and of others why it does not.

        What is in neither `data` nor `errors` was left out, which says nothing.
        """
        return self._ask(
            f"@{handle}: looking up {len(post_ids)} posts",
            lambda: self._client.get_tweets(list(post_ids), tweet_fields=["created_at"]),
        )

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


def _profile(user: Mapping[str, Any]) -> Profile:
    metrics = user.get("public_metrics")
    counts = metrics if isinstance(metrics, dict) else {}
    return Profile(
        user_id=str(user["id"]),
        handle=str(user["username"]),
        name=printable(str(user.get("name") or user["username"])),
        followers=_count(counts.get("followers_count")),
        protected=bool(user.get("protected")),
        post_count=_count(counts.get("tweet_count", counts.get("post_count"))),
        created_at=_instant(user.get("created_at")),
    )


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < 2**63 else None


def _instant(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value)).astimezone(UTC)
    except (ValueError, OverflowError):  # missing, or no instant
        return None


def _ask_once(subject: str, request: Callable[[], Any], data: type) -> dict[str, Any]:
    with translate_errors(subject):
        body = request()
    if not isinstance(body, dict):
        raise XBadResponse(f"{subject}: X answered with a {type(body).__name__} in place of an object")
    for name, wanted in (("data", data), ("errors", list), ("includes", dict), ("meta", dict)):
        value = body.get(name)
        if value is not None and not isinstance(value, wanted):
            raise XBadResponse(f"{subject}: X's {name} is a {type(value).__name__}, not a {wanted.__name__}")
    if not body.keys() & {"data", "meta", "errors"}:
        raise XBadResponse(f"{subject}: X answered with neither data nor a reason")
    return body
