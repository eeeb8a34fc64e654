"""Values of X's JSON, read without taking its word for what they are. Pure."""

from datetime import UTC, datetime
from typing import Any


def count(value: Any) -> int | None:
    """Return a number of posts, likes or the like; None where it is none."""
    return value if type(value) is int and 0 <= value < 2**63 else None


def instant(value: Any) -> datetime | None:
    """Return an instant in UTC; None where it is missing, or none."""
    try:
        found = datetime.fromisoformat(value if isinstance(value, str) else "")
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
