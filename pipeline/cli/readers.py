"""The lake, tried through every reader before a command buys anything."""

from pipeline.lake.client import Lake
from pipeline.lake.health import require_bucket, trial_object
from pipeline.lake.sql import try_reading


def try_all_readers(lake: Lake) -> None:
    """Write a small object, read it by boto3 and by DuckDB, remove it. Raises `ConfigError` with what to change."""
    require_bucket(lake)
    with trial_object(lake) as key:
        try_reading(lake, key)
