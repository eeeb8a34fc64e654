"""The tables of a period: by day, what moved the total, by group, by account."""

from dataclasses import dataclass
from typing import Any, Final

from reports import charts, thresholds
from reports import format as fmt
from reports.figures.periods.compare import Versus
from reports.figures.periods.days import DayOfPeriod
from reports.figures.periods.period import GroupOfPeriod, Metrics, PeriodFigures
from reports.views.accounts import Cell, sortable
from reports.views.masthead import GroupLink, group_link
from reports.views.metrics import Delta, Usual
from reports.views.periods import words
from reports.views.periods.summary import changes

_WIDTH: Final = 98  # per cent of its cell that the longest bar takes


@dataclass(frozen=True)
class DayLine:
    """A day in the table; `width` of its bar in per cent of the longest."""

    day: str
    label: str
    weekend: bool
    has_report: bool
    width: float
    engagement: str
    delta: Delta | None  # against the same weekday a week before
    net: str
    posts: str
    read: str  # accounts
    missing: bool
    note: str


@dataclass(frozen=True)
class Mover:
    """An account's change in engagement per day; several others together have no `account`."""

    account: str
    name: str
    bar: charts.Bar
    change: str


@dataclass(frozen=True)
class Compared:
    """A row's figures beside the period before, with the median of four below."""

    posts: Cell
    engagement: Cell
    delta: Delta | None
    delta_value: str
    before: Usual | None
    usual: Delta | None
    usual_value: str
    median: Usual | None
    net: Cell
    net_before: Usual | None
    few: bool


@dataclass(frozen=True)
class Mentions:
    """How often others mention an account per day counted: a dash, and why, where X has not counted."""

    value: Cell
    before: Usual | None
    why_not: str


@dataclass(frozen=True)
class GroupLine:
    """A group, or the accounts without one, which have no page."""

    link: GroupLink | None
    day: str  # the last one that it has a page on
    accounts: str
    days: str  # where it was not there on all of them
    figures: Compared | None


@dataclass(frozen=True)
class AccountLine:
    """An account."""

    account: str
    handle: str
    name: str
    group: str | None
    day: str  # the last one that it has a page on
    read: str  # days, where they are not all
    odd: bool
    more: bool  # beyond the rows that are shown at first
    followers: str
    growth: Cell
    growth_share: str
    growth_way: str
    status: str  # why there are no figures
    figures: Compared | None
    mentions: Mentions | None  # where the table has them


def days(figures: PeriodFigures) -> tuple[DayLine, ...]:
    """Return the days, in order."""
    longest = max((day.engagement or 0 for day in figures.days), default=0) or 1
    return tuple(_day(day, longest) for day in figures.days)


def _day(found: DayOfPeriod, longest: int) -> DayLine:
    delta = None
    if found.now is not None and found.week_before is not None:
        versus = Versus(float(found.now), float(found.now), float(found.week_before))
        delta = words.arrow(versus, "engagement", than="A week before")
    note = "counts of another age" if found.other_age else ""
    if found.planned is None:
        read = ""
    else:
        read = f"{found.read}/{found.planned}" if found.read < found.planned else str(found.planned)
    return DayLine(
        day=found.day.isoformat(),
        label=fmt.short_day(found.day),
        weekend=found.day.weekday() >= 5,
        has_report=found.planned is not None,
        width=round(_WIDTH * (found.engagement or 0) / longest, 1),
        engagement=fmt.compact(found.engagement),
        delta=delta,
        net=fmt.points(found.net) + ("†" if 0 < found.scored < thresholds.FEW_SCORED else ""),
        posts=fmt.NONE if found.posts is None else f"{found.posts:,}",
        read=read,
        missing=found.planned is None or found.read < found.planned,
        note=note,
    )


def movers(figures: PeriodFigures) -> tuple[Mover, ...]:
    """Return the accounts with the largest changes from the largest rise to the largest fall, the others last.

    None for one account, or where nothing can be compared.
    """
    found = changes(figures)
    if len(found) < 2:
        return ()
    first = sorted(found[: thresholds.MOST_MOVERS], key=lambda each: (-each[0], each[1]["account"]))
    names = fmt.distinct_names([(row["name"], row["handle"]) for _, row in first])
    bars = [(row["account"], name, change) for (change, row), name in zip(first, names, strict=True)]
    rest = [change for change, _ in found[thresholds.MOST_MOVERS :]]
    for way, part in (("rose", [c for c in rest if c >= 0]), ("fell", [c for c in rest if c < 0])):
        if part:
            bars.append(("", f"{fmt.plural(len(part), 'other')} that {way}", sum(part)))
    drawn = charts.bars([change for *_, change in bars])
    return tuple(
        Mover(account, name, bar, fmt.signed(change))
        for (account, name, change), bar in zip(bars, drawn, strict=True)
    )


