"""A post as a card, for the posts that stood out and for an account's posts."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from reports import format as fmt
from reports.languages import language


@dataclass(frozen=True)
class PostCard:
    """A post with its counts and its tone."""

    post_id: str
    account: str
    name: str
    handle: str
    instant: str  # UTC
    time: str  # local
    text: str
    label: str | None
    kind: str  # post, reply or quote
    times: str | None  # the usual one of its account and kind
    counts: tuple[tuple[str, str], ...]
    mood: str
    tone: str
    url: str | None
    sort: str  # engagement, times, compound, seconds since 1970; empty where unknown
    folder: str | None = (
        ""  # of the account's page, where the posts are of several days; None without such a page
    )


def post_card(row: dict[str, Any], account: dict[str, Any], zone: ZoneInfo) -> PostCard:
    """Return the card of a row of `rank_posts`; `account` has its `handle` and `name`."""
    local = row["created_at"].astimezone(zone)
    counts = [
        (name, fmt.compact(row[column]))
        for name, column in (
            ("Likes", "like_count"),
            ("Reposts", "repost_count"),
            ("Replies", "reply_count"),
            ("Quotes", "quote_count"),
        )
    ]
    if row["impression_count"]:
        counts.append(("Eng. rate", fmt.rate(100 * row["engagement"] / row["impression_count"])))
    return PostCard(
        post_id=row["post_id"],
        account=row["account"],
        name=fmt.display_name(account["name"], account["handle"]),
        handle=account["handle"],
        instant=f"{row['created_at']:%Y-%m-%dT%H:%M:%SZ}",
        time=f"{local:%H:%M} {local:%Z}",
        text=fmt.paragraph(row["text"]),
        label=None,
        kind=row["kind"],
        times=None if row["times"] is None else fmt.times(row["times"]),
        counts=tuple(counts),
        mood=row["sentiment"] or "unscored",
        tone=_tone(row),
        url=fmt.post_url(account["handle"], row["post_id"]),
        sort=",".join(
            map(
                fmt.plain_number,
                (row["engagement"], row["times"], row["compound"], row["created_at"].timestamp()),
            )
        ),
    )


def _tone(row: dict[str, Any]) -> str:
    if row["sentiment"] is None:
        return f"Not scored ({language(row['lang'])})"
    return f"{row['sentiment'].capitalize()} {fmt.decimal(row['compound'], 2)}"
