"""What X charges, as of autumn 2026. Money is counted in reads and only shown in dollars. Pure."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.x_api.limits import PAGE_MIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.accounts import Account, AccountsConfig

POST_READ_USD: Final = 0.005
USER_READ_USD: Final = 0.010
COUNT_REQUEST_USD: Final = 0.005  # whatever it counts
_WITH_ORIGINALS = 3  # a post, and the two that it may refer to


def usd(posts: int = 0, users: int = 0, count_requests: int = 0) -> float:
    """Return the price in dollars, without binary rounding noise."""
    return round(posts * POST_READ_USD + users * USER_READ_USD + count_requests * COUNT_REQUEST_USD, 6)


def at_most_text(dollars: float) -> str:
    """Return a highest price in words, rounded up to the cent: what it tells is never exceeded."""
    return f"${math.ceil(round(dollars * 100, 6)) / 100:,.2f}"


@dataclass(frozen=True)
class Reads:
    """Posts and users read, and requests that count posts; or what is about to be."""

    posts: int = 0
    users: int = 0
    count_requests: int = 0

    @property
    def usd(self) -> float:
        """Their price in dollars."""
        return usd(self.posts, self.users, self.count_requests)

    def __add__(self, other: "Reads") -> "Reads":
        return Reads(
            self.posts + other.posts, self.users + other.users, self.count_requests + other.count_requests
        )

    def __sub__(self, other: "Reads") -> "Reads":
        return Reads(
            self.posts - other.posts, self.users - other.users, self.count_requests - other.count_requests
        )


def page_at_most(max_results: int, *, with_originals: bool) -> int:
    """Return how many reads X bills at most for a page of a timeline.

    With originals a post may be three: a reply that quotes brings the post it answers and the one it quotes. X probably
    bills these like others.
    """
    return max_results * (_WITH_ORIGINALS if with_originals else 1)


def lookups_at_most(max_posts: int, refresh_days: int) -> int:
    """Return how many posts at most are looked up by their ids with an account's day, each billed when X returns it."""
    return max_posts * refresh_days


def day_at_most(account: "Account") -> float:
    """Return the highest price of an account's day.

    It includes the originals of retweets, the few posts that a page brings beyond `max_posts`, those that tell whether
    X's depth was reached, the earlier days read again, the look-ups of what these do not show, and of the account, and
    what X counts.
    """
    posts = _own_day_at_most(account) + _earlier_days_at_most(account)
    return usd(posts, users=1, count_requests=count_requests_at_most(account))


def first_run_at_most(config: "AccountsConfig") -> float:
    """Return the highest price of a run that has to look up every account and has no earlier days."""
    return usd(
        posts=sum(map(_own_day_at_most, config.accounts)),
        users=len(config.accounts),
        count_requests=sum(map(count_requests_at_most, config.accounts)),
    )


def count_requests_at_most(account: "Account") -> int:
    """Return how many requests that count are sent with an account's day at most."""
    return int(account.mentions) + int(account.completeness)


def counts_text(accounts: "Sequence[Account]") -> str | None:
    """Return what X's counts cost a day, in words; None where nothing is counted."""
    requests = sum(map(count_requests_at_most, accounts))
    if not requests:
        return None
    requests_text = "1 request" if requests == 1 else f"{requests} requests"
    return (
        f"included: at most {requests_text} a day for X's counts (mentions, completeness), ${COUNT_REQUEST_USD} each "
        f"whatever they count, ${usd(count_requests=requests):.3f} in all"
    )


def _own_day_at_most(account: "Account") -> int:
    return _timeline_at_most(account, account.max_posts) + PAGE_MIN  # to see whether X shows anything older


def _earlier_days_at_most(account: "Account") -> int:
    if not account.refresh_days:
        return 0
    timeline = _timeline_at_most(account, account.refresh_days * account.max_posts)
    return timeline + lookups_at_most(account.max_posts, account.refresh_days)


def _timeline_at_most(account: "Account", max_posts: int) -> int:
    """Return the reads of a range: the last page may be of PAGE_MIN posts where one is still wanted."""
    return page_at_most(max_posts + PAGE_MIN - 1, with_originals="retweets" in account.include)
