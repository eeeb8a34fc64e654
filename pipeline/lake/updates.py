"""Changes a record of the lake that several runs may write at once."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import BaseModel

from pipeline.errors import LakeError

if TYPE_CHECKING:
    from pipeline.lake.client import Lake

MOST_RACES: Final = 40  # lost before giving up; sixteen processes at once were seen to need under ten

Model = TypeVar("Model", bound=BaseModel)
Changed = TypeVar("Changed", bound=BaseModel | None)


def update(lake: "Lake", key: str, model: type[Model], change: Callable[[Model | None], Changed]) -> Changed:
    """Write the record that `change` makes of the one at `key`, and return it.

    `change` is given None where there is no record. It is called again where another run has written meanwhile, so
    nothing of that is lost. Where it returns None, or the record as it is, nothing is written. Raises `LakeError` after
    `MOST_RACES`, `LakeDamaged` where the record cannot be read.
    """
    for _ in range(MOST_RACES):
        found = lake.find(key)
        stored = lake.parse_model(key, found.body, model) if found else None
        changed = change(stored)
        if (
            changed is None
            or changed == stored
            or lake.put_model_if(key, changed, found.etag if found else None)
        ):
            return changed
    raise LakeError(f"cannot write {key}: lost {MOST_RACES} races for it; run the command again")
