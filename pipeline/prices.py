"""What X charges, as of autumn 2026. Money is counted in reads and only shown in dollars."""

from typing import Final

POST_READ_USD: Final = 0.005
USER_READ_USD: Final = 0.010


def usd(posts: int = 0, users: int = 0) -> float:
    """Return the price in dollars, free of binary dust."""
    return round(posts * POST_READ_USD + users * USER_READ_USD, 6)
