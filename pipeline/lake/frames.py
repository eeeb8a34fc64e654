"""Frames in the lake: Parquet to and from polars, always by a given schema."""

import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import IO, TYPE_CHECKING, Final

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
        return _parse([body], schema)
    except pl.exceptions.PolarsError as error:
        raise damaged(lake.url, key, one_line(str(error), 120)) from None


def read_frames(lake: "Lake", keys: Sequence[str], schema: pl.Schema, otherwise: str) -> pl.DataFrame:
    """Return the frames at `keys`, one below the other, in the keys' order.

    Raises `AviaryError`, which names the first object that is missing and says `otherwise`, what to do; and
    `LakeDamaged`.
    """

    def read(key: str) -> bytes:
        found = lake.find(key)
        if found is None:
            raise AviaryError(f"{lake.url}/{key} is missing although the day counts it; {otherwise}")
        return found.body

    if not keys:
        return pl.DataFrame(schema=schema)
    with ThreadPoolExecutor(READERS) as pool:
        bodies = list(pool.map(read, keys))
    try:
        return _parse(bodies, schema)
    except pl.exceptions.PolarsError:  # which does not say in which object
        return pl.concat([parse_frame(lake, *one, schema) for one in zip(keys, bodies, strict=True)])


def _parse(bodies: list[bytes], schema: pl.Schema) -> pl.DataFrame:
    """Return the frames one below the other, and in one piece: work on one of many pieces takes twice as long."""
    files: list[IO[bytes]] = [io.BytesIO(body) for body in bodies]
    found = pl.scan_parquet(
        files,
        schema=schema,
        glob=False,
        hive_partitioning=False,
        missing_columns="insert",
        extra_columns="ignore",
    )
    return found.collect().rechunk()
