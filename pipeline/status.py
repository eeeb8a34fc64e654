"""How an account's day ended. Pure."""

from enum import StrEnum


class Status(StrEnum):
    """How an account's day ended."""

    OK = "ok"
    PARTIAL = "partial"  # stored, with a known defect: quarantine share, X's depth, a lost page
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
