"""The day in two or three sentences, made by rules from the same figures as the charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import polars as pl

from reports import format as fmt
from reports import thresholds
from reports.figures.alerts import FIXABLE, Row
from reports.figures.day import DayFigures
from reports.figures.summary import Standing, dominant_post, standing, tone_driver
from reports.figures.usual.compare import Compared
from reports.views.causes import about
from reports.views.metrics import against, usual_day

_NAMED: Final = 3  # accounts, before "and 12 more"


class Piece(NamedTuple):
    """A piece of a sentence; the strong ones carry the message."""

    text: str
    strong: bool = False
    to_unusual: bool = False  # leads to the table, narrowed to what is unusual


Sentence = list[Piece]


@dataclass(frozen=True)
class Summary:
    """The sentences at the head of the page."""

    sentences: list[Sentence]

    @property
    def texts(self) -> list[str]:
        """The sentences without emphasis."""
        return ["".join(piece.text for piece in sentence) for sentence in self.sentences]

    @property
    def headline(self) -> str:
        """The first sentence up to its message: `Engagement was 421k, 2.3x a usual Sunday`."""
        text = ""
        for piece in self.sentences[0]:
            text += piece.text
            if piece.strong:
                break
        return text.rstrip(".")


def summary(figures: DayFigures) -> Summary:
    """Return the sentences of the page's head, at least one."""
    return Summary([sentence for sentence in _sentences(figures) if sentence])


def _sentences(figures: DayFigures) -> list[Sentence]:
    rows = figures.accounts
    if rows.is_empty():
        return [[Piece("No account was planned for this day.", strong=True)]]
    if not figures.data.with_data:
        if figures.single:
            return [_why_not_read(rows.row(0, named=True))]
        nobody = f"None of the {rows.height} accounts could be read on this day."
        return [[Piece(nobody, strong=True), Piece(" There are no figures, which is not the same as zero.")]]
    absent = _absent(rows)
    if not figures.data.posts:
        return [absent, _silence(figures)]
    found = None if figures.single else standing(rows, figures.alerts)
    return [absent, _engagement(figures), _tone(figures), _standing(found) if found else []]


def _absent(rows: pl.DataFrame) -> Sentence:
    """Say first that accounts are missing since this day; those that nobody can read for long are no news."""
    since_today = pl.col("status").is_in([str(status) for status in FIXABLE]) | pl.col("status").ne_missing(
        pl.col("status_before")
    )
    if rows.filter(~pl.col("has_data"), since_today).is_empty():
        return []
    return [
        Piece(f"Only {rows['has_data'].sum()} of {rows.height} accounts were read", strong=True),
        Piece("."),
    ]


def _why_not_read(row: dict[str, Any]) -> Sentence:
    """Say on the account's own page, first of all, why it has no figures: on later days no alert repeats it."""
    why = fmt.one_line(row["reason"] or "", 200).rstrip(".") or fmt.status_name(row["status"])
    last = f" Its last data are of {fmt.short_day(row['last_data'])}." if row["last_data"] else ""
    return [
        Piece("The account could not be read on this day", strong=True),
        Piece(f": {why}.{last} There are no figures, which is not the same as zero."),
    ]


def _silence(figures: DayFigures) -> Sentence:
    posts = figures.total("posts")
    nobody = (
        "The account posted nothing"
        if figures.single
        else f"None of the {fmt.plural(figures.data.with_data, 'account')} with data posted anything"
    )
    usual = (
        f"; {fmt.plural(int(fmt.rounded(posts.usual)), 'post')} would be usual"
        if posts and posts.usual
        else ""
    )
    return [Piece(nobody, strong=True), Piece(f" on this day{usual}.")]


def _engagement(figures: DayFigures) -> Sentence:
    total = figures.total("engagement")
    if total is None:
        return []
    posts = fmt.plural(figures.data.posts, "post")
    if total.usual is None:
        result = [
            Piece(f"{fmt.compact(total.value)} from {posts}", strong=True),
            Piece(f". Comparisons start after {thresholds.USUAL_NEEDS} days of data."),
        ]
    else:
        compared = against(total.value, total.usual, f"a {usual_day(figures.day)}")
        result = [
            Piece(f"{fmt.compact(total.value)}, {compared}", strong=True),
            Piece(f", from {posts}."),
        ]
    return [Piece("Engagement was "), *result, *_one_post(figures, total)]


