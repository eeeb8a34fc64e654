"""What breaks the contract stops nothing, is shown everywhere, and comes back from `raw/` alone once it is repaired."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import run_day
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes
from pipeline.lake.frames import find_frame
from pipeline.sandbox.app import create_app
from pipeline.sandbox.x.server import serving
from pipeline.schema import POSTS, QUARANTINE, ROLLUP
from pipeline.transform import normalize
from tests.conftest import DAY
from tests.promises.broken import Renamed
from tests.promises.days import etags, write_accounts


@pytest.fixture
def changed_x(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Renamed]:
    write_accounts(tmp_path, monkeypatch, "accounts: [pixelforge, 1729]\n")
    app = Renamed(create_app(environment["X_BEARER_TOKEN"]))
    with serving(app) as address:  # type: ignore[arg-type]
        monkeypatch.setenv("X_API_URL", address)
        yield app


def teach_new_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the code be another that knows the new name."""
    monkeypatch.setitem(normalize._COUNTS, "like_count", ("like_count", "thumbs_up"))
    for module in ("pipeline.plan", "pipeline.transform.account_day"):
        monkeypatch.setattr(f"{module}.maker", lambda: "newer")


def test_a_quarantined_day_is_repaired_from_raw_alone(
    changed_x: Renamed, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run_day(DAY)

    assert done.statuses == {"partial": 2}
    outcome = find_outcomes(lake, DAY)["pixelforge"]
    assert outcome.counts.quarantined > 0
    assert outcome.counts.kept > 0
    assert f"more than the 5% tolerated; see {keys.quarantine(DAY, 'pixelforge')}" in (outcome.reason or "")
    rejected = find_frame(lake, keys.quarantine(DAY, "pixelforge"), QUARANTINE)
    assert rejected is not None
    assert rejected.height == outcome.counts.quarantined
    assert set(rejected["reasons"].explode()) == {"like_count is missing"}
    rollup = find_frame(lake, keys.rollup(DAY), ROLLUP)
    assert rollup is not None
    page = " ".join(lake.get(keys.report(DAY)).decode().split())
    assert f"{rollup['quarantined'].sum()} quarantined" in page
    assert (outcome.reason or "").partition(";")[0] in page

    asked = changed_x.requests
    teach_new_name(monkeypatch)
    repaired = run_day(DAY)

    assert changed_x.requests == asked
    assert repaired.statuses == {"ok": 2}
    assert lake.keys("quarantine/") == []
    back = find_frame(lake, keys.posts(DAY, "pixelforge"), POSTS)
    assert back is not None
    assert set(rejected["post_id"]) < set(back["post_id"])
    page = " ".join(lake.get(keys.report(DAY)).decode().split())
    assert f"{sum(outcome.counts.fetched for outcome in find_outcomes(lake, DAY).values())} kept" in page


def test_posts_that_break_a_rule_leave_the_others_as_they_are(
    changed_x: Renamed, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mended, the lake is what it had been without the breach."""
    run_day(DAY)
    teach_new_name(monkeypatch)
    run_day(DAY)
    repaired = etags(lake)
    alone = Lake(f"{lake.url}-alone")
    monkeypatch.setenv("AVIARY_LAKE", alone.url)
    run_day(DAY)
    assert etags(alone) == repaired
