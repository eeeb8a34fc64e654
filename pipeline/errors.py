"""Every expected failure, typed by who can fix it and when.

A message is one line for a person: what happened, to which account, what it means, what to do
next. The command line prints it and exits with `exit_code`; the DAG's retry policy reads `Transient` and
`Terminal`.
"""

import traceback
from datetime import datetime
from pathlib import Path

from pipeline.text import one_line


def describe(error: BaseException) -> str:
    """Return an error in one line: a message of ours as it is; of any other its type, its text and its place."""
    if isinstance(error, AviaryError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return one_line(f"{type(error).__name__}: {error}{place}")


class AviaryError(Exception):
    """An expected failure. Never shown as a traceback."""

    exit_code = 1


class Terminal:
    """Mix-in: asking again gives the same answer."""


class Transient:
    """Mix-in: asking again later may succeed."""


class ConfigError(Terminal, AviaryError):
    """Bad usage or configuration: nothing was started. `problems` holds one line each."""

    exit_code = 2

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class LakeError(Transient, AviaryError):
    """The lake could not be read or written just now."""


class LakeRefused(Terminal, AviaryError):
    """The lake refuses: the credentials' rights or the bucket have to be fixed first."""


class LakeDamaged(Terminal, AviaryError):
    """An object of the lake cannot be read as what it should be; the message names it and what to do."""


class XError(AviaryError):
    """X answered with something other than what was asked for.

    `perhaps_billed`: whether X may have billed the request, in any of its tries. What X refuses, and what never reached
    it, costs nothing.
    """

    perhaps_billed = False


class XUnavailable(Transient, XError):
    """X cannot answer just now (5xx)."""


class XUnreachable(XUnavailable):
    """No connection to X could be made, so nothing was sent."""


class XBadResponse(XUnavailable):
    """X sent no answer, or none that can be read. Unlike the errors that X reports, this may have been billed."""

    perhaps_billed = True


class XTimedOut(XBadResponse):
    """X did not answer in time. One such wait is enough: nothing asks again within seconds."""


class XTooLarge(XBadResponse):
    """X's answer is larger than any that is right. Nothing asks again within seconds."""


class RateLimited(Transient, XError):
    """The request window is used up until `reset_at` (UTC)."""

    def __init__(self, message: str, reset_at: datetime) -> None:
        super().__init__(message)
        self.reset_at = reset_at

    def __reduce__(self) -> tuple[type["RateLimited"], tuple[str, datetime]]:
        return type(self), (str(self), self.reset_at)


class XRefused(Terminal, XError):
    """X understood and refuses this request for this account; the rest of the run may continue."""


class PageTokenExpired(XRefused):
    """X no longer accepts the token it gave for the next page; the rest has to be requested another way."""


class ExpansionRefused(XRefused):
    """X does not know an expansion by the name it was asked for."""


class AccountUnavailable(Terminal, XError):
    """X shows nothing of this account; `status` says why (suspended, protected, missing)."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class RefetchRefused(XRefused):
    """A finished day was not replaced by reading it again; it stays as it was."""


class RunStopped(Terminal, XError):
    """X refuses every request of this run: bad token, no credits, a cap. Nothing else should be asked."""


class NotEnrolled(RunStopped):
    """The app may not ask for this: at a timeline nobody may be read, at the counts there are just none."""


class OverBudget(Terminal, AviaryError):
    """The next page would cost more than accounts.yaml allows."""


class AccountStopped(Terminal, AviaryError):
    """An account's task ran out of time, or its process was killed again and again."""


class AnalyzeError(Terminal, AviaryError):
    """There is nothing to analyze."""


class ReportError(Terminal, AviaryError):
    """There is nothing to report."""


class RunFailed(Terminal, AviaryError):
    """The day breached its failure budget."""
