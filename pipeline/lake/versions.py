"""Older versions of objects, as a bucket with versioning keeps them, and how it lets objects expire."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.lake.client import Lake


@dataclass(frozen=True)
class Version:
    """One version of an object."""

    key: str
    version_id: str
    latest: bool
    holds: bool  # bytes; else it marks that the object was deleted


def list_versions(lake: "Lake", prefix: str, after: str = "") -> list[Version]:
    """Return all versions of the objects below `prefix` whose keys sort after `after`; markers of deletion too.

    Without versioning each object has one.
    """
    found: list[Version] = []
    # moto skips an object at any marker, an empty one too.
    more: dict[str, str] | None = {"KeyMarker": lake.prefix + after} if after else {}
    while more is not None:
        answer = lake.request("list_object_versions", prefix, **more)
        found += [
            Version(item["Key"].removeprefix(lake.prefix), item["VersionId"], item["IsLatest"], holds)
            for name, holds in (("Versions", True), ("DeleteMarkers", False))
            for item in answer.get(name, [])
        ]
        markers = {"KeyMarker": "NextKeyMarker", "VersionIdMarker": "NextVersionIdMarker"}
        more = (
            {ours: answer[theirs] for ours, theirs in markers.items() if answer.get(theirs)}
            if answer.get("IsTruncated")
            else None
        )
    return found


def read_version(lake: "Lake", version: Version) -> bytes | None:
    """Return the bytes of one version of an object, or None when it is gone."""
    found = lake.find(version.key, version_id=version.version_id)
    return found.body if found else None


def erase(lake: "Lake", version: Version) -> None:
    """Remove one version of an object for good, or one marker of deletion."""
    lake.request("delete_object", version.key, VersionId=version.version_id)


def read_lifecycle(lake: "Lake") -> dict[str, Any]:
    """Return how the bucket lets objects expire, by `Rules` that are not all this lake's, for `write_lifecycle`."""
    answer = lake.request("get_bucket_lifecycle_configuration", "", accept={"NoSuchLifecycleConfiguration"})
    if "refused" in answer:
        return {"Rules": []}
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def write_lifecycle(lake: "Lake", lifecycle: dict[str, Any]) -> None:
    """Replace how the bucket lets objects expire."""
    others = {name: value for name, value in lifecycle.items() if name != "Rules"}
    lake.request(
        "put_bucket_lifecycle_configuration",
        "",
        LifecycleConfiguration={"Rules": lifecycle["Rules"]},
        **others,
    )
