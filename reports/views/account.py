"""What only an account's own page shows: its name, its best and worst posts, what there is to know of its data."""

from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from pipeline.status import Status
from reports import words
from reports.figures.each import AccountFigures
from reports.views import data, overview
from reports.views.metrics import View
from reports.views.posts import card

_FEW: Final = 6  # up to here all posts are shown, and none twice
_BEST: Final = 4
_WORST: Final = 2
_OF_TONE: Final = 2


def masthead(found: AccountFigures) -> View:
    """Return the head of the page; the report's own is kept, save for its title and scope."""
    row = found.day.accounts.row(0, named=True)
    followers = f" · {words.compact(row['followers'])} followers" if row["followers"] is not None else ""
    return overview.masthead(found.day) | {
        "name": words.display_name(row["name"], row["handle"]),
        "handle": row["handle"],
        "account": found.account,
        "date": words.long_day(found.day.day),
        "known": followers + (f" · {words.one_line(row['group'])}" if row["group"] else ""),
    }


def posts(found: AccountFigures) -> View:
    """Return the lists of posts: all of a few, else the best, the worst and those of the strongest tone."""
    ranked = found.posts
    row = found.day.accounts.row(0, named=True)
    if ranked.is_empty():
        silent = "There were no posts on this day." if row["has_data"] else "The account was not read."
        return {"lists": [], "posts_caption": silent}
    positive, negative = _toned(ranked, "positive"), _toned(ranked, "negative")
    if ranked.height <= _FEW:
        named = words.plural(ranked.height, "post")
        title = f"All {named}" if ranked.height > 1 else "The day’s only post"
        strongest = {}
        if ranked.height > 1:
            strongest = {
                part["post_id"][0]: text
                for part, text in ((positive, "the most positive"), (negative, "the most negative"))
                if part.height
            }
        lists = [_list(title, "By engagement, the most first", ranked, found, strongest)]
    else:
        lists = [
            _list("Landed best", f"The {_BEST} with the most engagement", ranked.head(_BEST), found),
            _list("Landed least", f"The {_WORST} with the least", ranked.tail(_WORST).reverse(), found),
        ]
        lists += [
            _list(f"Most {mood}", "By VADER’s compound score, which misses sarcasm", part, found)
            for mood, part in (("positive", positive), ("negative", negative))
            if part.height
        ]
    return {"lists": lists, "posts_caption": _usual(ranked)}


def notes(found: AccountFigures) -> View:
    """Return the facts on this account's data, what became of its day, and of the days before."""
    view = data.data(found.day)
    return view | {
        "facts": [
            fact | {"name": fact["name"].replace("of the run", "of its posts")}
            for fact in view["facts"]
            if fact["name"] != "Accounts"
        ],
        "today": view["noted"],
        "troubles": [
            {"day": words.short_day(row["day"]), "status": _status(row), "why": _why(row)}
            for row in found.trouble.iter_rows(named=True)
        ],
    }


def _toned(ranked: pl.DataFrame, mood: str) -> pl.DataFrame:
    return (
        ranked.filter(pl.col("sentiment") == mood)
        .sort("compound", "engagement", "post_id", descending=[mood == "positive", True, True])
        .head(_OF_TONE)
    )


def _usual(ranked: pl.DataFrame) -> str:
    usual = ranked["usual_post"][0]
    if usual is None:
        return "There is no usual post yet to compare these with."
    return f"Compared with the account’s usual post: {words.compact(usual)} engagement, the median of 28 days"


def _list(
    title: str, caption: str, part: pl.DataFrame, found: AccountFigures, labels: dict[str, str] | None = None
) -> View:
    account = found.day.accounts.row(0, named=True)
    zone = ZoneInfo(found.day.window.timezone)
    cards = [
        card(row, account, zone) | {"label": (labels or {}).get(row["post_id"])}
        for row in part.iter_rows(named=True)
    ]
    return {"title": title, "caption": caption, "posts": cards}


def _status(row: dict[str, Any]) -> str:
    status = Status(row["status"])
    return "cut short" if status == Status.OK else status.replace("_", " ")


def _why(row: dict[str, Any]) -> str:
    why = [words.one_line(row["reason"], 300)] if row["reason"] else []
    if row["truncated"]:
        why.append("max_posts was reached; the day’s earliest posts are not here")
    return "; ".join(why) or "no reason was given"
