"""An account's posts of the day, on its own page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from pipeline.lake import keys
from pipeline.schema import KINDS
from reports import format as fmt
from reports import thresholds
from reports.figures.per_account import AccountFigures
from reports.views.post_card import PostCard, post_card

# How the reader can sort the posts; the first is how they stand. The script knows each by its name.
_ORDERS: Final = (
    ("engagement", "Most engagement"),
    ("times", "Furthest above usual"),
    ("negative", "Most negative"),
    ("positive", "Most positive"),
    ("earliest", "Earliest"),
    ("latest", "Latest"),
    ("kind", "Kind"),
)


@dataclass(frozen=True)
class Jump:
    """A link to a post that a reader looks for first."""

    post_id: str
    text: str


@dataclass(frozen=True)
class Posts:
    """The account's posts, by engagement."""

    title: str
    caption: str
    posts: tuple[PostCard, ...]
    jumps: tuple[Jump, ...]
    orders: tuple[tuple[str, str], ...]  # names and texts; empty where there is nothing to sort
    first: int  # posts before the button that shows all
    left_out: str  # how many more there are, where they are only in the CSV
    csv: str | None  # from `reports/`'s parent


def posts(found: AccountFigures) -> Posts:
    """Return the day's posts, by engagement: the 200 with the most."""
    count = found.posts.height
    if not count:
        text = "There were no posts on this day." if found.day.data.with_data else "The account was not read."
        return Posts("Posts", text, (), (), (), thresholds.FIRST_POSTS, "", None)
    ranked = list(found.posts.head(thresholds.MOST_POSTS).iter_rows(named=True))
    account = found.day.accounts.row(0, named=True)
    zone = ZoneInfo(found.day.window.timezone)
    labels = _labels(ranked)
    cards = [replace(post_card(row, account, zone), label=labels.get(row["post_id"])) for row in ranked]
    left = count - len(cards)
    return Posts(
        title=_title(count, len(cards)),
        caption=_caption(ranked),
        posts=tuple(cards),
        jumps=tuple(
            Jump(card.post_id, f"{card.label}, {card.time}")
            for card in cards
            if card.label and count > thresholds.FIRST_POSTS
        ),
        orders=_ORDERS if count > 1 else (),
        first=thresholds.FIRST_POSTS,
        left_out=f"{fmt.plural(left, 'post')} with less engagement are in the CSV." if left else "",
        csv=keys.account_csv(found.day.day, found.account),
    )


def _title(count: int, shown: int) -> str:
    if shown < count:
        return f"The {shown} of {count:,} posts with the most engagement"
    return f"All {count} posts of the day" if count > 1 else "The day’s only post"


def _labels(ranked: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Return which posts have the strongest tone; of equal ones, the one with more engagement."""
    if len(ranked) == 1:
        return {}
    labels = {}
    for mood, sign in (("positive", 1), ("negative", -1)):
        of_mood = [row for row in ranked if row["sentiment"] == mood]
        if of_mood:
            strongest = max(of_mood, key=lambda row: sign * row["compound"])
            labels[strongest["post_id"]] = f"the most {mood}"
    return labels


def _caption(ranked: Sequence[dict[str, Any]]) -> str:
    usual = {row["kind"]: fmt.compact(row["usual_post"]) for row in ranked if row["usual_post"] is not None}
    if not usual:
        return "There is no usual post to compare these with yet."
    named = fmt.listing([f"{kind} ({usual[kind]} engagement)" for kind in KINDS if kind in usual])
    return f"Compared with the account’s usual {named}, the median of 28 days"
