"""What became of one account on one day: the small record everything downstream relies on."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from pipeline import keys
from pipeline.errors import AviaryError, one_line
from pipeline.lake import Lake
from pipeline.schema import SCHEMA_VERSION

_READERS = 16


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
    refreshed: tuple[date, ...] = ()  # the earlier days read again with this one
    refresh_short: str | None = None  # why that ended early
    gone: int = 0  # posts of these days that were gone from X, and are forgotten
    collected_at: AwareDatetime | None = None
    schema_version: int = SCHEMA_VERSION


def find_outcome(lake: Lake, day: date, account: str) -> Outcome | None:
    """Return what became of an account's day, or None when nothing is recorded."""
    body = lake.find(keys.outcome(day, account))
    return Outcome.model_validate_json(body) if body else None


def find_outcomes(lake: Lake, day: date) -> dict[str, Outcome]:
    """Return a day's outcomes by lower-case handle."""
    stored = lake.keys(keys.outcomes_folder(day))
    with ThreadPoolExecutor(_READERS) as pool:
        bodies = list(pool.map(lake.find, stored))
    return {
        keys.account_of_outcome(key): Outcome.model_validate_json(body)
        for key, body in zip(stored, bodies, strict=True)
        if body is not None  # removed meanwhile, to be read again
    }


def put_outcome(lake: Lake, day: date, account: str, outcome: Outcome) -> None:
    """Record what became of an account's day."""
    lake.put_model(keys.outcome(day, account), outcome)


@contextmanager
def outcome_on_failure(lake: Lake, day: date, account: str) -> Iterator[None]:
    """Record a `failed` outcome before the failure goes on its way: each account leaves one, whatever happens."""
    try:
        yield
    except Exception as error:
        reason = str(error) if isinstance(error, AviaryError) else f"{type(error).__name__}: {error}"
        put_outcome(lake, day, account, Outcome(status=Status.FAILED, reason=one_line(reason)))
        raise
