"""Asks X about posts by their ids. Each answer is stored beside the refresh pages before the next is asked for."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from pipeline import clock
from pipeline.erasure.register import without_forgotten
from pipeline.errors import OverBudget, RateLimited, RunStopped, XError
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.doubts import PostDoubt
from pipeline.lake.raw import parse_page, read_pages
from pipeline.lake.records import AccountTask
from pipeline.page import Page, pack
from pipeline.refresh.doubts import is_waiting
from pipeline.spend.ledger import Ledger
from pipeline.x_api.client import XApi
from pipeline.x_api.limits import POSTS_PER_LOOKUP
from pipeline.x_api.prices import Reads, lookups_at_most

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PostLookups:
    """Looks an account's posts up, by the ledger, into the lake."""

    lake: Lake
    x: XApi
    ledger: Ledger
    task: AccountTask

    def read_remaining(self, doubted: Mapping[str, PostDoubt]) -> tuple[list[Page], str | None]:
        """Return the stored answers and those about the other `doubted` posts; and why some were not asked about.

        Posts that are nearly proved deleted come first, those that wait for a person last. Whatever X answers to a
        look-up costs the account a day of certainty, not its day. Raises `RateLimited`, `RunStopped` and the errors of
        `lake`.
        """
        pages = read_pages(self.lake, self.task.day, self.task.account, keys.lookup_page)
        asked = [post_id for page in pages for post_id in page.request["ids"]]
        left = lookups_at_most(self.task.max_posts, self.task.refresh_days) - len(asked)
        by_urgency = sorted(
            doubted.keys() - set(asked),
            key=lambda post_id: (is_waiting(doubted[post_id]), not doubted[post_id].not_found, int(post_id)),
        )
        remaining = by_urgency[: max(left, 0)]
        try:
            for start in range(0, len(remaining), POSTS_PER_LOOKUP):
                pages.append(self._fetch(remaining[start : start + POSTS_PER_LOOKUP]))
        except (RateLimited, RunStopped):
            raise
        except (OverBudget, XError) as error:
            log.warning("%s; posts that X no longer shows stay doubted", error)
            return pages, str(error)
        return pages, None

    def _fetch(self, post_ids: Sequence[str]) -> Page:
        """Reserve the price of one look-up, ask, store the answer, and book what it really cost."""
        with self.ledger.reserve(f"@{self.task.handle}", Reads(posts=len(post_ids))) as reservation:
            body = self.x.posts(self.task.handle, post_ids)
            page = Page(request={"ids": list(post_ids)}, collected_at=clock.now(), body=body)
            stored = self._store(without_forgotten(self.lake, page))
            reservation.settle(Reads(posts=page.billed))
        return stored

    def _store(self, page: Page) -> Page:
        """Store a page under the next number, or return another run's answer to the same request."""
        for number in count(1):
            key = keys.lookup_page(self.task.day, self.task.account, number)
            if self.lake.put_if(key, pack(page), None):
                break
            found = self.lake.find(key)
            other = parse_page(self.lake, key, found.body) if found else None
            if other and other.request == page.request:
                return other
        return page
