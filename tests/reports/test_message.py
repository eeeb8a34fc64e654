"""The message of a day: what the report says, in subject, text, HTML and chat, with hostile names inert."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from html import unescape
from html.parser import HTMLParser

import pytest

from pipeline.lake.periods import Unit, period_of
from reports.figures.day import DayFigures
from reports.figures.periods.period import period_figures
from reports.message import Ended, Link, Message, as_mail, failure, summary
from reports.views.alerts import all_alerts
from reports.views.periods.stories import stories
from reports.views.periods.summary import summary as period_summary
from reports.views.summary import summary as day_summary
from tests.reports.rendered import figures_of
from tests.reports.world import DAY, TWELVE, World, world

LINK = Link("https://reports.example.org/2026-11-22/index.html", "For whoever may.")


@pytest.fixture(scope="module")
def day() -> DayFigures:
    return figures_of(world())


class Tags(HTMLParser):
    """Collects a page's tags and the addresses it links to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name == "href"]


def test_the_subject_is_the_headline_of_the_report(day: DayFigures) -> None:
    headline = day_summary(day).headline.replace("×", "x")
    assert summary(day, LINK).subject == f"[sample data] X report, Sun 22 Nov: {headline}"
    assert headline.startswith("Only 11 of 12 accounts were read")
    assert summary(replace(day, sample=False), LINK).subject.startswith("X report, Sun 22 Nov: ")


def test_the_text_has_the_sentences_the_first_six_alerts_and_the_link(day: DayFigures) -> None:
    said = summary(day, LINK)
    assert said.text.startswith(
        "Sunday 22 November 2026\n12 accounts, 1 account missing\nSAMPLE DATA, not from X\n"
    )
    for sentence in day_summary(day).texts:
        assert sentence in said.text
    for alert in all_alerts(day)[:6]:
        assert f"- {alert.name} {alert.what}\n  {alert.evidence}" in said.text
    assert f"The report: {LINK.url}\nFor whoever may.\n" in said.text
    assert Tags(said.html).links == [LINK.url]
    for alert in all_alerts(day)[:6]:
        assert alert.what in said.html


def test_more_than_six_alerts_are_counted(monkeypatch: pytest.MonkeyPatch, day: DayFigures) -> None:
    monkeypatch.setattr("reports.thresholds.MOST_ALERTS", 2)
    said = summary(day, LINK)
    more = f"and {len(all_alerts(day)) - 2} more"
    assert more in said.text
    assert more in said.html
    assert said.text.count("\n- ") == 2


def test_a_day_without_data_is_not_a_day_of_zero() -> None:
    gone = {DAY: ("suspended", "X has suspended this account")}
    said = summary(figures_of(world([replace(account, status=gone) for account in TWELVE[:3]])), LINK)
    assert said.subject.endswith("None of the 3 accounts could be read on this day")


def test_a_failed_run_sends_the_verdicts_reasons_and_what_to_do(day: DayFigures) -> None:
    reason = "3 of 12 accounts failed, more than the 20% tolerated: @nasa: X did not answer"
    said = failure(DAY, reason, None, None, sample=False)
    assert said.subject == "X report, Sun 22 Nov: the run failed"
    assert reason in said.text
    assert "./aviary run --day 2026-11-22" in said.text
    assert "The report:" not in said.text
    assert Tags(said.html).links == []
    with_report = failure(DAY, reason, day, LINK, sample=True)
    assert with_report.subject.startswith("[sample data] ")
    assert f"The report: {LINK.url}" in with_report.text
    assert "There is a report of what could be read." in with_report.text


WEEK = period_of(DAY, Unit.WEEK)  # DAY is its Sunday
WEEK_LINK = Link("https://reports.example.org/week=2026-W47/index.html", "For whoever may.")


def week_of(made: World) -> Ended:
    return period_figures(made.rollups, WEEK, WEEK.days), WEEK_LINK


def test_what_ended_is_told_below_the_day_by_its_first_sentences_stories_and_link(day: DayFigures) -> None:
    figures, _ = week_of(world())
    said = summary(day, LINK, [(figures, WEEK_LINK)])
    assert said.subject == summary(day, LINK).subject
    assert said.text.startswith(summary(day, LINK).text.rstrip())
    told = said.text.removeprefix(summary(day, LINK).text.rstrip())
    assert told.startswith("\n\nWeek 47, 16–22 November 2026\n1 not read on all days\n\nEngagement was ")
    sentences = period_summary(figures).texts
    assert len(sentences) > 3
    assert [sentence in told for sentence in sentences] == [True] * 3 + [False] * (len(sentences) - 3)
    assert len(stories(figures).shown) > 1
    for story in stories(figures).shown:
        assert f"- {story.headline}\n  {story.evidence}" in told
        assert story.evidence in unescape(said.html)
    assert told.endswith(f"The week: {WEEK_LINK.url}\nFor whoever may.\n")
    assert Tags(said.html).links == [LINK.url, WEEK_LINK.url]


HOSTILE = [
    "Eve\r\nBcc: all@example.org\r\n\r\nhello",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "{{ conn.x_api.password }}{% raw %}",
    "\u202egnp.exe\u2066",
    "@everyone <!channel> [click](https://evil.example) `code` *bold* _it_",
]


def of_hostile_names() -> list[Message]:
    """Return a summary and a failure in which every account's name and reason is a hostile text."""
    accounts = [
        replace(TWELVE[n], name=text, status={DAY: (("failed", "partial")[n % 2], text)})
        for n, text in enumerate(HOSTILE)
    ]
    of = world(accounts)
    made, ended = figures_of(of), [week_of(of)]
    return [summary(made, LINK, ended), failure(DAY, "; ".join(HOSTILE), made, LINK, ended, sample=True)]


KINDS = ["summary", "failure"]


@pytest.mark.parametrize("said", of_hostile_names(), ids=KINDS)
def test_hostile_names_begin_no_header_and_end_no_line(said: Message) -> None:
    sent = bytes(as_mail(said, "aviary@example.org", "team@example.org"))
    read = message_from_bytes(sent, policy=policy.default)
    assert "Bcc" not in read
    assert read["Subject"] == said.subject
    for text in (said.subject, said.text, said.chat):
        assert all(line.startswith("Bcc:") is False for line in text.splitlines())
        assert all(letter.isprintable() or letter in "\n\u200b" for letter in text)


@pytest.mark.parametrize("said", of_hostile_names(), ids=KINDS)
def test_hostile_names_are_text_in_html_and_no_markup_in_a_chat(said: Message) -> None:
    found = Tags(said.html)
    plain = summary(figures_of(world()), LINK, [week_of(world())])
    assert found.tags == Tags(plain.html).tags | {"ul", "li", "br", "h2"}
    assert found.links == [LINK.url, WEEK_LINK.url]
    assert "{{ conn.x_api.password }}" in said.text  # as it was written: nothing has filled it in
    assert "@everyone" not in said.chat
    assert "<!channel>" not in said.chat
    assert "](" not in said.chat
    assert LINK.url in said.chat


def test_the_same_day_makes_the_same_message(day: DayFigures) -> None:
    anew = figures_of(replace(world()))
    assert anew is not day
    assert summary(day, LINK) == summary(anew, LINK)


def test_the_day_named_is_the_reports(day: DayFigures) -> None:
    assert day.day == DAY
    assert "Saturday" not in summary(day, LINK).text.splitlines()[0]
    assert "Sat 21 Nov" in failure(DAY - timedelta(days=1), "x", None, None, sample=False).subject
