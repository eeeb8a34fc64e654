"""The report in brief: two or three sentences made by rules from the same figures as the charts."""

from typing import Any, NamedTuple

import polars as pl

from reports import thresholds
from reports.figures.day import Compared, DayFigures
from reports.words import (
    change,
    compact,
    display_name,
    listing,
    long_day,
    percent,
    plural,
    points,
    times,
)


class Piece(NamedTuple):
    """A piece of a sentence; the strong ones carry the message."""

    text: str
    strong: bool = False


Sentence = list[Piece]


def brief(figures: DayFigures) -> list[Sentence]:
    """Return the sentences of the report's head."""
    rows = figures.accounts
    read = rows.filter("has_data")
    if rows.is_empty():
        return [[Piece("No account was planned for this day.", strong=True)]]
    if read.is_empty():
        said = (
            "The account could not be read on this day."
            if figures.single
            else f"None of the {rows.height} accounts could be read on this day."
        )
        return [[Piece(said, strong=True), Piece(" There are no figures, which is not the same as zero.")]]
    if not read["posts"].sum():
        return [_silence(figures, read)]
    sentences = [_engagement(figures), _tone(figures)]
    if not figures.single:
        sentences.append(_ranges(read))
    return [sentence for sentence in sentences if sentence]


def usual_day(figures: DayFigures) -> str:
    """Return `a usual Sunday`."""
    return f"a usual {long_day(figures.day).split()[0]}"


def _silence(figures: DayFigures, read: pl.DataFrame) -> Sentence:
    posts = figures.total("posts")
    who = "The account" if figures.single else f"None of the {plural(read.height, 'account')} read"
    said = f"{who} posted nothing" if figures.single else f"{who} posted anything"
    usual = f"; {plural(round(posts.usual), 'post')} would be usual" if posts and posts.usual else ""
    return [Piece(said, strong=True), Piece(f" on this day{usual}.")]


def _engagement(figures: DayFigures) -> Sentence:
    total = figures.total("engagement")
    if total is None:
        return []
    posts = plural(int(figures.accounts["posts"].sum()), "post")
    said = [Piece("Engagement was ")]
    if total.usual is None:
        said += [
            Piece(f"{compact(total.value)} from {posts}", strong=True),
            Piece(
                f". There is no baseline yet: a usual day needs {thresholds.USUAL_NEEDS} days read at this age."
            ),
        ]
    else:
        said += [
            Piece(
                f"{compact(total.value)}, {against(total.value, total.usual, usual_day(figures))}",
                strong=True,
            )
        ]
        said.append(Piece(f", from {posts}."))
    return said + _one_post(figures, total)


def against(value: float, usual: float, what: str) -> str:
    """Return `2.3x a usual Sunday`, `18% above a usual Sunday`, `about a usual Sunday`."""
    difference = change(value, usual)
    if difference is None or abs(value / usual - 1) < thresholds.ABOUT_USUAL:
        return f"about {what}"
    if value / usual >= thresholds.TIMES_USUAL:
        return f"{times(value / usual)} {what}"
    return f"{difference} {'above' if value > usual else 'below'} {what}"


def _one_post(figures: DayFigures, total: Compared) -> Sentence:
    if figures.standouts.is_empty() or total.value <= 0:
        return []
    top = figures.standouts.sort("engagement", "post_id", descending=True).row(0, named=True)
    share = top["engagement"] / total.value
    if share < thresholds.ONE_POST_SHARE or figures.accounts["posts"].sum() == 1:
        return []
    name = "" if figures.single else f"{_name(figures, top['account'])} "
    said = f" One {name}post made {percent(100 * share)} of it"
    if total.usual is None:
        return [Piece(f"{said}.")]
    without = against(total.value - top["engagement"], total.usual, "usual")
    return [Piece(f"{said}; without that post the day would have been {without}.")]


def _tone(figures: DayFigures) -> Sentence:
    net = figures.total("net")
    if net is None:
        return [Piece("No post was scored for its tone.")]
    if figures.few_scored:
        return _anecdote(figures, net)
    if net.usual is None:
        scored = plural(figures.freshness.scored, "scored post")
        return [
            Piece("Net sentiment was "),
            Piece(points(net.value), strong=True),
            Piece(f", from {scored}."),
        ]
    moved = net.value - net.usual
    if abs(moved) < thresholds.NET_MOVED:
        return [
            Piece("Net sentiment was "),
            Piece(points(net.value), strong=True),
            Piece(f", usual {points(net.usual)}."),
        ]
    cause = None if figures.single else _cause(figures.all_tone, net)
    said = [
        Piece(f"Net sentiment {'rose' if moved > 0 else 'fell'} to "),
        Piece(points(net.value), strong=True),
        Piece(f" from a usual {points(net.usual)}"),
    ]
    if cause:
        whose = (
            f"whose {plural(cause['scored'], 'scored post')} came to {points(cause['net'])} "
            f"(usual {points(cause['usual_net'])})"
        )
        said.append(Piece(f", most of it from {display_name(cause['name'], cause['handle'])}, {whose}"))
    return [*said, Piece(".")]


def _anecdote(figures: DayFigures, net: Compared) -> Sentence:
    """The tone of fewer than ten posts: said with its uncertainty, and never as a rise or a fall."""
    usual = f" (usual {points(net.usual)})" if net.usual is not None else ""
    scored = plural(figures.freshness.scored, "scored post")
    sure = ""
    if figures.net_interval:
        low, high = figures.net_interval
        sure = f": with 95% confidence it lies between {points(low)} and {points(high)}"
    return [
        Piece("Net sentiment was "),
        Piece(points(net.value), strong=True),
        Piece(f"{usual} from {scored}, too few to be sure{sure}."),
    ]


def _cause(rows: pl.DataFrame, net: Compared) -> dict[str, Any] | None:
    """Return the account that made most of the move, were all others at their usual tone; None if no one did."""
    if net.usual is None:
        return None
    own = pl.col("scored") * (pl.col("net") - pl.col("usual_net")) / rows["scored"].sum()
    top = (
        rows.with_columns((own / (net.value - net.usual)).alias("part"))
        .drop_nulls("part")
        .sort("part", "account", descending=[True, False])
        .head(1)
    )
    return top.row(0, named=True) if top.height and top["part"][0] >= thresholds.NET_CAUSE else None


def _ranges(read: pl.DataFrame) -> Sentence:
    known = read.filter(pl.col("low_engagement").is_not_null())
    if known.is_empty():
        return []
    above = known.filter(pl.col("engagement") > pl.col("high_engagement")).height
    below = known.filter(pl.col("engagement") < pl.col("low_engagement")).height
    parts = [f"{known.height - above - below} inside"]
    parts += [f"{above} above"] if above else []
    parts += [f"{below} below"] if below else []
    was = "was" if parts[0].startswith("1 ") else "were"
    first, rest = parts[0], parts[1:]
    said = listing([f"{first.split()[0]} of {plural(known.height, 'account')} {was} inside", *rest])
    return [Piece(f"Against their own usual range, {said}.")]


def _name(figures: DayFigures, account: str) -> str:
    row = figures.accounts.filter(pl.col("account") == account).row(0, named=True)
    return display_name(row["name"], row["handle"])
