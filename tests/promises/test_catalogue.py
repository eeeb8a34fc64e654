"""Whatever is run, each stored object is of one kind of the catalogue, so that nothing is missed when it must go."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline import clock, run_day
from pipeline.cli.forget import forget
from pipeline.errors import RunFailed
from pipeline.lake import catalogue, keys
from pipeline.lake.catalogue import KINDS
from pipeline.lake.client import Lake
from pipeline.lake.frames import find_frame
from pipeline.lake.kinds import ObjectKind
from pipeline.lake.periods import Unit, period_of
from pipeline.sandbox.app import create_app
from pipeline.sandbox.x.server import serving
from pipeline.schema import POSTS
from reports.publish import publish_period
from tests.conftest import DAY
from tests.promises.broken import Renamed
from tests.promises.days import write_accounts

# Removed by the run that wrote it, and written by the first release only.
NEVER_SEEN = {catalogue.TRIAL, catalogue.DELETED_POSTS}
ACCOUNTS = """\
timezone: UTC
tolerate: {quarantined_posts: 100%}
defaults: {refresh_days: 1, mentions: true, completeness: true, max_posts: 5, no_tone: [the moon]}
accounts: [{handle: pixelforge, group: space}, 1729]
"""


def test_each_object_of_a_day_with_everything_is_of_one_kind(
    lake: Lake, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days with quarantine, refresh, counts, a doubted post, a refetch, and a forgotten post and account."""
    accounts = write_accounts(tmp_path, monkeypatch, ACCOUNTS)
    gone = [{"handle": "pixelforge", "fault": "gone", "after": 2, "posts": 2}]
    x = Renamed(create_app(environment["X_BEARER_TOKEN"], fault_rules=gone))
    with serving(x) as address:  # type: ignore[arg-type]
        monkeypatch.setenv("X_API_URL", address)
        for day in (DAY - timedelta(days=1), DAY):
            with clock.frozen(clock.parse_instant(f"{day + timedelta(days=1)}T06:00:00Z")):
                run_day(day)
        try:
            run_day(DAY, accounts=["1729"], refetch=True)
        except RunFailed as error:
            pytest.fail(str(error))
    posts = find_frame(lake, keys.posts(DAY, "pixelforge"), POSTS)
    assert posts is not None
    forget(post=posts["post_id"][0], yes=True)
    publish_period(lake, period_of(DAY, Unit.MONTH))  # which is not over
    seen = [_kinds_of(key) for key in lake.keys("")]
    write_accounts(accounts.parent, monkeypatch, ACCOUNTS.replace(", 1729", ""))
    forget(account="1729", yes=True)
    seen += [_kinds_of(key) for key in lake.keys("")]
    assert set().union(*seen) == set(KINDS) - NEVER_SEEN


def _kinds_of(key: str) -> set[ObjectKind]:
    kinds = {kind for kind in KINDS if kind.fields(key) is not None}
    assert len(kinds) == 1, f"{key} is of {len(kinds)} kinds"
    return kinds
