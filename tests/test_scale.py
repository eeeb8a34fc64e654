"""docs/scale.md tells what the model says, and the model is near what was measured."""

from pathlib import Path

import pytest

from tests.bench.scale import CHECKED, TOLERANCE, error, model_lines, points_lines
from tests.bench.scale_points import Point, measure, measured

DOC = Path(__file__).parents[1] / "docs" / "scale.md"


@pytest.mark.parametrize("name", CHECKED)
@pytest.mark.parametrize("point", measured(), ids=lambda point: f"{point.accounts}")
def test_the_model_is_near_every_measured_point(point: Point, name: str) -> None:
    assert abs(error(point, name)) <= TOLERANCE


@pytest.mark.parametrize("lines", [model_lines(), points_lines()], ids=["model", "points"])
def test_the_page_has_the_models_own_tables(lines: list[str]) -> None:
    assert "\n".join(lines) in DOC.read_text(encoding="utf-8")


@pytest.mark.slow
def test_what_is_counted_is_still_as_the_model_says() -> None:
    """Requests, objects and bytes of ten accounts; time and memory are the machine's."""
    point = measure(10)
    counted = [name for name in CHECKED if name not in {"cpu", "memory"}]
    assert {name: error(point, name) for name in counted if abs(error(point, name)) > TOLERANCE} == {}
