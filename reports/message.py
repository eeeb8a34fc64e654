"""What a day comes to in a message: subject, plain text, HTML, and a text for chats. Pure; sending is the DAG's.

Account names and X's words stand in it, so every line is made inert: no line break that could begin a header, no
control or bidi character, and in a chat nothing that it reads as a mention or as markup.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from email import policy
from email.message import EmailMessage

from pipeline.text import one_line
from reports import thresholds, words
from reports.alerts import Alert, alerts
from reports.figures.day import DayFigures
from reports.render import render
from reports.sentences import brief
from reports.views import overview
from reports.views.metrics import View

_CHAT = str.maketrans(
    {"@": "@\u200b", "<": "‹", ">": "›", "[": "(", "]": ")", "`": "'", "*": "∗", "_": "_\u200b"}
)
_UNFOLDED = policy.SMTP.clone(max_line_length=300)  # a folded subject comes with a space too many
_ASCII = str.maketrans({"×": "x", "−": "-", "–": "-", "’": "'"})  # so that a subject need not be encoded
_MOST = 2000  # letters of a run's reasons


@dataclass(frozen=True)
class Link:
    """Where the report can be opened, and what to know of that."""

    url: str
    note: str


@dataclass(frozen=True)
class Message:
    """One message in the forms that mail and chats want."""

    subject: str
    text: str
    html: str
    chat: str  # without the subject


def summary(figures: DayFigures, link: Link) -> Message:
    """Return the message of a day whose run went well: headline, alerts, link."""
    said = ["".join(piece.text for piece in sentence) for sentence in brief(figures)]
    return _message(figures.day, _headline(figures), said, figures, link, sample=figures.sample)


def failure(
    day: date, reason: str, figures: DayFigures | None, link: Link | None, *, sample: bool
) -> Message:
    """Return the message of a day whose run failed: the verdict's reasons, and the report when one was made."""
    again = (
        f"Mend the cause and clear the failed tasks, or run the day again: python -m pipeline run --day {day}"
    )
    said = [reason, *(["A report was made of what could be read."] if figures else []), again]
    return _message(day, "the run failed", said, figures, link, sample=sample)


def as_mail(message: Message, sender: str, to: str) -> EmailMessage:
    """Return a message as mail, text beside HTML; its date and id are the sender's to set."""
    mail = EmailMessage(policy=_UNFOLDED)
    mail["Subject"] = message.subject
    mail["From"] = sender
    mail["To"] = to
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _headline(figures: DayFigures) -> str:
    """Return the first sentence up to its message: `Engagement was 421k, 2.3x a usual Sunday`."""
    said = ""
    for piece in brief(figures)[0]:
        said += piece.text
        if piece.strong:
            break
    return said.rstrip(".")


def _message(
    day: date,
    headline: str,
    said: Sequence[str],
    figures: DayFigures | None,
    link: Link | None,
    *,
    sample: bool,
) -> Message:
    subject = f"X report, {words.short_day(day)}: {headline}"
    state = ""
    found: list[Alert] = []
    if figures is not None:
        pill = overview.masthead(figures)["pill"]["text"]
        state = f"{words.plural(figures.accounts.height, 'account')}, {pill}"
        found = alerts(figures)
    shown = found[: thresholds.MOST_ALERTS]
    more = f"and {len(found) - len(shown)} more" if len(found) > len(shown) else ""
    view: View = {
        "day": words.long_day(day),
        "state": _inert(state),
        "said": [_inert(line) for line in said],
        "alerts": [(_inert(f"{alert.name} {alert.what}"), _inert(alert.evidence)) for alert in shown],
        "more": more,
        "link": link,
    }
    return Message(
        subject=_inert(("[sample data] " if sample else "") + subject, 200).translate(_ASCII),
        text=_text(view, sample=sample),
        html=render("message.html.j2", view=view, sample=sample),
        chat=_text(_for_chat(view), sample=sample),
    )


def _text(view: View, *, sample: bool) -> str:
    head = [
        view["day"],
        *([view["state"]] if view["state"] else []),
        *(["SAMPLE DATA, not from X"] if sample else []),
    ]
    parts = ["\n".join(head), *view["said"]]
    if view["alerts"]:
        lines = [f"- {what}\n  {evidence}" for what, evidence in view["alerts"]]
        parts.append("\n".join(["Worth a look:", *lines, *([view["more"]] if view["more"] else [])]))
    if view["link"]:
        parts.append(f"The report: {view['link'].url}\n{view['link'].note}".rstrip())
    return "\n\n".join(parts) + "\n"


def _for_chat(view: View) -> View:
    return view | {
        "said": [line.translate(_CHAT) for line in view["said"]],
        "alerts": [(what.translate(_CHAT), evidence.translate(_CHAT)) for what, evidence in view["alerts"]],
    }


def _inert(text: str, most: int = _MOST) -> str:
    return one_line(text, most)
