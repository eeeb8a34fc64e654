"""What is worth a look: rules over the account rows, each with its evidence.

A status is news on the day it changes; the days after, the page's head, table and data section tell it. What the
reader can mend (failed, over budget, deletions that wait) is told until it is mended.
"""

from dataclasses import dataclass, replace
from typing import Any

from pipeline.status import Status
from reports import thresholds
from reports.figures.day import DayFigures
from reports.words import (
    compact,
    display_name,
    listing,
    long_day,
    one_line,
    percent,
    plural,
    points,
    short_day,
    times,
)

Row = dict[str, Any]

_UNREAD = {
    Status.FAILED: "could not be read",
    Status.OVER_BUDGET: "was not read: the budget was used up",
    Status.MISSING: "is missing",
    Status.SUSPENDED: "is suspended",
    Status.PROTECTED: "is protected",
}

_ALIKE = 2  # from the third on, accounts with one fate share a line


@dataclass(frozen=True)
class Alert:
    """One account's most remarkable finding."""

    account: str
    name: str
    what: str
    evidence: str
    rank: int  # the smaller, the earlier
    size: float  # the order within a rank, the largest first
    unread: bool = False  # the account has no data


def alerts(figures: DayFigures) -> list[Alert]:
    """Return at most one alert per account, the weightiest first."""
    best = {row["account"]: row for row in figures.standouts.sort("engagement").iter_rows(named=True)}
    found = [
        alert
        for row in figures.accounts.iter_rows(named=True)
        if (alert := _alert(row, best.get(row["account"]), figures))
    ]
    return sorted(_folded(found), key=lambda alert: (alert.rank, -alert.size, alert.account))


def _folded(found: list[Alert]) -> list[Alert]:
    """Tell accounts that share one fate in one line: a broken morning must not hide what else there is."""
    alike: dict[tuple[str, int], list[Alert]] = {}
    for alert in found:
        alike.setdefault((alert.what, alert.rank if alert.unread else -1), []).append(alert)
    folded: list[Alert] = []
    for group in alike.values():
        if not group[0].unread or len(group) <= _ALIKE:
            folded += group
            continue
        group.sort(key=lambda alert: (-alert.size, alert.account))
        first = group[0]
        what = first.what.replace("is ", "are ").replace("was ", "were ")
        named = listing([alert.name for alert in group[1:]], 4)
        reasons = {alert.evidence.partition("; ")[0] for alert in group}
        why = reasons.pop() if len(reasons) == 1 else "The reasons are under Data and freshness"
        evidence = f"With {named}. {why}; left out of every total"
        folded.append(
            replace(first, what=f"and {plural(len(group) - 1, 'other account')} {what}", evidence=evidence)
        )
    return folded


def _alert(row: Row, best: Row | None, figures: DayFigures) -> Alert | None:
    return (
        _unread(row)
        if not row["has_data"]
        else _many_deleted(row)
        or _turned(row)
        or _runaway(row, best)
        or _far_off(row)
        or _quiet(row, figures)
        or _busy(row)
        or _tone(row)
        or _cut_short(row)
    )


def _made(row: Row, what: str, evidence: str, rank: int, size: float) -> Alert:
    return Alert(row["account"], display_name(row["name"], row["handle"]), what, evidence, rank, size)


def _unread(row: Row) -> Alert | None:
    status = Status(row["status"])
    mendable = status in (Status.FAILED, Status.OVER_BUDGET)
    if status == row["status_before"] and not mendable:
        return None
    since = f"last data {short_day(row['last_data'])}; " if row["last_data"] else ""
    reason = one_line(row["reason"] or "", 120)
    evidence = f"{reason or 'No reason was given'}; {since}left out of every total"
    rank = 0 if mendable else 6
    return replace(_made(row, _UNREAD[status], evidence, rank, float(row["followers"] or 0)), unread=True)


def gone_command(account: str) -> str:
    """Return the command that removes what X no longer has of an account."""
    return f"python -m pipeline forget --gone {account}"


