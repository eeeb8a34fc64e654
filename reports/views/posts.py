"""An account's best and worst posts, on its own page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from pipeline.schema import KINDS
from reports import format as fmt
from reports.figures.per_account import AccountFigures
from reports.views.post_card import PostCard, post_card

FEW: Final = 6  # up to here all posts are shown, and none twice
_BEST: Final = 4
_WORST: Final = 2
_OF_TONE: Final = 2


@dataclass(frozen=True)
class PostList:
    """Some posts, and how they were chosen."""

    title: str
    caption: str
    posts: tuple[PostCard, ...]


@dataclass(frozen=True)
class Posts:
    """The lists of an account's posts."""

    lists: tuple[PostList, ...]
    caption: str


def posts(found: AccountFigures) -> Posts:
    """Return the lists of posts: all of a few, otherwise the best, the worst and those of the strongest tone."""
    ranked = found.posts
    if ranked.is_empty():
        has_data = found.day.data.with_data
        return Posts((), "There were no posts on this day." if has_data else "The account was not read.")
    toned = {mood: part for mood in ("positive", "negative") if (part := _toned(ranked, mood)).height}
    lists = [_all(ranked, toned, found)] if ranked.height <= FEW else _extremes(ranked, toned, found)
    return Posts(tuple(lists), _caption(ranked))


def _all(ranked: pl.DataFrame, toned: Mapping[str, pl.DataFrame], found: AccountFigures) -> PostList:
    caption = "By engagement, highest first"
    if ranked.height == 1:
        return _list("The day’s only post", caption, ranked, found)
    strongest = {part["post_id"][0]: f"the most {mood}" for mood, part in toned.items()}
    return _list(f"All {fmt.plural(ranked.height, 'post')}", caption, ranked, found, strongest)


def _extremes(
    ranked: pl.DataFrame, toned: Mapping[str, pl.DataFrame], found: AccountFigures
) -> list[PostList]:
    return [
        _list("Most engagement", f"The top {_BEST} of the day", ranked.head(_BEST), found),
        _list("Least engagement", f"The bottom {_WORST} of the day", ranked.tail(_WORST).reverse(), found),
        *(
            _list(f"Most {mood}", "By VADER’s compound score, which misses sarcasm", part, found)
            for mood, part in toned.items()
        ),
    ]


def _toned(ranked: pl.DataFrame, mood: str) -> pl.DataFrame:
    """Return the posts of the strongest tone; of equal ones, those with more engagement."""
    return (
        ranked.filter(pl.col("sentiment") == mood)
        .sort("compound", "engagement", "post_id", descending=[mood == "positive", True, True])
        .head(_OF_TONE)
    )


def _caption(ranked: pl.DataFrame) -> str:
    known = ranked.drop_nulls("usual_post").unique("kind")
    usual = {row["kind"]: fmt.compact(row["usual_post"]) for row in known.iter_rows(named=True)}
    if not usual:
        return "There is no usual post to compare these with yet."
    named = fmt.listing([f"{kind} ({usual[kind]} engagement)" for kind in KINDS if kind in usual])
    return f"Compared with the account’s usual {named}, the median of 28 days"


def _list(
    title: str,
    caption: str,
    part: pl.DataFrame,
    found: AccountFigures,
    labels: Mapping[str, str] | None = None,
) -> PostList:
    account = found.day.accounts.row(0, named=True)
    zone = ZoneInfo(found.day.window.timezone)
    cards = (
        post_card(row, account, zone, (labels or {}).get(row["post_id"]))
        for row in part.iter_rows(named=True)
    )
    return PostList(title, caption, tuple(cards))
