"""What X reports beside the data of a successful response: accounts and posts that it cannot return."""

from collections.abc import Iterable
from typing import Any

from pipeline.sandbox.world.posts import Post
from pipeline.sandbox.x.parameters import FieldSelection

PROBLEMS = "https://api.twitter.com/2/problems"


def account_error(state: str, parameter: str, value: str) -> dict[str, Any]:
    """Return the error for a missing, suspended or protected account, in X's recorded words."""
    if state == "suspended":
        detail = f"User has been suspended: [{value}]."
        return _error("user", parameter, value, "Forbidden", detail, "resource-not-found")
    return (refused if state == "protected" else not_found)("user", parameter, value)


def not_found(resource: str, parameter: str, value: str) -> dict[str, Any]:
    """Return the error for an account or a post that does not exist (any more)."""
    detail = f"Could not find {resource} with {parameter}: [{value}]."
    return _error(resource, parameter, value, "Not Found Error", detail, "resource-not-found")


def refused(resource: str, parameter: str, value: str) -> dict[str, Any]:
    """Return the error for an account or a post that exists and may not be seen."""
    shown = resource if resource == "user" else resource.title()
    detail = f"Sorry, you are not authorized to see the {shown} with {parameter}: [{value}]."
    kind = "not-authorized-for-resource"
    return _error(resource, parameter, value, "Authorization Error", detail, kind) | {"section": "data"}


def _error(resource: str, parameter: str, value: str, title: str, detail: str, kind: str) -> dict[str, Any]:
    return {
        "value": value,
        "resource_id": value,
        "parameter": parameter,
        "resource_type": resource,
        "title": title,
        "detail": detail,
        "type": f"{PROBLEMS}/{kind}",
    }


def reference_errors(posts: Iterable[Post], selection: FieldSelection) -> list[dict[str, Any]]:
    """Return the errors for referenced posts that no longer exist."""
    if not selection.expands_references:
        return []
    name = "referenced_posts.id" if selection.new_spelling else "referenced_tweets.id"
    return [
        not_found("tweet", name, str(post.referenced.id))
        for post in posts
        if post.referenced is not None and post.referenced_gone
    ]
