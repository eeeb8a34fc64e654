"""Stage three: an account's raw pages to its posts of the day, scored and accounted for."""

import logging

from pydantic import BaseModel, ConfigDict

from pipeline.erasure.rebuild import forget_in_day
from pipeline.errors import AnalyzeError
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome, outcome_on_failure, put_outcome
from pipeline.lake.raw import RawDay, find_raw_day
from pipeline.lake.records import AccountTask, Counts, Outcome
from pipeline.status import Status
from pipeline.transform import account_day

log = logging.getLogger(__name__)


class Analyzed(BaseModel):
    """What `analyze` hands on: a key and counts."""

    model_config = ConfigDict(frozen=True)

    posts: str  # the key of the posts
    status: Status
    counts: Counts


def analyze(lake: Lake, task: AccountTask, raw_day: RawDay | None = None) -> Analyzed:
    """Write the account's posts, CSV, quarantine and, last, its outcome.

    Needs only `raw/`, or what `collect` has just read into it, so it can be repeated at will; a day whose pages have
    expired keeps what it has. Raises `AnalyzeError` when the day was not read to its end.
    """
    with outcome_on_failure(lake, task.day, task.account):
        raw_day = raw_day or find_raw_day(lake, task.day, task.account)
        if raw_day:
            outcome = _derive(lake, task, raw_day)
    if raw_day is None:
        return _kept(find_outcome(lake, task.day, task.account), task)
    log.info("@%s: %s; %s, %d scored", task.handle, outcome.status, outcome.counts, outcome.scored)
    return _analyzed(task, outcome)


def _derive(lake: Lake, task: AccountTask, raw_day: RawDay) -> Outcome:
    """Write what follows from the pages; nothing where some of a stored day's have expired.

    What was forgotten while this ran may have been written back, so `forgotten/` is looked at again afterwards; only
    then the outcome says that the day is done.
    """
    found: RawDay | None = raw_day
    while found:
        if not found.is_whole:  # pages expire one by one
            before = find_outcome(lake, task.day, task.account)
            if before and before.status.has_posts:
                return before
        outcome = account_day.make(lake, task, found)
        if not forget_in_day(lake, task.day, task.account, found.manifest, found.pages):
            put_outcome(lake, task.day, task.account, outcome)
            return outcome
        found = find_raw_day(lake, task.day, task.account)
    raise AnalyzeError(f"@{task.handle}: the pages of {task.day} were removed meanwhile; run the day again")


def _kept(before: Outcome | None, task: AccountTask) -> Analyzed:
    if before is None or before.status == Status.FAILED:
        raise AnalyzeError(
            f"@{task.handle}: {task.day} was not read to its end, so there is nothing to analyze; "
            "run the day again"
        )
    return _analyzed(task, before)


def _analyzed(task: AccountTask, outcome: Outcome) -> Analyzed:
    return Analyzed(posts=keys.posts(task.day, task.account), status=outcome.status, counts=outcome.counts)
