"""What X means when it does not give what was asked for: each case of its error table, as a typed error."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
import tweepy

from pipeline import clock
from pipeline.errors import (
    PageTokenExpired,
    RateLimited,
    RunStopped,
    XBadResponse,
    XRefused,
    XTimedOut,
    XUnavailable,
)
from pipeline.status import Status
from pipeline.text import one_line

RATE_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True)
class Refusal:
    """Why X does not show an account."""

    status: Status
    reason: str


PROTECTED = Refusal(Status.PROTECTED, "the account is protected: only its followers may read it")


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


@contextmanager
def translate_errors(subject: str) -> Iterator[None]:
    """Turn whatever goes wrong while asking X into one typed line about `subject`."""
    try:
        yield
    except tweepy.HTTPException as error:
        raise error_for_response(subject, error.response) from None
    except requests.JSONDecodeError:
        raise XBadResponse(
            f"{subject}: X answered with something that is not JSON; it usually passes"
        ) from None
    except requests.Timeout:
        raise XTimedOut(f"{subject}: X did not answer in time; it usually passes: run again later") from None
    except requests.RequestException as error:
        raise XBadResponse(
            f"{subject}: the connection to X failed ({type(error).__name__}); check the network, then run again"
        ) from None


def objects(entries: Any) -> list[Mapping[str, Any]]:
    """Return the JSON objects among `entries`; X's lists are not taken at their word."""
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def error_for_response(subject: str, response: requests.Response) -> Exception:  # noqa: PLR0911
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
        return RunStopped(f"the X app may not read posts (403: {said}); change that in X's developer console")
    if status >= 500:
        return XUnavailable(
            f"{subject}: X answered {status} {response.reason}; it usually passes: run again later"
        )
    if status == requests.codes.bad_request and _is_about_the_page_token(problem, said):
        return PageTokenExpired(f"{subject}: X no longer takes its own page token ({status}: {said})")
    return XRefused(f"{subject}: X refuses the request ({status}: {said})")


def _reset_at(response: requests.Response) -> datetime:
    try:
        return datetime.fromtimestamp(int(response.headers.get("x-rate-limit-reset", "")), UTC)
    except (ValueError, OverflowError, OSError):  # missing, or no instant
        return clock.now() + RATE_WINDOW


def _problem(response: requests.Response) -> dict[str, Any]:
    """Return the body of an error, `detail` in words; nearly nothing when it is no JSON object."""
    try:
        body = response.json()
    except requests.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        return {"detail": ""}
    said = [body.get("detail")] + [error.get("message") for error in objects(body.get("errors"))]
    return body | {"detail": "; ".join(text for text in said if text and isinstance(text, str))}


def _is_about_the_page_token(problem: Mapping[str, Any], said: str) -> bool:
    named = [error.get("parameters") for error in objects(problem.get("errors"))]
    return "pagination_token" in said or any(
        isinstance(names, dict) and "pagination_token" in names for names in named
    )
