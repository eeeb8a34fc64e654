"""What a run did reaches a real StatsD daemon, under the names that docs/operations.md tells."""

import logging
import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.errors import LakeError, RunFailed
from pipeline.lake.client import Lake
from tests.conftest import DAY
from tests.statsd import Statsd, running_statsd

ROOT = Path(__file__).parents[2]
BEGAN = datetime(2026, 11, 23, 6, tzinfo=UTC)


@pytest.fixture
def statsd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Statsd:  # type: ignore[misc]
    """The daemon, and Airflow's metrics switched on as the process of a task does it."""
    from airflow.sdk.observability import stats
    from airflow.sdk.observability.metrics.stats_utils import get_stats_factory

    with running_statsd(tmp_path) as statsd:
        for name, value in statsd.settings.items():
            monkeypatch.setenv(name, value)
        stats.initialize(factory=get_stats_factory(), export_legacy_names=True)
        yield statsd
        monkeypatch.undo()
        stats.initialize(factory=get_stats_factory(), export_legacy_names=True)


def received(statsd: Statsd) -> dict[str, float]:
    """Return the gauges of Aviary once `last`, which is sent after them, has arrived."""
    statsd.send("last:1|g")
    while "last" not in (gauges := statsd.gauges()):
        pass
    return {name: value for name, value in gauges.items() if "aviary" in name}


def test_the_collector_has_every_number_under_its_documented_name(statsd: Statsd) -> None:
    from dags.metrics import send
    from pipeline.spend.metrics import RunMetrics

    send(RunMetrics(accounts=60, failed_accounts=2, posts=431, usd=2.455, seconds=61.25))

    assert received(statsd) == {
        "airflow.aviary.accounts": 60,
        "airflow.aviary.failed_accounts": 2,
        "airflow.aviary.posts": 431,
        "airflow.aviary.usd": 2.455,
        "airflow.aviary.seconds": 61.25,
    }
    documented = re.findall(
        r"`(airflow\.aviary\.\w+)`", (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    )
    assert set(documented) == set(received(statsd))


def test_a_run_that_the_verdict_fails_is_measured_too(
    statsd: Statsd, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dags import aviary_daily

    context = {
        "run_id": "a-run",
        "dag_run": SimpleNamespace(
            run_id="a-run", start_date=BEGAN, data_interval_start=None, run_after=BEGAN
        ),
        "params": {"accounts": [], "day": str(DAY), "refetch": False, "render_only": False},
        "ti": SimpleNamespace(xcom_pull=lambda **_: ["nasa", "esa"]),
        "outlets": [],
    }
    monkeypatch.setattr(aviary_daily, "get_current_context", lambda: context)

    with pytest.raises(SystemExit) as ended:
        aviary_daily.verdict.function()

    assert isinstance(ended.value.__cause__, RunFailed)
    found = received(statsd)
    assert (found["airflow.aviary.accounts"], found["airflow.aviary.failed_accounts"]) == (2, 2)


def test_numbers_that_cannot_be_read_are_a_warning_and_no_failure(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from dags import metrics

    def unreadable(*_: object) -> None:
        raise LakeError("cannot read the roll-up")

    monkeypatch.setattr(metrics, "measure", unreadable)
    with caplog.at_level(logging.WARNING):
        metrics.report_metrics(lake, DAY, ["nasa"], SimpleNamespace(run_id="a-run", start_date=BEGAN))

    assert caplog.messages == ["cannot read the roll-up; so this run is missing in the metrics"]
