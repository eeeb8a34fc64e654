"""Lakes that earlier versions left behind; `make.py` says how they were made."""

from pathlib import Path

from pipeline.lake.client import Lake

FOLDER = Path(__file__).parent


def put_old_lake(lake: Lake, version: str) -> None:
    """Store what a version left behind."""
    for file in sorted((FOLDER / version).rglob("*")):
        if file.is_file():
            lake.put(file.relative_to(FOLDER / version).as_posix(), file.read_bytes())
