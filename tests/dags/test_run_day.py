"""The day of a run: asked for, its interval's, or the last full one when it was triggered."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.errors import ConfigError

ZONE = "America/New_York"


def context(day: str | None = None, *, interval: str | None = None, triggered: str) -> Any:
    """Return what a task is given, as far as it is used."""
    start = datetime.fromisoformat(interval) if interval else None
    run = SimpleNamespace(data_interval_start=start, run_after=datetime.fromisoformat(triggered))
    return {"params": {"day": day}, "dag_run": run}


def test_the_day_asked_for_goes_before_the_intervals() -> None:
    from dags.run_day import day_of

    asked = context("2026-11-10", interval="2026-11-22T05:00:00Z", triggered="2026-11-23T11:00:00Z")
    assert day_of(asked, ZONE) == date(2026, 11, 10)
    with pytest.raises(ConfigError, match="'yesterday' is not a day"):
        day_of(context("yesterday", triggered="2026-11-23T11:00:00Z"), ZONE)


def test_a_scheduled_run_is_for_its_interval() -> None:
    from dags.run_day import day_of

    scheduled = context(interval="2026-11-01T04:00:00Z", triggered="2026-11-02T11:00:00Z")
    assert day_of(scheduled, ZONE) == date(2026, 11, 1)


def test_a_run_without_an_interval_keeps_its_day_when_it_is_retried_after_midnight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dags.run_day import day_of

    triggered = context(triggered="2026-11-24T04:30:00Z")  # half past eleven in the evening of the 23rd
    for now in ("2026-11-24T04:31:00Z", "2026-11-24T06:00:00Z", "2026-11-26T00:00:00Z"):
        monkeypatch.setenv("AVIARY_NOW", now)
        assert day_of(triggered, ZONE) == date(2026, 11, 22)


def test_a_clock_frozen_in_the_past_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    from dags.run_day import day_of

    monkeypatch.setenv("AVIARY_NOW", "2026-11-23T06:00:00Z")
    assert day_of(context(triggered=datetime(2030, 1, 1, tzinfo=UTC).isoformat()), "UTC") == date(
        2026, 11, 22
    )
