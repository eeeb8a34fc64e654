"""A day's message: subject, plain text, HTML, and a text for chats. Pure; the DAG's notifier sends it.

A week or a month that ended has its part in it, so that nobody gets a message of its own for it.

Account names and X's words occur in it, so every line is made harmless: no line break that could begin a header, no
control or bidi character, and in a chat nothing that it reads as a mention or as markup.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from email import policy
from email.message import EmailMessage
from typing import Final, TypeVar

from pipeline.text import one_line
from reports import format as fmt
from reports.figures.day import DayFigures
from reports.figures.periods.period import PeriodFigures
from reports.render import render
from reports.views.alerts import Alerts, alerts
from reports.views.masthead import data_status
from reports.views.periods.page import data_status as period_status
from reports.views.periods.stories import stories
from reports.views.periods.summary import summary as period_summary
from reports.views.periods.words import title
from reports.views.summary import summary as day_summary

_CHAT: Final = str.maketrans(
    {"@": "@\u200b", "<": "‹", ">": "›", "[": "(", "]": ")", "`": "'", "*": "∗", "_": "_\u200b"}
)
_UNFOLDED: Final = policy.SMTP.clone(max_line_length=300)  # a folded subject has a space too many
_ASCII: Final = str.maketrans(
    {"×": "x", "−": "-", "–": "-", "’": "'"}
)  # so that a subject need not be encoded
_MOST_LETTERS: Final = 2000  # of a run's reasons
_PERIOD_SENTENCES: Final = 3

Ended = tuple[PeriodFigures, "Link"]  # a week or a month, and where its page can be opened


@dataclass(frozen=True)
class Link:
    """Where the report can be opened, and what to know about it."""

    url: str
    note: str


@dataclass(frozen=True)
class Message:
    """One message in the forms that mail and chats want."""

    subject: str
    text: str
    html: str
    chat: str  # without the subject


@dataclass(frozen=True)
class _Period:
    """What is said of a week or a month, each text harmless in mail."""

    unit: str
    title: str
    status: str
    sentences: tuple[str, ...]
    alerts: tuple[tuple[str, str], ...]
    more: str
    link: Link


@dataclass(frozen=True)
class _Content:
    """The parts of a message, each harmless in mail."""

    day: str
    status: str  # how many accounts, and how many of them are without data; empty without figures
    sentences: tuple[str, ...]
    alerts: tuple[tuple[str, str], ...]  # what was found, and its evidence
    more: str
    link: Link | None
    periods: tuple[_Period, ...]
    sample: bool


_Part = TypeVar("_Part", _Content, _Period)


def summary(figures: DayFigures, link: Link, ended: Sequence[Ended] = ()) -> Message:
    """Return the message of a day whose run went well: headline, alerts, link, and the same of what ended with it."""
    found = day_summary(figures)
    return _message(figures.day, found.headline, found.texts, figures, link, ended, sample=figures.sample)


def failure(
    day: date,
    reason: str,
    figures: DayFigures | None,
    link: Link | None,
    ended: Sequence[Ended] = (),
    *,
    sample: bool,
) -> Message:
    """Return the message of a day whose run failed: the verdict's reasons, and the report when one was made."""
    again = f"Fix the cause and clear the failed tasks, or run the day again: ./aviary run --day {day}"
    sentences = [reason, *(["There is a report of what could be read."] if figures else []), again]
    return _message(day, "the run failed", sentences, figures, link, ended, sample=sample)


def as_mail(message: Message, sender: str, to: str) -> EmailMessage:
    """Return a message as mail, text beside HTML; the sender sets its date and id."""
    mail = EmailMessage(policy=_UNFOLDED)
    mail["Subject"] = message.subject
    mail["From"] = sender
    mail["To"] = to
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _message(
    day: date,
    headline: str,
    sentences: Sequence[str],
    figures: DayFigures | None,
    link: Link | None,
    ended: Sequence[Ended],
    *,
    sample: bool,
) -> Message:
    subject = f"X report, {fmt.short_day(day)}: {headline}"
    status = ""
    found = Alerts((), 0, (), "")
    if figures is not None:
        found = alerts(figures)
        status = f"{fmt.plural(figures.accounts.height, 'account')}, {data_status(figures).text}"
    content = _Content(
        day=fmt.long_day(day),
        status=_harmless(status),
        sentences=tuple(_harmless(line) for line in sentences),
        alerts=_lines(found),
        more=_more(found),
        link=link,
        periods=tuple(_period(*each) for each in ended),
        sample=sample,
    )
    return Message(
        subject=_harmless(("[sample data] " if sample else "") + subject, 200).translate(_ASCII),
        text=_text(content),
        html=render("message.html.j2", view=content),
        chat=_text(_for_chat(content)),
    )


def _period(figures: PeriodFigures, link: Link) -> _Period:
    found = stories(figures)
    return _Period(
        unit=str(figures.period.unit),
        title=title(figures.period),
        status=_harmless(period_status(figures).text),
        sentences=tuple(map(_harmless, period_summary(figures).texts[:_PERIOD_SENTENCES])),
        alerts=_lines(found),
        more=_more(found),
        link=link,
    )


def _lines(found: Alerts) -> tuple[tuple[str, str], ...]:
    return tuple((_harmless(alert.headline), _harmless(alert.evidence)) for alert in found.shown)


def _more(found: Alerts) -> str:
    return f"and {found.more} more" if found.more else ""


def _text(content: _Content) -> str:
    head = [content.day, content.status, "SAMPLE DATA, not from X" if content.sample else ""]
    parts = ["\n".join(filter(None, head)), *_body(content)]
    if content.link:
        parts.append(f"The report: {content.link.url}\n{content.link.note}".rstrip())
    for period in content.periods:
        parts += [f"{period.title}\n{period.status}", *_body(period)]
        parts.append(f"The {period.unit}: {period.link.url}\n{period.link.note}".rstrip())
    return "\n\n".join(parts) + "\n"


def _body(content: _Content | _Period) -> list[str]:
    """Return the sentences, and what is worth a look."""
    parts = [*content.sentences]
    if content.alerts:
        lines = [f"- {what}\n  {evidence}" for what, evidence in content.alerts]
        parts.append("\n".join(filter(None, ["Worth a look:", *lines, content.more])))
    return parts


def _for_chat(content: _Content) -> _Content:
    return replace(_tame(content), periods=tuple(map(_tame, content.periods)))


def _tame(part: _Part) -> _Part:
    """Return a part of which no chat takes anything for a mention or for markup."""
    return replace(
        part,
        sentences=tuple(line.translate(_CHAT) for line in part.sentences),
        alerts=tuple((what.translate(_CHAT), evidence.translate(_CHAT)) for what, evidence in part.alerts),
    )


def _harmless(text: str, limit: int = _MOST_LETTERS) -> str:
    return one_line(text, limit)
