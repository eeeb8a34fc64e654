"""A small world, stored, and what was published of it."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.reports.folder_lake import FolderLake, fill
from tests.reports.world import DAY, TWELVE, World, world

YESTERDAY = DAY - timedelta(days=1)


@pytest.fixture(scope="module")
def small() -> World:
    return world(TWELVE[:3], days=12, every_post=True)


@pytest.fixture
def lake(tmp_path: Path, small: World) -> FolderLake:
    lake = FolderLake(tmp_path)
    fill(lake, small)
    return lake