def _many_deleted(row: Row) -> Alert | None:
    if not row["deletions_waiting"]:
        return None
    evidence = (
        f"X no longer has {plural(row['deletions_waiting'], 'post')} of it; they stay until you run "
        f"{gone_command(row['account'])}"
    )
    return _made(row, "has lost many posts at X", evidence, 0, row["deletions_waiting"])


def _turned(row: Row) -> Alert | None:
    if not row["turned"]:
        return None
    net, usual = row["net"], row["usual_net"]
    posts = plural(row["posts"], "post")
    if row["usual_posts"] is not None:
        posts += f", usual {compact(row['usual_posts'])}"
    return _made(
        row, "turned negative", f"Net sentiment {points(net)}, usual {points(usual)}; {posts}", 1, usual - net
    )


def _runaway(row: Row, best: Row | None) -> Alert | None:
    if best is None or not best["times"] or not row["unusual_engagement"]:
        return None
    share = best["engagement"] / max(row["engagement"], 1)
    if best["times"] < thresholds.RUNAWAY_TIMES or share < thresholds.RUNAWAY_SHARE:
        return None
    evidence = (
        f"{percent(100 * share)} of its {compact(row['engagement'])} engagement, "
        f"{times(best['times'])} its usual post"
    )
    return _made(row, "had a runaway post", evidence, 2, best["engagement"])


def _far_off(row: Row) -> Alert | None:
    engagement, usual, z = row["engagement"], row["usual_engagement"], row["z_engagement"]
    if not row["unusual_engagement"] or row["posts"] == 0:
        return None
    what = "landed far above its usual" if engagement > usual else "fell far below its usual"
    evidence = f"Engagement {compact(engagement)}, usual {compact(usual)} {_robust(z)}"
    return _made(row, what, evidence, 3, abs(engagement - usual))


def _robust(z: float) -> str:
    return f"(robust z {z:.1f})".replace("-", "\u2212")


def _quiet(row: Row, figures: DayFigures) -> Alert | None:
    usual = row["usual_posts"]
    if row["posts"] or usual is None or usual < thresholds.QUIET_USUAL:
        return None
    if row["days_posts"] < thresholds.UNUSUAL_NEEDS:  # each weekday is known once: it may be its day off
        return None
    weekday = long_day(figures.day).split()[0]
    before = f"the {plural(row['days_read'], 'day')} before"
    silent = f"silent on {row['days_silent'] or 'none'} of {before}"
    evidence = f"0 posts, usual {compact(usual)} on a {weekday}; {silent}"
    return _made(row, "went quiet", evidence, 3, usual)


def _busy(row: Row) -> Alert | None:
    posts, usual = row["posts"], row["usual_posts"]
    if not row["unusual_posts"] or posts == 0:
        return None
    what = f"posted far {'more' if posts > usual else 'less'} than usual"
    evidence = f"{plural(posts, 'post')}, usual {compact(usual)} {_robust(row['z_posts'])}"
    return _made(row, what, evidence, 4, abs(posts - usual))


def _tone(row: Row) -> Alert | None:
    net, usual = row["net"], row["usual_net"]
    if not row["unusual_net"]:
        return None
    what = f"was far {'more positive' if net > usual else 'more negative'} than usual"
    evidence = f"Net sentiment {points(net)}, usual {points(usual)}; {plural(row['scored'], 'scored post')}"
    return _made(row, what, evidence, 5, abs(net - usual))


def _cut_short(row: Row) -> Alert | None:
    if row["status"] == Status.PARTIAL != row["status_before"]:
        return _made(
            row, "is incomplete", one_line(row["reason"] or "No reason was given", 120), 7, row["posts"]
        )
    if row["truncated"]:
        evidence = f"Read up to its limit of {plural(row['kept'], 'post')}: the day’s earliest are not here"
        return _made(row, "posted more than max_posts", evidence, 7, row["posts"])
    return None
