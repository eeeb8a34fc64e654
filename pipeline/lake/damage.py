"""The error for a stored object that cannot be read. Pure."""

from pipeline.errors import LakeDamaged
from pipeline.lake.catalogue import find_kind


def damaged(lake_url: str, key: str, why: str) -> LakeDamaged:
    """Return the error for the object at `key`, with what its kind allows to do about it."""
    kind = find_kind(key)
    remedy = kind.when_damaged if kind else "restore an older version of it, or delete it"
    return LakeDamaged(f"{lake_url}/{key} is damaged ({why}); {remedy}")
