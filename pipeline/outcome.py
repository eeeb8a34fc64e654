"""What became of one account on one day: the small record everything downstream relies on."""

from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from pipeline.schema import SCHEMA_VERSION


class Status(StrEnum):
    """How an account's day ended."""

    OK = "ok"
    PARTIAL = "partial"  # stored, with a told defect: quarantine share, X's depth, a lost page
    OVER_BUDGET = "over_budget"
    MISSING = "missing"
    SUSPENDED = "suspended"
    PROTECTED = "protected"
    FAILED = "failed"

    @property
    def finished(self) -> bool:
        """Whether the day is not read from X again."""
        return self not in (Status.FAILED, Status.OVER_BUDGET)

    @property
    def has_posts(self) -> bool:
        """Whether the account's figures count in the day's."""
        return self in (Status.OK, Status.PARTIAL)


class Counts(BaseModel):
    """Where every fetched item went: fetched is the sum of the other five."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fetched: int = 0
    kept: int = 0
    filtered: int = 0
    duplicates: int = 0
    quarantined: int = 0
    forgotten: int = 0


class Outcome(BaseModel):
    """One account's day, as written to `outcomes/` after everything it speaks of."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    status: Status
    reason: str | None = None
    counts: Counts = Counts()
    truncated: bool = False
    cost_usd: float = 0.0
    pages: int = 0
    scored: int = 0
    collected_at: AwareDatetime | None = None
    schema_version: int = SCHEMA_VERSION
