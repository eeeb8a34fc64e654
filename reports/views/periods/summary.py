"""The period in a few sentences: what was read, how it compares, who made the difference, how the tone was."""

from typing import Any, Final

from pipeline.lake.periods import COMPARED, Unit
from reports import format as fmt
from reports import thresholds
from reports.figures.periods.accounts import without_data
from reports.figures.periods.compare import Versus
from reports.figures.periods.period import PeriodFigures
from reports.views.metrics import against
from reports.views.periods import words
from reports.views.summary import Piece, Sentence, Summary

_DRIVERS: Final = 3  # accounts that are named as what drove a change
_DRIVEN: Final = 0.5  # the share of all rises, or falls, that they must have made


def summary(figures: PeriodFigures) -> Summary:
    """Return the sentences of the page's head, at least one."""
    parts = (_days, _engagement, _drivers, _tone, _absent, _changed)
    return Summary([sentence for part in parts if (sentence := part(figures))])


def _days(figures: PeriodFigures) -> Sentence:
    """Say first which days are missing."""
    every = len(figures.days)
    if not figures.read:
        return [
            Piece(f"Nothing was read in this {figures.period.unit}", strong=True),
            Piece(". There are no figures, which is not the same as zero."),
        ]
    if not figures.unread:
        return []
    read = f"Only {len(figures.read)} of {every} days {'was' if len(figures.read) == 1 else 'were'} read"
    return [Piece(read, strong=True), Piece(f"; missing: {words.day_list(figures.unread)}.")]


def _engagement(figures: PeriodFigures) -> Sentence:
    found = figures.total.get("engagement")
    if found is None:
        return []
    posts = fmt.plural(int(figures.accounts["posts"].sum()), "post")
    value = f"{words.figure_of(found.value, 'engagement')} a day"
    told = []
    if found.like is not None and found.before is not None:
        told.append(against(found.like, found.before, words.before(figures.period)))
    if found.like is not None and found.usual is not None:
        told.append(against(found.like, found.usual, f"the median of {_before(found, figures)}"))
    if not told:
        nothing = f"There is no {figures.period.unit} before to compare with."
        return [Piece("Engagement was "), Piece(value, strong=True), Piece(f", from {posts}. {nothing}")]
    second = f" and {told[1]}" if len(told) > 1 else ""
    return [
        Piece("Engagement was "),
        Piece(f"{value}, {told[0]}", strong=True),
        Piece(f"{second}, from {posts}."),
    ]


def _before(found: Versus, figures: PeriodFigures) -> str:
    """Return `the four weeks before`, or how many of them have data."""
    if found.periods == COMPARED:
        return f"the four {figures.period.unit}s before"
    return fmt.plural(found.periods, f"earlier {figures.period.unit}")


def _drivers(figures: PeriodFigures) -> Sentence:
    """Name the accounts that made most of a change, where a few did."""
    total = figures.total.get("engagement")
    if total is None or total.like is None or not total.before or figures.accounts.height == 1:
        return []
    change = total.like - total.before
    if abs(change) < thresholds.ABOUT_USUAL * total.before:
        return []
    up = change > 0
    same_way = [(each, row) for each, row in changes(figures) if (each > 0) == up and each]
    all_of_it = sum(each for each, _ in same_way)
    named, so_far = [], 0.0
    for each, row in same_way[:_DRIVERS]:
        named.append(f"{fmt.display_name(row['name'], row['handle'])} ({fmt.signed(each)} a day)")
        so_far += each
        if so_far / all_of_it >= _DRIVEN:
            break
    way = "rise" if up else "fall"
    if so_far / all_of_it < _DRIVEN:
        return [Piece(f"No few accounts drove the {way}: {len(same_way)} {'rose' if up else 'fell'}.")]
    return [Piece(f"The {way} was driven mainly by {fmt.listing(named, _DRIVERS)}.")]


def changes(figures: PeriodFigures) -> list[tuple[float, dict[str, Any]]]:
    """Return how far each account's engagement per day is from the period before, the largest changes first."""
    found = []
    for row in figures.accounts.iter_rows(named=True):
        versus = figures.by_account.get(row["account"], {}).get("engagement")
        if versus and versus.like is not None and versus.before is not None:
            found.append((versus.like - versus.before, row))
    return sorted(found, key=lambda each: (-abs(each[0]), each[1]["account"]))


def _tone(figures: PeriodFigures) -> Sentence:
    net = figures.total.get("net")
    if net is None:
        return []
    value = Piece(fmt.points(net.value), strong=True)
    if figures.few_scored:
        return [
            Piece("Net sentiment was "),
            value,
            Piece(", of fewer than ten scored posts: too few to be sure."),
        ]
    if net.before is None or net.like is None:
        return [Piece("Net sentiment was "), value, Piece(".")]
    moved = net.like - net.before
    when = "in " if figures.period.unit is Unit.MONTH else ""
    then = f"{fmt.points(net.before)} {when}{words.before(figures.period)}"
    if abs(moved) < thresholds.NET_MOVED:
        return [Piece("Net sentiment was "), value, Piece(f", after {then}.")]
    return [Piece(f"Net sentiment {'rose' if moved > 0 else 'fell'} to "), value, Piece(f" from {then}.")]


def _absent(figures: PeriodFigures) -> Sentence:
    """Name the accounts without any data; those that lack single days stand in the data section."""
    if not figures.read:
        return []
    absent = list(without_data(figures.accounts).iter_rows(named=True))
    never = [_name(row) for row in absent if not row["read"]]
    some = [_name(row) for row in absent if row["read"]]
    parts = []
    if never:
        parts.append(f"No data of {fmt.listing(never)} in this {figures.period.unit}")
    if some:
        were = "was" if len(some) == 1 else "were"
        parts.append(f"{fmt.listing(some)} {were} not read on all days")
    return [Piece(f"{'. '.join(parts)}.")] if parts else []


def _changed(figures: PeriodFigures) -> Sentence:
    """Name the accounts that are new, and those that are listed no more, where there is a period before."""
    if not figures.read or not any(figures.days_before.values()):
        return []
    rows = figures.accounts.iter_rows(named=True)
    new = [_name(row) for row in rows if not row["listed_before"]]
    gone = [_name(row) for row in figures.dropped.iter_rows(named=True)]
    parts = []
    if new:
        parts.append(f"New, and so not compared: {fmt.listing(new)}")
    if gone:
        parts.append(f"Listed no more, and so not in the comparison: {fmt.listing(gone)}")
    return [Piece(f"{'. '.join(parts)}.")] if parts else []


def _name(row: dict[str, Any]) -> str:
    return fmt.display_name(row["name"], row["handle"])
