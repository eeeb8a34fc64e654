"""The posts that stood out, as cards."""

from typing import Any
from zoneinfo import ZoneInfo

from reports import thresholds, words
from reports.figures.day import DayFigures
from reports.languages import language
from reports.views.metrics import View


def standouts(figures: DayFigures) -> View:
    """Return the cards, and a caption that says how they were chosen."""
    found = figures.standouts
    names = {
        row["account"]: row
        for row in figures.accounts.select("account", "handle", "name").iter_rows(named=True)
    }
    if found.is_empty():
        caption = f"No post reached {thresholds.STANDOUT_TIMES:g} times its account’s median post."
        if not figures.freshness.posts:
            caption = "There were no posts on this day."
    elif found["times"].null_count():
        caption = "The posts with the most engagement; no account has a median post to compare with yet"
    else:
        caption = "Ranked by engagement against the account’s own median post"
        caption += "" if figures.single else ", so small accounts can appear"
    zone = ZoneInfo(figures.window.timezone)
    return {
        "standouts_caption": caption,
        "standouts": [card(row, names[row["account"]], zone) for row in found.iter_rows(named=True)],
    }


def columns() -> tuple[str, ...]:
    """Return the columns of POSTS that the report reads."""
    return (
        "post_id",
        "account",
        "created_at",
        "text",
        "lang",
        "kind",
        "like_count",
        "repost_count",
        "reply_count",
        "quote_count",
        "impression_count",
        "engagement",
        "compound",
        "sentiment",
    )


def card(row: dict[str, Any], account: dict[str, Any], zone: ZoneInfo) -> View:
    """Return a post, a row of `standouts`, as its card shows it; `account` has its `handle` and `name`."""
    local = row["created_at"].astimezone(zone)
    counts = [
        (name, words.compact(row[column]))
        for name, column in (
            ("Likes", "like_count"),
            ("Reposts", "repost_count"),
            ("Replies", "reply_count"),
            ("Quotes", "quote_count"),
        )
    ]
    if row["impression_count"]:
        counts.append(("Eng. rate", words.rate(100 * row["engagement"] / row["impression_count"])))
    return {
        "account": row["account"],
        "name": words.display_name(account["name"], account["handle"]),
        "handle": account["handle"],
        "instant": f"{row['created_at']:%Y-%m-%dT%H:%M:%SZ}",
        "time": f"{local:%H:%M} {local:%Z}",
        "text": words.paragraph(row["text"]),
        "label": None,
        "times": None if row["times"] is None else words.times(row["times"]),
        "counts": counts,
        "mood": row["sentiment"] or "unscored",
        "tone": _tone(row),
        "url": words.post_url(account["handle"], row["post_id"]),
    }


def _tone(row: dict[str, Any]) -> str:
    if row["sentiment"] is None:
        return f"Not scored ({language(row['lang'])})"
    return f"{row['sentiment'].capitalize()} {row['compound']:.2f}".replace("-", "\u2212")
