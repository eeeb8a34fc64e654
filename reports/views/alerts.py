"""What is worth a look, in words: one line per account, with its evidence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from pipeline.status import Status
from reports import format as fmt
from reports import thresholds
from reports.figures.alerts import Finding, Kind, Row
from reports.figures.day import DayFigures
from reports.views.causes import Reason, Step, about, in_common, reasons, step
from reports.views.deletions import gone_command
from reports.views.metrics import against, usual_day
from reports.views.stories import Ended, account_page, ended, running

_LEFT_OUT: Final = "left out of every total"
# For one account, and for several.
_NOT_READ: Final = {
    Status.FAILED: ("could not be read", "could not be read"),
    Status.OVER_BUDGET: (
        "was not read: the budget was used up",
        "were not read: the budget was used up",
    ),
    Status.MISSING: ("is missing", "are missing"),
    Status.SUSPENDED: ("is suspended", "are suspended"),
    Status.PROTECTED: ("is protected", "are protected"),
}
_ALIKE: Final = 2  # from the third on, accounts that were not read for the same reason share a line
_NAMED: Final = 4  # of those that share a line


@dataclass(frozen=True)
class Alert:
    """One line: what happened to an account, or to several for the same reason."""

    rule: str  # by which it was found
    account: str
    name: str
    what: str
    evidence: str
    page: str  # the account's, from `reports/`; empty on that page itself
    place: str = ""  # on it, where the evidence is
    reasons: tuple[Reason, ...] = ()
    step: Step | None = None
    common: str = ""  # what the reasons have in common

    @property
    def headline(self) -> str:
        """The line without its evidence."""
        return f"{self.name} {self.what}"


@dataclass(frozen=True)
class Alerts:
    """The first alerts, and how many more there are."""

    shown: tuple[Alert, ...]
    more: int
    ended: tuple[Ended, ...]  # what is back to normal
    none: str  # shown where there is no alert

    @property
    def count(self) -> int:
        """How many alerts there are."""
        return len(self.shown) + self.more


def alerts(figures: DayFigures) -> Alerts:
    """Return the alerts of the page's head."""
    found = all_alerts(figures)
    total = figures.total("engagement")
    comparable = total is not None and total.usual is not None
    return Alerts(
        shown=found[: thresholds.MOST_ALERTS],
        more=max(len(found) - thresholds.MOST_ALERTS, 0),
        ended=ended(figures),
        none="Nothing is unusual." if comparable else "Nothing can be compared with a usual day yet.",
    )


def all_alerts(figures: DayFigures) -> tuple[Alert, ...]:
    """Return all alerts, the weightiest first.

    Accounts that were not read for the same reason share a line: a bad morning must not hide what else there is.
    """
    lines: list[Alert] = []
    shared = _shared(figures.alerts)
    for finding in figures.alerts:
        group = shared.get(Status(finding.row["status"])) if finding.kind is Kind.NOT_READ else None
        if group is None:
            lines.append(_alert(finding, figures))
        elif finding is group[0]:
            lines.append(_group(group, figures))
    return tuple(lines)


def _shared(findings: Sequence[Finding]) -> dict[Status, list[Finding]]:
    """Return the accounts that share a line, by their status."""
    groups: dict[Status, list[Finding]] = {}
    for finding in findings:
        if finding.kind is Kind.NOT_READ:
            groups.setdefault(Status(finding.row["status"]), []).append(finding)
    return {status: group for status, group in groups.items() if len(group) > _ALIKE}


def _group(group: Sequence[Finding], figures: DayFigures) -> Alert:
    first, others = group[0], group[1:]
    what = _NOT_READ[Status(first.row["status"])][1]
    named = fmt.listing([_name(finding.row) for finding in others], _NAMED)
    reasons = {_reason(finding.row) for finding in group}
    why = reasons.pop() if len(reasons) == 1 else "The reasons are under Data and freshness"
    return Alert(
        first.kind.name.lower(),
        first.account,
        _name(first.row),
        f"and {fmt.plural(len(others), 'other account')} {what}",
        f"The others: {named}. {why}; {_LEFT_OUT}",
        account_page(figures, first.account),
    )


def told(finding: Finding, day: date) -> tuple[str, str]:
    """Return what was found on a day, and its evidence."""
    what, evidence = _WORDS[finding.kind](finding, day)
    if finding.row["unusual_mentions"] and finding.kind is not Kind.MENTIONS:
        evidence += f"; mentioned {_times_mentioned(finding.row, day)}"
    return what, evidence


def _alert(finding: Finding, figures: DayFigures) -> Alert:
    what, evidence = told(finding, figures.day)
    if lasting := running(finding, figures):
        what += f", {lasting}"
    if topic := about(figures.causes.get(finding.account)):
        evidence += f"; {topic}"
    return Alert(
        finding.kind.name.lower(),
        finding.account,
        _name(finding.row),
        what,
        evidence,
        account_page(figures, finding.account),
        place(finding),
        reasons(finding, figures),
        step(finding, figures),
        in_common(figures.causes.get(finding.account)),
    )


