"""The headline figures of a day, as the index of all days stores and shows them."""

from datetime import date

from pydantic import AwareDatetime, BaseModel, ConfigDict


class DayLine(BaseModel):
    """One day's line, whose figures are those of its report."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    day: date
    sample: bool
    planned: int
    read: int  # accounts with data
    incomplete: int = 0  # of them
    failed: bool = False  # the run: more accounts failed than it tolerated, or none has data
    posts: int | None
    engagement: int | None
    usual: float | None  # engagement
    unusual: bool
    net: float | None
    notes: tuple[str, ...]
    collected_at: AwareDatetime | None

    @property
    def missing(self) -> int:
        """How many accounts have no data."""
        return self.planned - self.read


class YearLines(BaseModel):
    """The lines of a year, by day."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    days: tuple[DayLine, ...] = ()
