"""A lake in a folder: what `reports` needs of `pipeline.lake.client.Lake`, so that pages can be opened from disk."""

import hashlib
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import put_frame
from pipeline.lake.stored import StoredObject
from pipeline.schema import POSTS
from pipeline.transform.topics import count_topics
from tests.reports.world import World


class FolderLake(Lake):
    """Objects are files; pages are stored as they are, without S3's compression."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reads: list[str] = []

    @property
    def url(self) -> str:
        return "folder"

    def find(self, key: str, **_: Any) -> StoredObject | None:
        path = self.folder / key
        if not path.exists():
            return None
        self.reads.append(key)
        body = path.read_bytes()
        return StoredObject(body, hashlib.sha256(body).hexdigest())

    def exists(self, key: str) -> bool:
        return (self.folder / key).exists()

    def put(self, key: str, body: bytes) -> str:
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        return hashlib.sha256(body).hexdigest()

    def put_html(self, key: str, html: str, **_: Any) -> None:
        self.put(key, html.encode())

    def put_if(self, key: str, body: bytes, etag: str | None, **_: Any) -> str | None:
        found = self.find(key)
        return self.put(key, body) if (found.etag if found else None) == etag else None

    def delete(self, key: str) -> None:
        (self.folder / key).unlink(missing_ok=True)

    def etags(self, prefix: str, after: str = "", last: str | None = None) -> dict[str, str]:
        below = self.folder / prefix.rpartition("/")[0]  # walking all of the lake takes long
        found = (str(path.relative_to(self.folder)) for path in below.rglob("*") if path.is_file())
        wanted = (
            key for key in found if key.startswith(prefix) and key > after and (last is None or key <= last)
        )
        return {key: hashlib.sha256((self.folder / key).read_bytes()).hexdigest() for key in sorted(wanted)}


def fill(lake: Lake, world: World) -> None:
    """Store what the pipeline would have stored for a world."""
    lake.put(keys.plan(world.day), world.plan.model_dump_json().encode())
    for (day,), frame in world.rollups.group_by("day"):
        put_frame(lake, keys.rollup(day), frame)
        past = world.plan.model_copy(update={"day": day})
        if day != world.day:
            lake.put(keys.plan(day), past.model_dump_json().encode())
    days = (
        pl.col("collected_at").dt.date().dt.offset_by("-1d")
    )  # the worlds are read the morning after, in UTC
    for (account, day), frame in world.posts.group_by("account", days):
        put_frame(lake, keys.posts(day, str(account)), frame)
        lake.put(keys.account_csv(day, str(account)), b"user,text\n")
    for (day,), frame in world.posts.sort("account", "created_at").group_by(days, maintain_order=True):
        put_frame(lake, keys.posts_daily(day), frame.select(pl.lit(day).alias("day"), *POSTS.names()))
        put_frame(lake, keys.topics(day), count_topics(frame, day))
    if not world.rollups.filter(pl.col("day") == world.day).height:
        put_frame(lake, keys.rollup(world.day), world.rollups.clear())
    for day in world.rollups["day"].unique().to_list() or [world.day]:
        lake.put(keys.all_accounts_csv(day), b"user,text\n")


def no_posts() -> pl.DataFrame:
    """Return a frame of posts without a row."""
    return pl.DataFrame(schema=POSTS)
