"""The pages are valid HTML, by html-validate's recommended rules: .ci/run installs it, elsewhere name it."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.lake.periods import Unit
from reports import publish
from tests.reports.folder_lake import FolderLake, fill
from tests.reports.hostile import hostile, payloads
from tests.reports.mentioned import mentioned
from tests.reports.rendered import period_page_of, report_of
from tests.reports.world import DAY, TWELVE, Account, World, many, world

RULES = {"root": True, "extends": ["html-validate:recommended"]}

SHAPES: dict[str, Callable[[], World]] = {
    "twelve": world,
    "mentions": lambda: mentioned(world()),
    "one": lambda: world(TWELVE[:1]),
    "first": lambda: world(days=1),
    "sixty": lambda: world(many(60), days=30),
    "silent": lambda: world([Account("quiet", None, None, 5, 10, 0.1, (0.5, 0.1), silent={DAY})]),
    "hostile": lambda: hostile(payloads()),
}


@pytest.fixture(scope="module")
def validator() -> str:
    """Where html-validate is: `HTML_VALIDATE`, or on the PATH."""
    found = shutil.which(os.environ.get("HTML_VALIDATE", "html-validate"))
    if found is None:
        pytest.skip("no html-validate found: npm install it anywhere, and name it in HTML_VALIDATE")
    return found


def faults(validator: str, folder: Path) -> list[str]:
    """Return what is wrong in the pages of a folder, one line each."""
    rules = folder / "rules.json"
    rules.write_text(json.dumps(RULES), encoding="utf-8")
    output = folder / "faults.json"  # into a pipe it writes half of its answer, and exits
    command = [
        validator,
        "--config",
        str(rules),
        "--formatter",
        f"json={output}",
        *map(str, folder.rglob("*.html")),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in (0, 1), done.stderr
    return [
        f"{Path(result['filePath']).name}:{fault['line']}: {fault['message']} ({fault['ruleId']})"
        for result in json.loads(output.read_text(encoding="utf-8"))
        for fault in result["messages"]
    ]


@pytest.mark.slow
def test_every_page_is_valid(validator: str, tmp_path: Path) -> None:
    lake = FolderLake(tmp_path)
    fill(lake, mentioned(world(TWELVE[:2], days=3)))
    publish(lake, DAY)
    for name, make in SHAPES.items():
        made = make()
        (tmp_path / f"{name}.html").write_text(report_of(made), encoding="utf-8")
        for unit in Unit:
            (tmp_path / f"{name} {unit}.html").write_text(period_page_of(made, unit), encoding="utf-8")
    assert (
        len(list(tmp_path.rglob("*.html"))) >= 3 * len(SHAPES) + 4
    )  # all days, their year, the latest, a week of a lake
    assert faults(validator, tmp_path) == []


@pytest.mark.slow
def test_positive_control_a_page_that_is_not_valid_is_found(validator: str, tmp_path: Path) -> None:
    broken = report_of(world(TWELVE[:1], days=1)).replace("<h2", "<h2 id=main", 1)
    (tmp_path / "broken.html").write_text(broken, encoding="utf-8")
    assert faults(validator, tmp_path)
