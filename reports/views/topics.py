"""What the posts are about: a table of topics and formats, what rises first."""

from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from pipeline.ids import is_id
from pipeline.schema import MOST_TERMS
from reports import format as fmt
from reports import thresholds
from reports.figures import topics as figures_of_topics
from reports.figures.day import DayFigures
from reports.views.accounts import Cell, net_tip, sortable
from reports.views.metrics import Delta, Usual

_KINDS: Final = {
    "hashtag": "Hashtag",
    "word": "Word",
    "pair": "Words",
    "domain": "Links to",
    "format": "Format",
}
_FORMATS: Final = {"photo": "Photo", "video": "Video", "gif": "GIF", "link": "Link", "text": "Text only"}
_NAMED: Final = 2  # rising topics in the sentence


@dataclass(frozen=True)
class TopicPost:
    """A post that a topic leads to, on its account's page."""

    account: str
    post_id: str
    time: str  # local


@dataclass(frozen=True)
class TopicRow:
    """A topic or a format."""

    name: str
    kind: str
    account: str | None  # whose posts they are, where the page has several
    accounts: str  # how many, otherwise
    posts: Cell
    usual: Usual | None
    delta: Delta | None
    engagement: Cell
    net: Cell
    net_tip: str | None  # the uncertainty of a small sample
    few: bool
    leads: tuple[TopicPost, ...]
    more: int  # posts beside those


@dataclass(frozen=True)
class RisingTopic:
    """A topic of the sentence above the table."""

    name: str
    told: str


@dataclass(frozen=True)
class Topics:
    """The table, and what is said of it."""

    rising: tuple[RisingTopic, ...]
    rows: tuple[TopicRow, ...]
    caption: str
    note: str


def topics(figures: DayFigures) -> Topics | None:
    """Return the table of a day or a group; None where there is nothing to show."""
    most = thresholds.MOST_TOPICS_OF_ACCOUNT if figures.single else thresholds.MOST_TOPICS
    return _topics(figures, most, single=figures.single)


def topics_of_account(figures: DayFigures) -> Topics | None:
    """Return the table of an account's own page; None where there is nothing to show."""
    return _topics(figures, thresholds.MOST_TOPICS_OF_ACCOUNT, single=True)


def _topics(figures: DayFigures, most: int, *, single: bool) -> Topics | None:
    found = figures.topics
    if found is None:
        return None
    zone = ZoneInfo(figures.window.timezone)
    lines = [*found.terms.head(most).iter_rows(named=True), *found.formats.iter_rows(named=True)]
    if not lines:
        return None
    rising = [line for line in lines if line["rising"]]
    return Topics(
        rising=tuple(RisingTopic(_name(line), _told(line)) for line in rising[:_NAMED]),
        rows=tuple(_row(line, zone, single=single) for line in lines),
        caption=_caption(found, lines),
        note=_note(found, few=any(line["few"] and line["scored"] for line in lines)),
    )


def _row(line: dict[str, Any], zone: ZoneInfo, *, single: bool) -> TopicRow:
    leads = tuple(
        TopicPost(lead["account"], lead["post_id"], f"{lead['created_at'].astimezone(zone):%H:%M}")
        for lead in line["leads"] or ()
        if is_id(lead["post_id"])
    )
    alone = line["accounts"] == 1
    other = " (not English)" if line["kind"] in ("word", "pair") and not line["english"] else ""
    return TopicRow(
        name=_name(line),
        kind=f"{_KINDS[line['kind']]}{other}",
        account=leads[0].account if leads and alone and not single else None,
        accounts="" if single or alone else fmt.plural(line["accounts"], "account"),
        posts=Cell(f"{line['posts']:,}", sortable(line["posts"])),
        usual=None if line["usual"] is None else Usual(_a_day(line["usual"]), ""),
        delta=_delta(line),
        engagement=Cell(fmt.compact(line["engagement"]), sortable(line["engagement"])),
        net=Cell(fmt.points(line["net"]), sortable(line["net"], 1)),
        net_tip=net_tip(line),
        few=bool(line["few"] and line["scored"]),
        leads=leads,
        more=line["posts"] - len(leads),
    )


def _name(line: dict[str, Any]) -> str:
    if line["kind"] == "format":
        return _FORMATS[line["term"]]
    return fmt.one_line(f"#{line['term']}" if line["kind"] == "hashtag" else line["term"], 40) or fmt.NONE


def _a_day(usual: float) -> str:
    """Return posts a day: 0, <0.1, 0.4, 12."""
    if 0 < usual < 0.05:
        return "<0.1"
    return fmt.decimal(usual, 1) if 0 < usual < 9.95 else f"{fmt.rounded(usual):,}"


def _delta(line: dict[str, Any]) -> Delta | None:
    posts, usual = line["posts"], line["usual"]
    if usual is None:
        return None
    if not usual:
        return Delta("new", "up", line["rising"], "")
    if posts >= thresholds.TIMES_USUAL * usual:
        return Delta(fmt.times(posts / usual), "up", line["rising"], "")
    text = fmt.change(posts, usual)
    if text in (None, "0%"):
        return Delta("no change", "", unusual=False, tip="")
    return Delta(str(text), "up" if posts > usual else "down", unusual=False, tip="")


def _told(line: dict[str, Any]) -> str:
    posts = fmt.plural(line["posts"], "post")
    return (
        f"in {posts}, usually in {_a_day(line['usual'])} a day"
        if line["usual"]
        else f"in {posts}, new in 28 days"
    )


def _caption(found: figures_of_topics.Topics, lines: list[dict[str, Any]]) -> str:
    if all(line["usual"] is None for line in lines):
        return f"Comparisons start after {thresholds.USUAL_NEEDS} days of counted topics."
    if not any(line["rising"] for line in lines):
        return "No topic is in far more posts than usual."
    return ""


def _note(found: figures_of_topics.Topics, *, few: bool) -> str:
    parts = [
        "Posts, replies and quotes; a topic counts once in a post. Usual: posts a day"
        + (
            f", over the {found.days} of the last {thresholds.USUAL_DAYS} days that are counted."
            if found.days < thresholds.USUAL_DAYS
            else f", over {thresholds.USUAL_DAYS} days."
        ),
        "Words count where they rise, in English posts apart from others.",
    ]
    if found.uncut:
        parts.append(
            f"{fmt.plural(found.uncut, 'post is', 'posts are')} in languages written without spaces, which are not cut "
            "into words: of these only hashtags, links and formats count."
        )
    if found.left_out:
        parts.append(
            f"Of an account’s day, the {MOST_TERMS} most used terms of each kind count; rarer ones are left out."
        )
    if few:
        parts.append(f"† fewer than {thresholds.FEW_SCORED} scored posts.")
    return " ".join(parts)
