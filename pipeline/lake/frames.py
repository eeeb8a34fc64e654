"""Frames in the lake: Parquet to and from polars, always by a given schema."""

import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.errors import AviaryError
from pipeline.lake.damage import damaged
from pipeline.text import one_line

if TYPE_CHECKING:
    from pipeline.lake.client import Lake

READERS: Final = 16  # objects read at once


def to_parquet(frame: pl.DataFrame) -> bytes:
    """Return a frame as the lake stores it."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def put_frame(lake: "Lake", key: str, frame: pl.DataFrame) -> None:
    """Write a frame as Parquet."""
    lake.put(key, to_parquet(frame))


def find_frame(lake: "Lake", key: str, schema: pl.Schema) -> pl.DataFrame | None:
    """Return the frame at `key` with the columns and types of `schema`, or None when there is none.

    Columns that its version did not have yet are null, later ones are left out. Raises `LakeDamaged`.
    """
    found = lake.find(key)
    return None if found is None else parse_frame(lake, key, found.body, schema)


def parse_frame(lake: "Lake", key: str, body: bytes, schema: pl.Schema) -> pl.DataFrame:
    """Return the frame that `body`, read from `key`, holds, as `schema`. Raises `LakeDamaged`."""
    try:
        return pl.scan_parquet(
            io.BytesIO(body),
            schema=schema,
            glob=False,
            hive_partitioning=False,
            missing_columns="insert",
            extra_columns="ignore",
        ).collect()
    except pl.exceptions.PolarsError as error:
        raise damaged(lake.url, key, one_line(str(error), 120)) from None


def read_frames(lake: "Lake", keys: Sequence[str], schema: pl.Schema, otherwise: str) -> pl.DataFrame:
    """Return the frames at `keys`, one below the other, in the keys' order.

    Raises `AviaryError`, which names the first object that is missing and says `otherwise`, what to do.
    """

    def read(key: str) -> pl.DataFrame:
        frame = find_frame(lake, key, schema)
        if frame is None:
            raise AviaryError(f"{lake.url}/{key} is missing although the day counts it; {otherwise}")
        return frame

    with ThreadPoolExecutor(READERS) as pool:
        frames = list(pool.map(read, keys))
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)
