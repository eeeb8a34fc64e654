"""Stage three: an account's raw pages to its posts of the day, scored and accounted for."""

import logging

from pydantic import BaseModel, ConfigDict

from pipeline.errors import AnalyzeError
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome, outcome_on_failure
from pipeline.lake.raw import find_manifest, find_refresh_manifest, read_pages
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
        pages = read_pages(lake, task.day, task.account)
        if len(pages) < manifest.pages and before and before.status.has_posts:
            return _kept(before, task)  # pages expire one by one
        refresh = find_refresh_manifest(lake, task.day, task.account) if task.refresh_days else None
        outcome = account_day.make(lake, task, pages, manifest, refresh)
        log.info("@%s: %s; %s, %d scored", task.handle, outcome.status, outcome.counts, outcome.scored)
    return Analyzed(posts=keys.posts(task.day, task.account), status=outcome.status, counts=outcome.counts)


def _kept(before: Outcome | None, task: AccountTask) -> Analyzed:
    if before is None or before.status == Status.FAILED:
        raise AnalyzeError(
            f"@{task.handle}: {task.day} was not read to its end, so there is nothing to analyze; "
            "run the day again"
        )
    return Analyzed(posts=keys.posts(task.day, task.account), status=before.status, counts=before.counts)
