"""The query for a page of a timeline, in either of X's vocabularies: its spelling decides that of the answer. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

RETWEET_ORIGINALS: Final = "referenced_tweets.id"
TWEET_FIELDS: Final = (
    "created_at", "author_id", "conversation_id", "lang", "public_metrics", "entities", "referenced_tweets",
    "in_reply_to_user_id", "possibly_sensitive", "note_tweet", "edit_controls", "attachments",
    "reply_settings", "withheld", "paid_partnership",
)  # fmt: skip
_NEW: Final[Mapping[str, str]] = {
    "referenced_tweets": "referenced_posts",
    "note_tweet": "note_post",
    RETWEET_ORIGINALS: "referenced_posts.id",
}


def timeline_query(
    new_words: bool, *, exclude: Sequence[str], expansions: Sequence[str], **parameters: Any
) -> dict[str, str]:
    """Return the query of `GET /2/users/:id/tweets`; parameters that are None or empty are left out.

    Expansions are given in the old words.
    """

    def spelled(names: Sequence[str]) -> str:
        return ",".join(_NEW.get(name, name) if new_words else name for name in names)

    query = {
        **parameters,
        "exclude": ",".join(exclude),
        "expansions": spelled(expansions),
        "post.fields" if new_words else "tweet.fields": spelled(TWEET_FIELDS),
    }
    return {name: _text(value) for name, value in query.items() if value not in (None, "")}


def _text(value: Any) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else str(value)
