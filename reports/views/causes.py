"""Why an alert came, in words: the posts that moved it, the words that decided their tone, and what to do next."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from pipeline.sentiment import explain
from pipeline.sentiment.cleaning import clean_text
from pipeline.status import Status
from reports import format as fmt
from reports.figures.alerts import Finding, Kind, Row
from reports.figures.causes import Cause
from reports.figures.day import DayFigures

_LETTERS = 70  # of a post's text
_WORDS = 2  # that decided a post's tone


@dataclass(frozen=True)
class Reason:
    """A post that moved the day, on its account's page."""

    post_id: str
    time: str  # local
    text: str
    words: str  # that decided its tone, with what each added; empty where the alert is about something else


@dataclass(frozen=True)
class Step:
    """What to do next; a link where it is to read something on X."""

    text: str
    url: str | None = None


def about(cause: Cause | None) -> str:
    """Return `mostly about “terminal 2”`; empty where no cause is sure."""
    name = _quoted(*cause.topic) if cause and cause.topic else ""
    return f"mostly about {name}" if name else ""


def in_common(cause: Cause | None) -> str:
    """Return `In common: “gate”, “#delays”`; empty where the posts that are shown have no word in common."""
    names = [name for term in cause.common if (name := _quoted(*term))] if cause else []
    return f"In common: {', '.join(names)}" if names else ""


def _quoted(kind: str, term: str) -> str:
    name = fmt.one_line(f"#{term}" if kind == "hashtag" else term, 40)
    return f"“{name}”" if name else ""


def reasons(finding: Finding, figures: DayFigures) -> tuple[Reason, ...]:
    """Return the posts that moved the account's day most."""
    cause = figures.causes.get(finding.account)
    if cause is None:
        return ()
    zone = ZoneInfo(figures.window.timezone)
    of_tone = finding.metric == "net"
    return tuple(
        Reason(
            row["post_id"],
            f"{row['created_at'].astimezone(zone):%H:%M}",
            fmt.one_line(row["text"] or "", _LETTERS),
            _deciding(row) if of_tone else "",
        )
        for row in cause.posts
    )


def _deciding(row: Row) -> str:
    """Return the words that decided a post's score, as its scorer adds them up; empty where it was scored otherwise."""
    found = explain(clean_text(row["text"] or ""), scorer=row["scorer"] or "vader-en")
    if (
        found.compound != row["compound"]
    ):  # an account's phrases without tone, or another version of the engine
        return ""
    sign = 1 if found.total > 0 else -1
    ours = sorted(
        (word for word in found.words if sign * word.contribution > 0),
        key=lambda word: -sign * word.contribution,
    )
    return ", ".join(f"{word.word} {_signed(word.contribution)}" for word in ours[:_WORDS])


def _signed(value: float) -> str:
    text = fmt.decimal(value, 1)
    return f"+{text}" if value > 0 else text


def step(finding: Finding, figures: DayFigures) -> Step | None:
    """Return the next step that follows from an alert, None where there is none."""
    row, day = finding.row, figures.day
    if finding.kind is Kind.NOT_READ:
        return _read_again(row, day)
    if finding.kind is Kind.TRUNCATED:
        return Step("Raise max_posts of this account in accounts.yaml")
    cause = figures.causes.get(finding.account)
    post = cause.replied_to if cause else None
    if post is None:
        return None
    time = f"{post['created_at'].astimezone(ZoneInfo(figures.window.timezone)):%H:%M}"
    text = f"Read the {fmt.compact(post['reply_count'])} replies to the {time} {post['kind']}"
    return Step(text, fmt.post_url(row["handle"], post["post_id"]))


def _read_again(row: Row, day: date) -> Step | None:
    again = f"./aviary run --day {day} --account {row['account']}"
    if row["status"] == Status.FAILED:
        return Step(f"Try again: {again}")
    if row["status"] == Status.OVER_BUDGET:
        return Step(f"Raise the budget in accounts.yaml, then: {again}")
    return None
