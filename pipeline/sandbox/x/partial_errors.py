"""What X reports beside the data of a successful response: accounts and posts that it cannot return."""

from collections.abc import Iterable
from typing import Any

from pipeline.sandbox.world.posts import Post
from pipeline.sandbox.x.parameters import FieldSelection

PROBLEMS = "https://api.twitter.com/2/problems"
_NOT_FOUND = f"{PROBLEMS}/resource-not-found"


def account_error(state: str, parameter: str, value: str) -> dict[str, Any]:
    """Return the error for a missing, suspended or protected account, in X's recorded words."""
    common = {"value": value, "resource_id": value, "parameter": parameter, "resource_type": "user"}
    if state == "suspended":
        return common | {
            "detail": f"User has been suspended: [{value}].",
            "title": "Forbidden",
            "type": _NOT_FOUND,
        }
    if state == "protected":
        return common | {
            "section": "data",
            "detail": f"Sorry, you are not authorized to see the user with {parameter}: [{value}].",
            "title": "Authorization Error",
            "type": f"{PROBLEMS}/not-authorized-for-resource",
        }
    return common | {
        "detail": f"Could not find user with {parameter}: [{value}].",
        "title": "Not Found Error",
        "type": _NOT_FOUND,
    }


def reference_errors(posts: Iterable[Post], selection: FieldSelection) -> list[dict[str, Any]]:
    """Return the errors for referenced posts that no longer exist."""
    if not selection.expands_references:
        return []
    name = "referenced_posts.id" if selection.new_spelling else "referenced_tweets.id"
    return [
        {
            "value": str(post.referenced.id),
            "detail": f"Could not find tweet with {name}: [{post.referenced.id}].",
            "title": "Not Found Error",
            "resource_type": "tweet",
            "parameter": name,
            "resource_id": str(post.referenced.id),
            "type": _NOT_FOUND,
        }
        for post in posts
        if post.referenced is not None and post.referenced_gone
    ]
