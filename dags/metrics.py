"""Sends what a run did to Airflow's own metrics, StatsD or OpenTelemetry, whichever is on; nothing where neither is."""

import logging
from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from airflow.sdk.observability import stats

from pipeline import clock
from pipeline.errors import AviaryError
from pipeline.spend.metrics import measure

if TYPE_CHECKING:
    from pipeline.lake.client import Lake
    from pipeline.spend.metrics import RunMetrics

log = logging.getLogger(__name__)
PREFIX: Final = (
    "aviary"  # after Airflow's own, which is "airflow" unless AIRFLOW__METRICS__STATSD_PREFIX is set
)


def report_metrics(lake: "Lake", day: date, accounts: Collection[str], run: Any) -> None:
    """Measure a run and send its numbers. No failure of this is one of the run's."""
    try:
        found = measure(lake, day, accounts, run.run_id, run.start_date, clock.machine_now())
    except AviaryError as error:
        log.warning("%s; so this run is missing in the metrics", error)
    else:
        send(found)


def send(found: "RunMetrics") -> None:
    """Send each number as a gauge, whose last value stays until the next run."""
    for name, value in asdict(found).items():
        stats.gauge(f"{PREFIX}.{name}", value)