def _one_post(figures: DayFigures, total: Compared) -> Sentence:
    top = dominant_post(figures.standouts, total.value, figures.data.posts)
    if top is None:
        return []
    name = "" if figures.single else f"{_name(figures, top['account'])} "
    share = f" One {name}post accounted for {fmt.percent(100 * top['engagement'] / total.value)} of it"
    if total.usual is None:
        return [Piece(f"{share}.")]
    without = against(total.value - top["engagement"], total.usual, "usual")
    return [Piece(f"{share}; without that post, the day would have been {without}.")]


def _tone(figures: DayFigures) -> Sentence:
    net = figures.total("net")
    if net is None:
        return [Piece("The tone of no post was scored.")]
    if figures.few_scored:
        return _anecdote(figures, net)
    value = Piece(fmt.points(net.value), strong=True)
    if net.usual is None:
        scored = fmt.plural(figures.data.scored, "scored post")
        return [Piece("Net sentiment was "), value, Piece(f", from {scored}.")]
    moved = net.value - net.usual
    if net.low is not None and net.high is not None and net.low <= net.value <= net.high:
        reach = f"{fmt.points(net.low)} to {fmt.points(net.high)}"
        return [Piece("Net sentiment was "), value, Piece(f", within its usual range of {reach}.")]
    driver = None if figures.single else tone_driver(figures.all_tone, net)
    cause = f", driven mainly by {_driver(driver)}" if driver else ""
    cause += _cause(figures, driver)
    return [
        Piece(f"Net sentiment {'rose' if moved > 0 else 'fell'} to "),
        value,
        Piece(f" from a usual {fmt.points(net.usual)}{cause}."),
    ]


def _driver(row: dict[str, Any]) -> str:
    return (
        f"{fmt.display_name(row['name'], row['handle'])}, whose {fmt.plural(row['scored'], 'scored post')} "
        f"averaged {fmt.points(row['net'])} (usual {fmt.points(row['usual_net'])})"
    )


def _cause(figures: DayFigures, driver: dict[str, Any] | None) -> str:
    """Return what the move is mostly about, where an alert of the account that drove it says so."""
    of_tone = {one.account for one in figures.alerts if one.metric == "net"}
    account = figures.accounts["account"][0] if figures.single else driver["account"] if driver else None
    topic = about(figures.causes.get(account)) if account in of_tone else ""
    return f", {topic}" if topic else ""


def _anecdote(figures: DayFigures, net: Compared) -> Sentence:
    """The tone of fewer than ten posts: with its uncertainty, and never as a rise or a fall."""
    usual = f" (usual {fmt.points(net.usual)})" if net.usual is not None else ""
    scored = fmt.plural(figures.data.scored, "scored post")
    interval = ""
    if figures.net_interval:
        low, high = figures.net_interval
        interval = f": with 95% confidence it lies between {fmt.points(low)} and {fmt.points(high)}"
    return [
        Piece("Net sentiment was "),
        Piece(fmt.points(net.value), strong=True),
        Piece(f"{usual} from {scored}, too few to be sure{interval}."),
    ]


def _standing(found: Standing) -> Sentence:
    """Who was above and who below: the accounts of the alerts and of the table's marks."""
    result = [Piece(f"{found.usual} of {fmt.plural(found.known, 'account')} {_were(found.usual)} as usual")]
    parts = (
        (found.above, "above it"),
        (found.below, "below it"),
        (found.in_tone, "unusual in tone only"),
        (found.in_mentions, "unusual in mentions only"),
    )
    told = [(rows, how) for rows, how in parts if rows]
    for place, (rows, how) in enumerate(told):
        before = "; " if place == 0 else " and " if place == len(told) - 1 else ", "
        result += [Piece(before), *_names(rows), Piece(f" {_were(len(rows))} {how}")]
    return [*result, Piece(".")]


def _names(rows: Sequence[Row]) -> Sentence:
    names = [fmt.display_name(row["name"], row["handle"]) for row in rows]
    if len(names) <= _NAMED + 1:
        return [Piece(fmt.listing(names, _NAMED + 1))]
    more = Piece(f"{len(names) - _NAMED} more", to_unusual=True)
    return [Piece(f"{', '.join(names[:_NAMED])} and "), more]


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _name(figures: DayFigures, account: str) -> str:
    row = figures.accounts.filter(pl.col("account") == account).row(0, named=True)
    return fmt.display_name(row["name"], row["handle"])
