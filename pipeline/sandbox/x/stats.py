"""What the sandbox has served: counters for tests, X's rate windows, X's usage figures."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

RATE_LIMIT = 10_000  # timeline requests per window
WINDOW_SECONDS = 900


class RequestStats:
    """Counters of one running sandbox, by the requests' own clock; they are lost when it stops."""

    def __init__(self, window_seconds: int = WINDOW_SECONDS) -> None:
        self._window_seconds = window_seconds
        self.reset()

    def reset(self) -> None:
        """Set everything to zero, rate windows included."""
        self._statuses: Counter[str] = Counter()
        self._endpoints: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._accounts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._windows: Counter[tuple[str, int]] = Counter()
        self._billed: defaultdict[date, set[str]] = defaultdict(set)

    def count_against_limit(self, endpoint: str, limit: int, now: datetime) -> tuple[bool, dict[str, str]]:
        """Count a request in its rate window; return whether it is allowed, and X's rate-limit headers."""
        window = int(now.timestamp()) // self._window_seconds
        self._windows[endpoint, window] += 1
        used = self._windows[endpoint, window]
        return used <= limit, {
            "x-rate-limit-limit": str(limit),
            "x-rate-limit-remaining": str(max(limit - used, 0)),
            "x-rate-limit-reset": str((window + 1) * self._window_seconds),
        }

    def count_request(self, endpoint: str, status: int | str, timeline_of: str | None = None) -> None:
        """Count one request, also for the account of its timeline; `status` is a word if there was no response."""
        self._statuses[str(status)] += 1
        self._endpoints[endpoint]["requests"] += 1
        if timeline_of is not None:
            self._accounts[timeline_of]["requests"] += 1

    def count_posts(self, handle: str, post_ids: Iterable[int], included: int, now: datetime) -> None:
        """Count the posts and included objects of one page."""
        ids = list(post_ids)
        self._endpoints["timeline"].update(posts=len(ids), included=included)
        self._accounts[handle]["posts"] += len(ids)
        self._billed[now.astimezone(UTC).date()].update(map(str, ids))

    def count_lookup(self, post_ids: Iterable[int], now: datetime) -> None:
        """Count the posts of one look-up by ids."""
        ids = list(post_ids)
        self._endpoints["lookup"].update(posts=len(ids))
        self._billed[now.astimezone(UTC).date()].update(map(str, ids))

    def count_users(self, handles: Iterable[str]) -> None:
        """Count the accounts of one look-up."""
        for handle in handles:
            self._endpoints["users_by"]["users"] += 1
            self._accounts[handle]["users"] += 1

    def posts_read_on(self, day: date) -> int:
        """Return the number of different posts read on a UTC day."""
        return len(self._billed[day]) if day in self._billed else 0

    def body(self) -> dict[str, Any]:
        """Return the counters: totals, per endpoint (users_by, timeline, usage), per account, per status."""
        endpoints = {name: dict(counts) for name, counts in sorted(self._endpoints.items())}
        totals = {
            name: sum(counts.get(name, 0) for counts in endpoints.values())
            for name in ("requests", "posts", "users", "included")
        }
        accounts = {handle: dict(counts) for handle, counts in sorted(self._accounts.items())}
        return totals | {"endpoints": endpoints, "accounts": accounts, "statuses": dict(self._statuses)}
