"""What X charges, as of autumn 2026. Money is counted in reads and only shown in dollars. Pure."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pipeline.accounts import Account, AccountsConfig

POST_READ_USD: Final = 0.005
USER_READ_USD: Final = 0.010


def usd(posts: int = 0, users: int = 0) -> float:
    """Return the price in dollars, without binary rounding noise."""
    return round(posts * POST_READ_USD + users * USER_READ_USD, 6)


@dataclass(frozen=True)
class Reads:
    """Posts and users read, or about to be."""

    posts: int = 0
    users: int = 0

    @property
    def usd(self) -> float:
        """Their price in dollars."""
        return usd(self.posts, self.users)


def lookups_at_most(max_posts: int, refresh_days: int) -> int:
    """Return how many posts at most are looked up by their ids with an account's day, each billed when X returns it."""
    return max_posts * refresh_days


def day_at_most(account: "Account") -> float:
    """Return the highest price of an account's day.

    It includes the originals of retweets, the earlier days read again, and the look-ups of what these do not show.
    """
    posts = account.max_posts * (2 if "retweets" in account.include else 1)
    lookups = lookups_at_most(account.max_posts, account.refresh_days)
    return usd(posts=posts * (1 + account.refresh_days) + lookups)


def first_run_at_most(config: "AccountsConfig") -> float:
    """Return the highest price of a run that has to look up every account and has no earlier days."""
    without_earlier = (account.model_copy(update={"refresh_days": 0}) for account in config.accounts)
    return sum(map(day_at_most, without_earlier)) + usd(users=len(config.accounts))
