"""Shares as accounts.yaml writes them: exact decimals, although they are read as binary fractions. Pure."""

from decimal import Decimal


def percent(share: float) -> str:
    """Return a share (0 to 1) as accounts.yaml may write it: 0.2 as 20%."""
    return f"{(_exact(share) * 100).normalize():f}%"


def exceeds(part: int, whole: int, share: float) -> bool:
    """Whether `part` of `whole` is more than `share` (0 to 1)."""
    return part > _exact(share) * whole


def _exact(share: float) -> Decimal:
    return Decimal(repr(share))  # a binary 0.29 of 100 is less than 29
