"""Messages of a run, by a real SMTP server and a real chat service over HTTP, called as Airflow calls them."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from pipeline import clock
from pipeline.errors import RunFailed
from pipeline.lake.client import Lake
from reports import publish
from tests.conftest import DAY
from tests.dags.days import run_by_airflow
from tests.dags.post import Post, free_port, mail_by, text_of
from tests.promises.days import write_accounts
from tests.reports.folder_lake import fill
from tests.reports.world import TWELVE, world

pytestmark = pytest.mark.slow


@pytest.fixture
def reported(lake: Lake) -> Lake:
    fill(lake, world(TWELVE[:3], days=30, every_post=True))
    publish(lake, DAY)
    return lake


def context(
    error: Exception | None = None, *, run_type: str = "scheduled", reported: bool = True, **params: Any
) -> Any:
    """Return what a callback is given, as far as it is used."""
    pulled = {"report": {"report": "a key"} if reported else None}
    return {
        "params": {"day": None, "render_only": False} | params,
        "dag_run": SimpleNamespace(run_type=run_type, data_interval_start=None, run_after=clock.now()),
        "ti": SimpleNamespace(xcom_pull=lambda task_ids: pulled[task_ids]),
    } | ({"exception": error} if error else {})


def notice(*addresses: str) -> Any:
    from dags.messages import RunNotifier

    return RunNotifier(addresses or ("mailto:team@example.org",), "UTC")


def test_a_summary_is_mailed_as_text_and_html_with_a_link_that_opens(reported: Lake, post: Post) -> None:
    notice("mailto:team@example.org", "mailto:boss@example.org", "mailto:team@example.org")(context())
    assert post.recipients == ["team@example.org", "boss@example.org"]
    mail = post.mails[0]
    assert mail["Subject"].startswith("[sample data] X report, Sun 22 Nov: Engagement was ")
    assert (mail["From"], mail["To"]) == ("aviary@example.org", "team@example.org")
    text, html = text_of(mail), text_of(mail, "html")
    assert "Worth a look:" in text
    link = text.split("The report: ")[1].split()[0]
    assert requests.get(link, timeout=10).text == reported.get(f"reports/{DAY}/index.html").decode()
    assert "works for 72 hours, for anyone who has it" in text
    assert "<h2>Worth a look</h2>" in html


def test_where_reports_are_served_the_link_leads_there(
    reported: Lake, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVIARY_REPORTS_URL", "https://reports.example.org/x")
    notice()(context())
    assert f"https://reports.example.org/x/{DAY}/index.html" in text_of(post.mails[0])
    assert "X-Amz-Signature" not in text_of(post.mails[0]) + text_of(post.mails[0], "html")


def test_the_day_that_ends_a_week_tells_it_in_the_same_message_with_a_link_that_opens(
    reported: Lake, post: Post
) -> None:
    """DAY is a Sunday."""
    notice()(context())
    (mail,) = post.mails
    text, html = text_of(mail), text_of(mail, "html")
    _, _, told = text.replace("\r\n", "\n").partition("\n\nWeek 47, 16–22 November 2026\n")
    assert "Only 1 of 7 days was read; missing: Mon 16 to Sat 21 Nov." in told
    assert "Stadium FC had a post go viral on Sun 22 Nov" in told
    assert "Later: ./aviary open --week 2026-W47" in told
    link = told.split("The week: ")[1].split()[0]
    assert requests.get(link, timeout=10).text == reported.get("reports/week=2026-W47/index.html").decode()
    assert "<h2>Week 47, 16–22 November 2026</h2>" in html


def test_where_reports_are_served_the_weeks_link_leads_there_too_and_a_chat_has_it(
    reported: Lake, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AVIARY_REPORTS_URL", "https://reports.example.org/x")
    notice("connection:team_chat")(context())
    (chat,) = post.chats
    assert "The week: https://reports.example.org/x/week=2026-W47/index.html" in chat["message"]


def test_a_failed_run_of_a_weeks_last_day_tells_the_week(reported: Lake, post: Post) -> None:
    notice()(context(RunFailed("too many failed")))
    (mail,) = post.mails
    assert mail["Subject"].endswith(": the run failed")
    assert "The week: http" in text_of(mail)


def test_a_month_that_cannot_be_read_costs_no_message(
    lake: Lake, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    last = DAY + timedelta(days=8)
    fill(lake, world(TWELVE[:1], day=last, days=2, every_post=True))
    publish(lake, last)
    lake.put("daily/day=2026-07-02/rollup.parquet", b"damaged")  # which the month alone is compared with
    with caplog.at_level("ERROR"):
        notice()(context(day=str(last)))
    assert "The report: http" in text_of(post.mails[0])
    assert "The month:" not in text_of(post.mails[0])
    assert "2026-11 is not in the message of 2026-11-30: " in caplog.text


def test_a_chat_is_told_through_its_connection(reported: Lake, post: Post) -> None:
    notice("connection:team_chat")(context())
    (chat,) = post.chats
    assert chat["title"].startswith("[sample data] X report, Sun 22 Nov: ")
    assert "The report: http" in chat["message"]


def test_a_failed_run_tells_its_reasons_and_the_report_that_was_made(reported: Lake, post: Post) -> None:
    notice()(
        context(RunFailed("3 of 3 accounts failed, more than the 20% tolerated: @nasa: X did not answer"))
    )
    text = text_of(post.mails[0])
    assert post.mails[0]["Subject"] == "[sample data] X report, Sun 22 Nov: the run failed"
    assert "@nasa: X did not answer" in text
    assert "The report: http" in text


def test_a_failed_run_without_a_report_or_a_lake_still_tells_its_reasons(
    lake: Lake, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice()(context(RunFailed("the stage plan did not end well"), reported=False))
    notice()(context(RunFailed("too many failed")))
    monkeypatch.setenv("AVIARY_LAKE", "s3://no-such-bucket")
    notice()(context(KeyError("a fault of ours")))
    first, second, third = (text_of(mail) for mail in post.mails)
    assert "the stage plan did not end well" in first
    assert "too many failed The report cannot be read: 2026-11-22 was never planned" in second
    assert "KeyError: 'a fault of ours'" in third


def test_a_run_that_airflow_ended_is_told_and_what_a_task_has_told_is_not_told_again(
    lake: Lake, post: Post
) -> None:
    from dags.messages import OverdueNotifier

    notifier = OverdueNotifier(["mailto:team@example.org"], "UTC", timedelta(hours=20))
    notifier({**context(), "reason": "task_failure"})
    assert post.mails == []
    notifier({**context(), "reason": "timed_out"})
    (mail,) = post.mails
    assert mail["Subject"] == "[sample data] X report, Sun 22 Nov: the run failed"
    assert "It was still running after 20 hours, so Airflow ended it" in text_of(mail)


def test_neither_a_backfill_nor_a_rendering_is_news(reported: Lake, post: Post) -> None:
    from airflow.sdk.api.datamodels._generated import DagRunType  # what Airflow really gives

    notice()(context(run_type=DagRunType.BACKFILL))
    notice()(context(render_only=True))
    assert post.mails == []


def test_an_address_that_cannot_be_told_costs_the_others_nothing_and_is_said(
    reported: Lake, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    post.chat_status = 500
    with caplog.at_level("INFO"):
        notice("connection:nobody", "connection:team_chat", "mailto:team@example.org")(context())
    assert post.recipients == ["team@example.org"]
    said = [record.getMessage() for record in caplog.records if record.name == "dags.messages"]
    assert said[0].startswith("connection:nobody was not notified: AirflowNotFoundException: ")
    assert said[1].startswith("connection:team_chat was not notified: AviaryError: ")
    assert said[2].startswith("mailto:team@example.org was notified: ")


def test_no_mail_server_and_no_sender_are_said(
    reported: Lake, post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    mail_by(monkeypatch, free_port())
    notice()(context())
    assert "mailto:team@example.org was not notified: ConnectionRefusedError" in caplog.text
    mail_by(monkeypatch, post.mail_port, from_email="")
    notice()(context())
    assert (
        "was not notified: AviaryError: the Connection smtp_default has no from_email" in caplog.messages[-1]
    )


def test_an_accounts_name_is_never_a_template_of_airflows(lake: Lake, post: Post) -> None:
    """Airflow's own SmtpNotifier would fill the subject and the text in, with every Connection at hand."""
    name = "{{ conn.smtp_default.host }}{{ 7 * 11 }}"
    hostile = replace(TWELVE[0], name=name, status={DAY: ("failed", name)})
    fill(lake, world([hostile, *TWELVE[1:3]], days=9, every_post=True))
    publish(lake, DAY)
    notice()(context())
    assert name in text_of(post.mails[0])


class TestARunByAirflow:
    """`airflow dags test`: the callback is called by Airflow itself. (A failed run: test_aviary_daily.py.)"""

    def test_a_good_run_tells_its_summary_and_a_dead_mail_server_fails_no_run(
        self, lake: Lake, post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        notify = "notify: ['connection:nobody', 'mailto:team@example.org', 'connection:team_chat']\n"
        write_accounts(tmp_path, monkeypatch, notify + "accounts: [pixelforge, 1729]\n")

        run_by_airflow(DAY, tmp_path)

        (mail,) = post.mails
        assert mail["Subject"].startswith("[sample data] X report, Sun 22 Nov: Engagement was ")
        assert len(post.chats) == 1
        log = (tmp_path / "airflow" / "demo.log").read_text()
        assert "connection:nobody was not notified: " in log
        for secret in (os.environ["X_BEARER_TOKEN"], os.environ["AWS_SECRET_ACCESS_KEY"]):
            assert secret not in log
            assert secret not in text_of(mail) + text_of(mail, "html")