def place(finding: Finding) -> str:
    """Return the fragment of the account's page at which the evidence is: a post, or its posts by tone."""
    row = finding.row
    if finding.post:
        return f"p-{finding.post['post_id']}"
    if finding.metric == "net":
        return f"order={'positive' if row['net'] > row['usual_net'] else 'negative'}"
    return ""


def _not_read(finding: Finding, _: date) -> tuple[str, str]:
    row = finding.row
    what = _NOT_READ[Status(row["status"])][0]
    since = f"last data {fmt.short_day(row['last_data'])}; " if row["last_data"] else ""
    return what, f"{_reason(row)}; {since}{_LEFT_OUT}"


def _deletions_waiting(finding: Finding, _: date) -> tuple[str, str]:
    row = finding.row
    posts = fmt.plural(row["deletions_waiting"], "post")
    return (
        "has lost many posts at X",
        f"X no longer has {posts} of it; they stay until you run {gone_command(row['account'])}",
    )


def _turned_negative(finding: Finding, _: date) -> tuple[str, str]:
    row = finding.row
    usual = f", usual {fmt.compact(row['usual_posts'])}" if row["usual_posts"] is not None else ""
    return "turned negative", f"{_net(row)}; {fmt.plural(row['posts'], 'post')}{usual}"


def _viral_post(finding: Finding, _: date) -> tuple[str, str]:
    row, post = finding.row, finding.post or {}
    share = fmt.percent(100 * post["engagement"] / max(row["engagement"], 1))
    engagement = f"{share} of its {fmt.compact(row['engagement'])} engagement"
    return (
        f"had a {post['kind']} go viral",
        f"{engagement}, {fmt.times(post['times'])} its usual {post['kind']}",
    )


def _engagement(finding: Finding, _: date) -> tuple[str, str]:
    row = finding.row
    above = row["engagement"] > row["usual_engagement"]
    return (
        f"got far {'more' if above else 'less'} engagement than usual",
        f"Engagement {fmt.compact(row['engagement'])}, {_range(row, 'engagement')}",
    )


def _went_quiet(finding: Finding, day: date) -> tuple[str, str]:
    row = finding.row
    silent = f"silent on {row['days_silent'] or 'none'} of the {fmt.plural(row['days_read'], 'day')} before"
    return "went quiet", f"0 posts, usual {fmt.compact(row['usual_posts'])} on a {day:%A}; {silent}"


def _post_count(finding: Finding, _: date) -> tuple[str, str]:
    row = finding.row
    more = "more" if row["posts"] > row["usual_posts"] else "less"
    return f"posted far {more} than usual", f"{fmt.plural(row['posts'], 'post')}, {_range(row, 'posts')}"


def _tone(finding: Finding, _: date) -> tuple[str, str]:
    row = finding.row
    mood = "positive" if row["net"] > row["usual_net"] else "negative"
    return f"was far more {mood} than usual", f"{_net(row)}; {fmt.plural(row['scored'], 'scored post')}"


def _mentions(finding: Finding, day: date) -> tuple[str, str]:
    row = finding.row
    posts = f"{fmt.compact(row['mention_count'])} posts by others, {_range(row, 'mentions')}"
    return f"was mentioned {_times_mentioned(row, day)}", posts


def _incomplete(finding: Finding, _: date) -> tuple[str, str]:
    return "is incomplete", _reason(finding.row)


def _truncated(finding: Finding, _: date) -> tuple[str, str]:
    kept = fmt.plural(finding.row["kept"], "post")
    return (
        "posted more than max_posts",
        f"Read up to its limit of {kept}; the day’s earliest posts are missing",
    )


# Each returns what was found, and its evidence.
_WORDS: Final[Mapping[Kind, Callable[[Finding, date], tuple[str, str]]]] = {
    Kind.NOT_READ: _not_read,
    Kind.DELETIONS_WAITING: _deletions_waiting,
    Kind.TURNED_NEGATIVE: _turned_negative,
    Kind.VIRAL_POST: _viral_post,
    Kind.ENGAGEMENT: _engagement,
    Kind.WENT_QUIET: _went_quiet,
    Kind.POST_COUNT: _post_count,
    Kind.TONE: _tone,
    Kind.MENTIONS: _mentions,
    Kind.INCOMPLETE: _incomplete,
    Kind.TRUNCATED: _truncated,
}


def _times_mentioned(row: Row, day: date) -> str:
    return against(row["mention_count"], row["usual_mentions"], f"a {usual_day(day)}")


def _name(row: Row) -> str:
    return fmt.display_name(row["name"], row["handle"])


def _reason(row: Row) -> str:
    return fmt.one_line(row["reason"] or "", 120) or "No reason was given"


def _net(row: Row) -> str:
    return f"Net sentiment {fmt.points(row['net'])}, usual {fmt.points(row['usual_net'])}"


def _range(row: Row, metric: str) -> str:
    usual, low, high = (fmt.compact(row[f"{name}_{metric}"]) for name in ("usual", "low", "high"))
    return f"usual {usual} ({low} to {high})"
