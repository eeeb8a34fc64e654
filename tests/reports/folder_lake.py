"""A lake in a folder: what `reports` needs of `pipeline.lake.client.Lake`, so that pages can be opened from disk."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import put_frame
from pipeline.schema import POSTS
from tests.reports.world import World


class FolderLake(Lake):
    """Objects are files; pages are stored as they are, without S3's compression."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reads: list[str] = []

    @property
    def url(self) -> str:
        return "folder"

    def find_tagged(self, key: str) -> tuple[bytes, str] | None:
        path = self.folder / key
        if not path.exists():
            return None
        body = path.read_bytes()
        return body, hashlib.sha256(body).hexdigest()

    def find(self, key: str) -> bytes | None:
        found = self.find(key)
        return found[0] if found else None

    def exists(self, key: str) -> bool:
        return (self.folder / key).exists()

    def put(self, key: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)

    def put_html(self, key: str, html: str) -> None:
        self.put(key, html.encode())

    def put_if(self, key: str, body: bytes, etag: str | None) -> bool:
        found = self.find(key)
        if (found[1] if found else None) != etag:
            return False
        self.put(key, body)
        return True

    def delete(self, key: str) -> None:
        (self.folder / key).unlink(missing_ok=True)

    def keys(self, prefix: str, after: str = "", last: str | None = None) -> list[str]:
        found = (str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())
        return sorted(
            key for key in found if key.startswith(prefix) and key > after and (last is None or key <= last)
        )

    def scan_parquet(self, keys: Iterable[str], schema: pl.Schema) -> pl.LazyFrame:
        keys = list(keys)
        self.reads += keys
        if not keys:
            return pl.LazyFrame(schema=schema)
        return pl.scan_parquet([self.folder / key for key in keys], schema=schema, hive_partitioning=False)


def fill(lake: Lake, world: World) -> None:
    """Store what the pipeline would have stored for a world."""
    lake.put(keys.plan(world.day), world.plan.model_dump_json().encode())
    for (day,), frame in world.rollups.group_by("day"):
        put_frame(lake, keys.rollup(day), frame)  # type: ignore[arg-type]
        past = world.plan.model_copy(update={"day": day})
        if day != world.day:
            lake.put(keys.plan(day), past.model_dump_json().encode())  # type: ignore[arg-type]
    days = (
        pl.col("collected_at").dt.date().dt.offset_by("-1d")
    )  # the worlds are read the morning after, in UTC
    for (account, day), frame in world.posts.group_by("account", days):
        put_frame(lake, keys.posts(day, str(account)), frame)  # type: ignore[arg-type]
    if not world.rollups.filter(pl.col("day") == world.day).height:
        put_frame(lake, keys.rollup(world.day), world.rollups.clear())
    lake.put(f"csv/day={world.day}/all-accounts.csv", b"user,text\n")


def no_posts() -> pl.DataFrame:
    """Return a frame of posts without a row."""
    return pl.DataFrame(schema=POSTS)
