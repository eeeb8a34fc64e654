"""Stage three: an account's raw pages to its posts of the day, scored and accounted for."""

import logging

from pydantic import BaseModel, ConfigDict

from pipeline.erasure.rebuild import forget_in_day
from pipeline.errors import AnalyzeError
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome, outcome_on_failure
from pipeline.lake.raw import find_manifest, find_refresh_manifest, read_day
from pipeline.lake.records import AccountTask, Counts, Manifest, Outcome
from pipeline.status import Status
from pipeline.transform import account_day

log = logging.getLogger(__name__)


class Analyzed(BaseModel):
    """What `analyze` hands on: a key and counts."""

    model_config = ConfigDict(frozen=True)

    posts: str  # the key of the posts
    status: Status
    counts: Counts


def analyze(lake: Lake, task: AccountTask) -> Analyzed:
    """Write the account's posts, CSV, quarantine and, last, its outcome.

    Reads only `raw/`, so it can be repeated at will; a day whose pages have expired keeps what it has.
    Raises `AnalyzeError` when the day was not read to its end.
    """
    before = find_outcome(lake, task.day, task.account)
    manifest = find_manifest(lake, task.day, task.account)
    if manifest is None:
        return _kept(before, task)
    with outcome_on_failure(lake, task.day, task.account):
        outcome = _derive(lake, task, manifest, before)
        if outcome is None:
            return _kept(before, task)
        log.info("@%s: %s; %s, %d scored", task.handle, outcome.status, outcome.counts, outcome.scored)
    return Analyzed(posts=keys.posts(task.day, task.account), status=outcome.status, counts=outcome.counts)


def _derive(lake: Lake, task: AccountTask, manifest: Manifest, before: Outcome | None) -> Outcome | None:
    """Write what follows from the pages; None, and nothing written, where some of a stored day's have expired.

    What was forgotten while this ran may have been written back, so `forgotten/` is looked at again afterwards.
    """
    refresh = find_refresh_manifest(lake, task.day, task.account) if task.refresh_days else None
    while True:
        pages = read_day(lake, task.day, task.account, manifest)
        if len(pages) < manifest.pages and before and before.status.has_posts:
            return None  # pages expire one by one
        outcome = account_day.make(lake, manifest.applied_to(task), pages, manifest, refresh)
        if not forget_in_day(lake, task.day, task.account, manifest, pages):
            return outcome


def _kept(before: Outcome | None, task: AccountTask) -> Analyzed:
    if before is None or before.status == Status.FAILED:
        raise AnalyzeError(
            f"@{task.handle}: {task.day} was not read to its end, so there is nothing to analyze; "
            "run the day again"
        )
    return Analyzed(posts=keys.posts(task.day, task.account), status=before.status, counts=before.counts)
