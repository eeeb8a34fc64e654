"""Which stored posts X does not show any more: a record of ids, from which they are forgotten."""

from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict

from pipeline import keys
from pipeline.lake import Lake

GONE: Final = "gone from X when its day was read again"


class Gone(BaseModel):
    """Posts, by their days, that a complete second reading did not show: ids only."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    days: dict[date, tuple[str, ...]]

    @property
    def post_ids(self) -> list[str]:
        """All of them."""
        return [post_id for ids in self.days.values() for post_id in ids]


def find_gone(lake: Lake, day: date, account: str) -> Gone | None:
    """Return what was gone when an account's `day` was run, or None when nothing was."""
    body = lake.find(keys.gone(day, account))
    return Gone.model_validate_json(body) if body else None
