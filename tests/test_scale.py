"""docs/scale.md tells what the model says, and the model is near what was measured."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench.scale import CHECKED, PAGE_FILE, TOLERANCE, error, model_lines, points_lines, with_tables
from tests.bench.scale_points import FILE, Point, measure, measured, store


@pytest.mark.parametrize("name", CHECKED)
@pytest.mark.parametrize("point", measured(), ids=lambda point: f"{point.accounts}")
def test_the_model_is_near_every_measured_point(point: Point, name: str) -> None:
    assert abs(error(point, name)) <= TOLERANCE


@pytest.mark.parametrize("lines", [model_lines(), points_lines()], ids=["model", "points"])
def test_the_page_has_the_models_own_tables(lines: list[str]) -> None:
    assert "\n".join(lines) in PAGE_FILE.read_text(encoding="utf-8")


def test_tables_that_are_out_of_date_are_written_anew_and_nothing_else() -> None:
    page = PAGE_FILE.read_text(encoding="utf-8")
    old = page.replace("\n".join(points_lines()[2:]), "| 10 | old |").replace(model_lines()[5], "| old |")
    assert old != page
    assert with_tables(old) == page


def test_a_point_is_added_in_its_place_or_replaces_its_own(tmp_path: Path) -> None:
    file = tmp_path / "points.json"
    file.write_bytes(FILE.read_bytes())
    before = measured()
    more, again = replace(before[0], accounts=20), replace(before[-1], cpu=1.0)
    store(more, file)
    store(again, file)
    assert measured(file) == [before[0], more, *before[1:-1], again]


@pytest.mark.slow
def test_what_is_counted_is_still_as_the_model_says() -> None:
    """Requests, objects and bytes of ten accounts; time and memory are the machine's."""
    point = measure(10)
    counted = [name for name in CHECKED if name not in {"cpu", "memory"}]
    assert {name: error(point, name) for name in counted if abs(error(point, name)) > TOLERANCE} == {}
