"""There is one clock, in UTC, and AVIARY_NOW freezes it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import clock
from pipeline.errors import ConfigError


def test_it_runs_when_nobody_freezes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AVIARY_NOW", raising=False)
    assert clock.frozen_at() is None
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)


@pytest.mark.parametrize(
    "text", ["2026-11-23T06:00:00Z", "2026-11-23T07:00:00+01:00", "2026-11-23T06:00:00", "2026-11-23 06:00"]
)
def test_an_instant_is_read_as_utc(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("AVIARY_NOW", text)
    assert clock.now() == datetime(2026, 11, 23, 6, tzinfo=UTC)
    assert clock.now().utcoffset() == timedelta(0)


@given(st.text() | st.datetimes().map(str) | st.datetimes().map(lambda instant: f"{instant}+14:00"))
def test_any_text_is_an_instant_or_one_clear_line(text: str) -> None:
    try:
        assert clock.parse_instant(text).tzinfo is UTC
    except ConfigError as error:
        assert "is not an instant; write it like 2026-11-23T06:00:00Z" in str(error)
        assert str(error).isprintable()


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "noon"])
def test_what_utc_has_no_name_for_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        clock.parse_instant(text)


def test_freezing_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AVIARY_NOW", "2026-01-01T00:00:00Z")
    with clock.frozen(datetime(2026, 11, 23, 6, tzinfo=UTC)):
        assert clock.now() == datetime(2026, 11, 23, 6, tzinfo=UTC)
    assert clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
