"""What X means when it does not give what was asked for: each case of its error table, as a typed error."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
import tweepy

from pipeline import clock
from pipeline.errors import (
    ExpansionRefused,
    NotEnrolled,
    PageTokenExpired,
    RunStopped,
    XBadResponse,
    XRefused,
    XTimedOut,
    XTooLarge,
    XUnavailable,
    XUnreachable,
)
from pipeline.json_text import parse
from pipeline.status import Status
from pipeline.text import one_line
from pipeline.x_api.transport import REFUSED_LOCATION, AnswerTooLarge, NeverSent
from pipeline.x_api.waiting import CEILING, rate_limited, told_wait


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


def concerns_account(error: Mapping[str, Any]) -> bool:
    """Whether an entry of a timeline's `errors[]` is about the account itself: not about a post or somebody in one."""
    kind, parameter = error.get("resource_type", "user"), error.get("parameter", "id")
    return kind == "user" and parameter in ("id", "usernames")


@contextmanager
def translate_errors(subject: str) -> Iterator[None]:
    """Turn whatever goes wrong while asking X into one typed line about `subject`."""
    try:
        yield
    except tweepy.HTTPException as error:
        raise error_for_response(subject, error.response) from None
    except AnswerTooLarge as error:
        raise XTooLarge(
            f"{subject}: X's answer is larger than {error}, so it is not read; run again later, or ask for fewer "
            "posts at once with a smaller max_posts"
        ) from None
    except json.JSONDecodeError:
        raise XBadResponse(
            f"{subject}: X answered with something that is not JSON; it usually passes"
        ) from None
    except NeverSent as error:
        raise XUnreachable(
            f"{subject}: cannot reach X ({error}), so nothing was sent and nothing is billed; check the network, then "
            "run again"
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
        return RunStopped(
            "X refuses the bearer token (401); set X_BEARER_TOKEN, or in Airflow the password of the Connection x_api, "
            "to your app's current token"
        )
    if status == requests.codes.payment_required:
        return RunStopped(f"X says the account is out of credits (402: {said}); buy credits, then run again")
    if status == requests.codes.too_many_requests and title == "UsageCapExceeded":
        return RunStopped(
            f"the monthly cap of the X account is used up (429: {said}); raise it or wait for the month"
        )
    if status == requests.codes.too_many_requests:
        wait = told_wait(response.headers)
        if wait > CEILING:
            return RunStopped(
                f"X answers no request before {clock.now() + wait:%Y-%m-%d %H:%M} UTC (429: {said}), which is too long "
                "to wait for; run again then"
            )
        return rate_limited(subject, clock.now() + wait)
    if status == requests.codes.forbidden and (stop := _stop_in(problem)):
        return stop(f"the X app may not read posts (403: {said}); change that in X's developer console")
    if status >= 500:
        return XUnavailable(
            f"{subject}: X answered {status} {one_line(response.reason)}; it usually passes: run again later"
        )
    if 300 <= status < 400:
        target = one_line(response.headers.get(REFUSED_LOCATION, ""), 100) or "nowhere"
        return XRefused(
            f"{subject}: X answered with a redirect ({status} to {target}), which would take the token to another "
            "address, so it is not followed; check X_API_URL, and for a proxy or log-in page in between"
        )
    if status == requests.codes.bad_request and _is_about("pagination_token", problem, said):
        return PageTokenExpired(f"{subject}: X no longer takes its own page token ({status}: {said})")
    if status == requests.codes.bad_request and _is_about("expansions", problem, said):
        return ExpansionRefused(f"{subject}: X refuses the expansion ({status}: {said})")
    return XRefused(f"{subject}: X refuses the request ({status}: {said})")


def _stop_in(problem: Mapping[str, Any]) -> type[RunStopped] | None:
    """Return the error of a 403 that is not about one account."""
    if "SpendCapReached" in (problem.get("title"), problem.get("reason")):
        return RunStopped
    return NotEnrolled if problem.get("reason") == "client-not-enrolled" else None


def _problem(response: requests.Response) -> dict[str, Any]:
    """Return the body of an error, `detail` in words; nearly nothing when it is no JSON object."""
    try:
        body = parse(response.content)
    except json.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        return {"detail": ""}
    said = [body.get("detail")] + [error.get("message") for error in objects(body.get("errors"))]
    return body | {"detail": "; ".join(text for text in said if text and isinstance(text, str))}


def _is_about(parameter: str, problem: Mapping[str, Any], said: str) -> bool:
    named = [error.get("parameters") for error in objects(problem.get("errors"))]
    return parameter in said or any(isinstance(names, dict) and parameter in names for names in named)
