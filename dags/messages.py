"""The notifier that sends a run's summary or failure by e-mail and chat. A failed message does not fail the run.

Texts are never rendered as Airflow templates, because an account may be called `{{ conn.x_api.password }}`.
"""

import logging
from collections.abc import Sequence
from datetime import date, timedelta
from email.utils import formatdate, make_msgid
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseNotifier
from typing_extensions import override

from dags.failures import failure_of
from dags.run_day import day_of
from pipeline.errors import AviaryError
from pipeline.lake import keys
from pipeline.settings import load_settings
from pipeline.text import one_line

if TYPE_CHECKING:
    from pipeline.lake.client import Lake
    from pipeline.lake.periods import Period
    from reports.message import Ended, Link, Message

log = logging.getLogger(__name__)

MAIL, CONNECTION = "mailto:", "connection:"


class RunNotifier(BaseNotifier):
    """Sends every address of `notify` the summary of a run's day, or the reasons why the run failed."""

    template_fields = ()

    def __init__(self, addresses: Sequence[str], timezone: str) -> None:
        super().__init__()
        self.addresses = tuple(dict.fromkeys(addresses))
        self.timezone = timezone

    @override
    def render_template_fields(self, *_: Any, **__: Any) -> None:
        """Render nothing. (For a callback of the DAG, `airflow dags test` would fail at it.)"""

    @override
    def notify(self, context: Any) -> None:
        if context["params"]["render_only"] or context["dag_run"].run_type == "backfill":
            return  # nobody needs messages about past days
        self.send(_message(day_of(context, self.timezone), context))

    def send(self, message: "Message") -> None:
        """Send a message to every address; which of them got it stands in the log."""
        for address in self.addresses:
            try:
                _send(address, message)
            except Exception as error:  # noqa: BLE001  # mail servers and chats raise anything
                log.error("%s was not notified: %s: %s", address, type(error).__name__, one_line(str(error)))
            else:
                log.info("%s was notified: %s", address, message.subject)


class OverdueNotifier(RunNotifier):
    """Tells every address of `notify` of a run that Airflow ended because it was still running after `timeout`.

    None of its tasks fails then: Airflow marks what is unfinished as skipped.
    """

    def __init__(self, addresses: Sequence[str], timezone: str, timeout: timedelta) -> None:
        super().__init__(addresses, timezone)
        self.timeout = timeout

    @override
    def notify(self, context: Any) -> None:
        from dags.connections import x_settings
        from reports.message import failure

        if context["reason"] != "timed_out":
            return  # the task that failed has told
        hours = f"{self.timeout / timedelta(hours=1):g} hours"
        reason = f"It was still running after {hours}, so Airflow ended it and marked its unfinished tasks as skipped."
        day = day_of(context, self.timezone)
        self.send(failure(day, reason, None, None, sample=x_settings().sample))


def _message(day: date, context: Any) -> "Message":
    from dags.connections import open_lake, x_settings
    from reports.message import failure, summary
    from reports.publish import read

    failed = context.get("exception")
    if failed is None:
        lake = open_lake()
        return summary(read(lake, day), _link(lake, day), _ended(lake, day))
    failed = failure_of(failed)
    reason = str(failed) if isinstance(failed, AviaryError) else f"{type(failed).__name__}: {failed}"
    figures, link, ended = None, None, []
    if context["ti"].xcom_pull(task_ids="report"):
        try:
            lake = open_lake()
            figures, link = read(lake, day), _link(lake, day)
            ended = _ended(lake, day)
        except AviaryError as error:
            reason += f" The report cannot be read: {error}"
    return failure(day, reason, figures, link, ended, sample=x_settings().sample)


def _ended(lake: "Lake", day: date) -> "list[Ended]":
    """Return the weeks and months that are told with a day. One that cannot be read does not cost the day's message."""
    from reports.periods import ended_with, read

    found = []
    for period in ended_with(lake, day):
        try:
            found.append((read(lake, period), _link(lake, period)))
        except AviaryError as error:
            log.error("%s is not in the message of %s: %s", period.name, day, error)
    return found


def _link(lake: "Lake", of: "date | Period") -> "Link":
    from pipeline.lake.access import LINK_HOURS, access_to, link_to
    from reports.message import Link

    if isinstance(of, date):
        key, later = keys.report(of), f"--day {of}"
    else:
        key, later = keys.period_report(of), f"--{of.unit} {of.name}"
    served = load_settings().report_url(key)
    if served:
        return Link(served, "")
    sooner = ", or until the credentials of the role that made it expire" if access_to(lake).temporary else ""
    note = (
        f"The link works for {LINK_HOURS} hours{sooner}, for anyone who has it. Later: ./aviary open {later}"
    )
    return Link(link_to(lake, key), note)


def _send(address: str, message: "Message") -> None:
    if address.startswith(MAIL):
        _mail(address.removeprefix(MAIL), message)
    else:
        _chat(address.removeprefix(CONNECTION), message)


def _mail(to: str, message: "Message") -> None:
    """Send through the Connection `smtp_default`, with plain text beside HTML, which the hook's method cannot do."""
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    from reports.message import as_mail

    with SmtpHook() as hook:
        if not hook.from_email:
            raise AviaryError(
                "the Connection smtp_default has no from_email; set it to the sender's address in its extra"
            )
        mail = as_mail(message, hook.from_email, to)
        mail["Date"] = formatdate()
        mail["Message-ID"] = make_msgid(domain=hook.from_email.rpartition("@")[2] or None)
        hook._smtp_client.send_message(mail)  # type: ignore[union-attr]


def _chat(connection: str, message: "Message") -> None:
    """Send to the services of a Connection of type Apprise."""
    import apprise
    from airflow.providers.apprise.hooks.apprise import AppriseHook

    hook = AppriseHook(connection)
    services = apprise.Apprise()
    hook.set_config_from_conn(hook.get_connection(connection), services)
    if not services.notify(title=message.subject, body=message.chat, body_format=apprise.NotifyFormat.TEXT):
        raise AviaryError(
            f"a service of the Connection {connection} rejected the message; the lines above say why"
        )
