"""Line coverage: which lines of the product does no test run?

    .venv/bin/python -m tests.covered tests/pipeline tests/reports tests/dags

Runs each of the named folders or files of tests by itself, also in the processes that they start, and prints the lines
that none has run. The next call adds to what was found; `build/coverage` holds it. coverage.py is a tool here and no
dependency: it is installed into a folder of its own. A process that is killed, or gets an environment of its own,
cannot tell what it ran; `.ci/run` measures nothing.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "coverage"
TOOL = "coverage==7.17.3"
MEASURED = ("dags", "pipeline", "reports")
# Airflow and `multiprocessing` fork, and end their children by `os._exit`.
SETTINGS = """\
[run]
data_file = {folder}/data
parallel = true
patch = _exit, fork
sigterm = true
source =
    {sources}
"""


def main(tests: Sequence[str]) -> None:
    """Run the tests, and print each module's lines that none of them, nor any before, has run."""
    tool, settings = FOLDER / "tool", FOLDER / "settings"
    FOLDER.mkdir(parents=True, exist_ok=True)
    sources = "\n    ".join(str(ROOT / name) for name in MEASURED)
    settings.write_text(SETTINGS.format(folder=FOLDER, sources=sources), encoding="utf-8")
    if not tool.exists():
        subprocess.run(
            [Path(sys.executable).with_name("uv"), "pip", "install", "--quiet", "--target", tool, TOOL],
            check=True,
        )
    # Python runs this module as each process starts.
    (tool / "sitecustomize.py").write_text(
        "import coverage\n\ncoverage.process_startup()\n", encoding="utf-8"
    )
    measuring = {"PYTHONPATH": str(tool), "COVERAGE_PROCESS_START": str(settings)}
    for each in tests:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", each]
        subprocess.run(command, cwd=ROOT, env=os.environ | measuring, check=False)
    reading = [sys.executable, "-m", "coverage"]
    options = [f"--rcfile={settings}"]
    tools = os.environ | {"PYTHONPATH": str(tool)}
    subprocess.run([*reading, "combine", "--quiet", "--append", *options], cwd=ROOT, env=tools, check=False)
    subprocess.run(
        [*reading, "report", "--skip-covered", "--show-missing", *options], cwd=ROOT, env=tools, check=True
    )


if __name__ == "__main__":
    main(sys.argv[1:])
