"""What is usual and what is unusual: by examples, by properties, and in worlds with planted truth."""

import importlib.util
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.figures.usual import robust
from reports.figures.usual.compare import TREND, compare, compare_ratios, trend_days
from reports.figures.usual.daily import DAYS
from tests.reports.rows import SUNDAY, missing, rollups, row

WORLDS = Path(__file__).parents[4] / "shared" / "usual" / "worlds.py"
SEEDS = range(300, 312)
values = st.lists(st.one_of(st.just(float("nan")), st.floats(-1e6, 1e6)), min_size=1, max_size=12)


def on_sunday(*rows: dict[str, Any], account: str = "nasa", metric: str = "engagement") -> dict[str, Any]:
    """Return what is usual for an account on the Sunday."""
    found = compare(rollups(*rows), SUNDAY)
    chosen = (pl.col("account") == account) & (pl.col("metric") == metric) & (pl.col("day") == SUNDAY)
    return found.row(by_predicate=chosen, named=True)


def ordinary(back: int, account: str = "nasa", times: float = 1.0) -> dict[str, Any]:
    """Return a day of about ten posts that get about a hundred each."""
    noise = np.random.default_rng([back, len(account)])
    engagements = np.round(times * 100 * np.exp(noise.normal(0, 0.5, int(noise.integers(8, 13))))).astype(int)
    return row(back, account, post_engagements=engagements.tolist())


@given(values)
def test_a_median_is_numpys_of_the_values_that_are_there(row_of: Sequence[float]) -> None:
    found = robust.median(np.array([row_of]))[0]
    known = [value for value in row_of if not np.isnan(value)]
    assert found == pytest.approx(np.median(known)) if known else np.isnan(found)


@given(values, st.floats(0, 1))
def test_a_quantile_lies_among_the_values(row_of: Sequence[float], share: float) -> None:
    found = robust.quantile(np.array([row_of]), np.array([share]))[0]
    known = [value for value in row_of if not np.isnan(value)]
    assert min(known) - 1e-6 <= found <= max(known) + 1e-6 if known else np.isnan(found)


def test_a_steady_rise_is_its_slope_and_noise_is_none() -> None:
    days = np.arange(56)
    noise = np.random.default_rng(1).normal(0, 0.3, 56)
    slopes = robust.slope(np.stack([0.01 * days, noise, np.where(days < 40, np.nan, 0.01 * days)]))
    assert slopes[0] == pytest.approx(0.01)
    assert abs(slopes[1]) < 0.005
    assert slopes[2] == 0  # sixteen days are too few


def test_below_seven_days_there_is_no_usual() -> None:
    assert on_sunday(*(ordinary(back) for back in range(7)))["usual"] is None
    assert on_sunday(*(ordinary(back) for back in range(8)))["usual"] == pytest.approx(1130, rel=0.3)


def test_days_without_a_value_are_not_judged_which_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = (0, 1, 2, *range(5, 16), 40)
    of_days = rollups(*(row(back, name) for back in stored for name in ("nasa", "esa")))
    found = compare(of_days, SUNDAY), compare_ratios(of_days, SUNDAY)
    assert found[0]["day"].n_unique() == len(stored) - 1  # of the last 30
    monkeypatch.setattr("reports.figures.usual.compare.trend_days", lambda *_: list(TREND))
    assert found[0].equals(compare(of_days, SUNDAY))
    assert found[1].equals(compare_ratios(of_days, SUNDAY))


def test_a_day_is_judged_if_any_row_has_a_value_and_the_last_always() -> None:
    values = np.full((2, DAYS), np.nan)
    assert trend_days(values) == [DAYS - 1]
    values[1, [TREND[0] - 1, TREND[0], DAYS - 3]] = 0.0
    assert trend_days(np.full((2, DAYS), np.nan), values) == [TREND[0], DAYS - 3, DAYS - 1]


def test_a_missing_day_is_absent_never_zero() -> None:
    days = [ordinary(back) for back in range(50)]
    gaps = [missing(back) if back % 3 == 1 else day for back, day in enumerate(days)]
    assert on_sunday(*gaps)["usual"] == pytest.approx(on_sunday(*days)["usual"], rel=0.15)
    assert on_sunday(*gaps)["days"] == 18


def test_an_ordinary_day_after_two_viral_ones_of_its_weekday_is_ordinary() -> None:
    """A usual that two of three Wednesdays bend is no usual."""
    viral = {7: 9.0, 14: 9.0}
    found = on_sunday(*(ordinary(back, times=viral.get(back, 1.0)) for back in range(25)))
    assert found["usual"] == pytest.approx(1130, rel=0.3)
    assert found["unusual"] is False
    assert found["low"] < found["value"] < found["high"]


