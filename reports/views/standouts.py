"""The posts that stood out, as cards."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from reports import thresholds
from reports.figures.day import DayFigures
from reports.views.post_card import PostCard, post_card


@dataclass(frozen=True)
class Standouts:
    """The cards, and how they were chosen."""

    posts: tuple[PostCard, ...]
    caption: str


def standouts(figures: DayFigures) -> Standouts:
    """Return the cards, and a caption that says how they were chosen."""
    accounts = {
        row["account"]: row
        for row in figures.accounts.select("account", "handle", "name").iter_rows(named=True)
    }
    zone = ZoneInfo(figures.window.timezone)
    return Standouts(
        posts=tuple(
            post_card(row, accounts[row["account"]], zone) for row in figures.standouts.iter_rows(named=True)
        ),
        caption=_caption(figures),
    )


def _caption(figures: DayFigures) -> str:
    if not figures.data.posts:
        return "There were no posts on this day."
    if figures.standouts.is_empty():
        return f"No post reached {thresholds.STANDOUT_TIMES:g} times its account’s median of its kind."
    if figures.standouts["times"].null_count():
        return "The posts with the most engagement; no account has a usual post to compare with yet"
    caption = "Ranked by engagement relative to the account’s own median of the same kind"
    return caption if figures.single else f"{caption}, so small accounts can appear"