def groups(figures: PeriodFigures) -> tuple[GroupLine, ...]:
    """Return the groups; empty where no account has one."""
    return tuple(_group(found, figures) for found in figures.groups)


def _group(found: GroupOfPeriod, figures: PeriodFigures) -> GroupLine:
    some = len(found.days) < len(figures.reported)
    return GroupLine(
        link=group_link(found.group) if found.group else None,
        day=found.days[-1].isoformat(),
        accounts=str(found.accounts),
        days=f"{len(found.days)} of {len(figures.reported)} days" if some else "",
        figures=_compared(found.metrics, figures, few=found.scored < thresholds.FEW_SCORED),
    )


def accounts(figures: PeriodFigures) -> tuple[AccountLine, ...]:
    """Return the accounts, by engagement, those without data last."""
    told = {story.account for story in figures.stories}
    return tuple(
        _account(row, place, figures, odd=row["account"] in told)
        for place, row in enumerate(figures.accounts.iter_rows(named=True))
    )


def _account(row: dict[str, Any], place: int, figures: PeriodFigures, *, odd: bool) -> AccountLine:
    metrics = figures.by_account.get(row["account"], {})
    compared = _compared(metrics, figures, few=(row["scored"] or 0) < thresholds.FEW_SCORED)
    growth = row["growth"]
    share = 100 * growth / row["growth_from"] if growth and row["growth_from"] else None
    return AccountLine(
        account=row["account"],
        handle=row["handle"],
        name=fmt.display_name(row["name"], row["handle"]),
        group=fmt.one_line(row["group"] or "") or None,
        day=row["day"].isoformat(),
        read=f"{row['read']} of {row['listed']} days" if row["read"] < len(figures.reported) else "",
        odd=odd or row["read"] < row["listed"],
        more=place >= thresholds.FIRST_ROWS,
        followers=fmt.compact(row["followers"]),
        growth=Cell(fmt.signed(growth) if growth is not None else fmt.NONE, sortable(growth)),
        growth_share=f"{fmt.percent(abs(share), 1)}" if share else "",
        growth_way="" if not growth else "up" if growth > 0 else "down",
        status=fmt.status_name(row["status"]),
        figures=compared,
        mentions=None if figures.mentions_asked.is_empty() else _mentions(row, metrics.get("mentions")),
    )


def _mentions(row: dict[str, Any], found: Versus | None) -> Mentions:
    if found is None:
        why_not = fmt.one_line(row["mentions_not_counted_because"] or "not asked", 200)
        return Mentions(Cell(fmt.NONE, ""), None, why_not)
    value = Cell(words.figure_of(found.value, "mentions"), sortable(found.value, 1))
    return Mentions(value, _small(found.before, "mentions"), "")


def _compared(metrics: Metrics, figures: PeriodFigures, *, few: bool) -> Compared | None:
    """Return the cells of a row; None where nothing was read."""
    engagement, posts, net = (metrics.get(name) for name in ("engagement", "posts", "net"))
    if engagement is None or posts is None:
        return None
    than, unit = fmt.capitalized(words.before(figures.period)), figures.period.unit
    return Compared(
        posts=Cell(words.figure_of(posts.value, "posts"), sortable(posts.value, 2)),
        engagement=Cell(words.figure_of(engagement.value, "engagement"), sortable(engagement.value, 1)),
        delta=words.arrow(engagement, "engagement", than=than),
        delta_value=_ratio(engagement.like, engagement.before),
        before=_small(engagement.before, "engagement"),
        usual=words.arrow(engagement, "engagement", usual=True, than=f"Median of four {unit}s"),
        usual_value=_ratio(engagement.like, engagement.usual),
        median=_small(engagement.usual, "engagement"),
        net=Cell(fmt.points(net.value if net else None), sortable(net.value if net else None, 1)),
        net_before=_small(net.before, "net") if net else None,
        few=few and net is not None,
    )


def _ratio(value: float | None, then: float | None) -> str:
    return "" if value is None or not then else sortable(value / then - 1, 3)


def _small(value: float | None, metric: str) -> Usual | None:
    return None if value is None else Usual(words.figure_of(value, metric), "")