@pytest.mark.parametrize("times", [5.0, 0.2])
def test_a_day_on_which_every_post_did_better_or_worse_is_unusual(times: float) -> None:
    found = on_sunday(ordinary(0, times=times), *(ordinary(back) for back in range(1, 30)))
    assert found["unusual"] is True


def test_nothing_is_unusual_before_two_weeks() -> None:
    assert on_sunday(ordinary(0, times=9), *(ordinary(back) for back in range(1, 14)))["unusual"] is False
    assert on_sunday(ordinary(0, times=9), *(ordinary(back) for back in range(1, 20)))["unusual"] is True


def test_an_account_that_never_posts_on_sundays_is_not_quiet_on_one_and_others_say_nothing_of_it() -> None:
    days = [ordinary(back) if back % 7 else row(back) for back in range(57)]
    others = [ordinary(back, name) for back in range(57) for name in ("a", "bb", "ccc", "dddd")]
    found = on_sunday(*days, *others, metric="posts")
    assert (found["usual"], found["unusual"]) == (pytest.approx(0, abs=0.3), False)
    assert on_sunday(row(0), *(ordinary(back) for back in range(1, 57)), metric="posts")["unusual"] is True


@pytest.mark.parametrize(("back", "counts"), [(56, True), (57, False)])
def test_a_day_is_judged_by_the_eight_weeks_before_it(back: int, counts: bool) -> None:
    days = [ordinary(back) for back in range(60)]
    changed = [*days[:back], ordinary(back, times=9), *days[back + 1 :]]
    assert (on_sunday(*days) != on_sunday(*changed)) == counts


@pytest.mark.parametrize(("back", "counts"), [(85, True), (86, False)])
def test_the_first_of_the_30_days_is_judged_by_the_eight_weeks_before_it_too(back: int, counts: bool) -> None:
    def first(*rows: dict[str, Any]) -> pl.DataFrame:
        return compare(rollups(*rows), SUNDAY).filter(pl.col("day") == SUNDAY - timedelta(days=29))

    days = [ordinary(back) for back in range(90)]
    changed = [*days[:back], ordinary(back, times=9), *days[back + 1 :]]
    assert first(*days).equals(first(*changed)) != counts


@pytest.mark.heavy
def test_the_same_day_has_the_same_usual_on_its_own_page_and_on_later_ones() -> None:
    rows = rollups(*(ordinary(back, name) for back in range(86) for name in ("a", "bb", "ccc")))
    later = compare(rows, SUNDAY)
    for back in (1, 7, 29):
        day = SUNDAY - timedelta(days=back)
        own = compare(rows.filter(pl.col("day") <= day), day).filter(pl.col("day") == day)
        assert own.equals(later.filter(pl.col("day") == day).select(own.columns)) or (
            # The eight weeks of the oldest days are not all there.
            back == 29
        )


@pytest.mark.heavy
def test_the_drawn_band_holds_the_share_of_days_that_its_note_says() -> None:
    inside = []
    for account in ("a", "bb", "ccc", "dddd", "eeeee", "ffffff"):
        found = compare(rollups(*(ordinary(back, account) for back in range(86))), SUNDAY)
        drawn = found.filter(pl.col("metric") == "engagement", pl.col("account") == account)
        inside.append(drawn.select(pl.col("value").is_between("low", "high")).to_series())
    assert 0.70 <= pl.concat(inside).mean() <= 0.90  # type: ignore[operator]


@pytest.mark.skipif(not WORLDS.exists(), reason="the worlds stand in ../shared, which is not here")
@pytest.mark.slow
def test_in_worlds_with_planted_truth_it_is_as_right_as_docs_report_md_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Fixed seeds; sampling moves the figures of twelve worlds by a few hundredths."""
    spec = importlib.util.spec_from_file_location("worlds", WORLDS)
    assert spec is not None
    assert spec.loader is not None
    worlds = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "worlds", worlds)
    spec.loader.exec_module(worlds)
    plain, told = ([worlds.make_world(seed, 90, stories) for seed in SEEDS] for stories in (False, True))
    records = worlds.run("tests.bench.usual:Estimator", plain, told)
    figures = worlds.figures(records, plain, told, 0)
    assert figures["false_alerts_a_day"] <= 0.08
    found = {str(kind): share for kind, share in figures["found"].items()}
    assert found["reach3"] >= 0.65
    assert found["reach5"] >= 0.84
    assert found["viral3"] >= 0.60
    assert found["fall40"] >= 0.85
    assert all(0.74 <= share <= 0.86 for kind, share in figures["band"].items() if kind != "sparse")
    assert figures["band"]["sparse"] <= 0.93
