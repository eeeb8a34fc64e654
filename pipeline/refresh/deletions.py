"""The record of an account's doubted posts in the lake: what is known of them, which are removed, which wait."""

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from pipeline import clock
from pipeline.erasure.register import erased_posts
from pipeline.lake import catalogue, keys
from pipeline.lake.catalogue import account_day_of
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome, put_outcome
from pipeline.lake.doubts import DeletedPosts, Doubts, PostDoubt
from pipeline.lake.raw import find_refresh_manifest
from pipeline.lake.updates import update
from pipeline.refresh.doubts import by_day, is_open, is_waiting

DELETED_AT_X: Final = "gone from X when its day was read again"  # the reason in the erasure's record


def find_doubts(lake: Lake, account: str) -> Doubts:
    """Return what is known of the account's doubted posts, those that the first release took for deleted included."""
    return lake.find_model(keys.doubts(account), Doubts) or _of_first_release(lake, account)


def update_doubts(lake: Lake, account: str, changed: Callable[[Doubts], Doubts]) -> Doubts:
    """Store what `changed` makes of the account's doubts and return it; begins again where another run has written."""

    def change(stored: Doubts | None) -> Doubts | None:
        after = changed(stored or _of_first_release(lake, account))
        return after if stored or after.posts else None

    return update(lake, keys.doubts(account), Doubts, change) or Doubts(posts={})


def open_posts(doubts: Doubts, erased: Collection[str]) -> dict[str, PostDoubt]:
    """Return the posts of which it is not known yet what became of them, or whose deletion waits."""
    return {
        post_id: doubt for post_id, doubt in doubts.posts.items() if is_open(doubt) and post_id not in erased
    }


def removed_by(lake: Lake, day: date, account: str) -> DeletedPosts:
    """Return the posts that the account's run of `day` found to be deleted at X, and forgets."""
    found = lake.find_model(keys.doubts(account), Doubts) or Doubts(posts={})
    return DeletedPosts(
        days=by_day({post_id: doubt for post_id, doubt in found.posts.items() if doubt.removed_by == day})
    )


def forgotten_by(lake: Lake, day: date, account: str) -> DeletedPosts:
    """Return the posts that were forgotten when `day` was run, so that their days' pages are made again without them.

    Of those that the first release took for deleted, only those that it has forgotten: by itself its record removes
    nothing any more.
    """
    days = dict(removed_by(lake, day, account).days)
    first = lake.find_model(keys.deleted_posts(day, account), DeletedPosts)
    if first:
        erased = erased_posts(lake, first.post_ids)
        for each, ids in first.days.items():
            if forgotten := tuple(sorted({*days.get(each, ()), *erased.intersection(ids)}, key=int)):
                days[each] = forgotten
    return DeletedPosts(days=days)


def waiting(lake: Lake, account: str) -> DeletedPosts:
    """Return the account's posts that X no longer has and that only `forget --gone` removes.

    Those it has begun to remove are among them until `mark_removed` says that it is done.
    """
    posts = find_doubts(lake, account).posts
    return DeletedPosts(
        days=by_day({post_id: doubt for post_id, doubt in posts.items() if is_waiting(doubt)})
    )


def mark_removed(lake: Lake, account: str, post_ids: Collection[str]) -> None:
    """Record that `forget --gone` has removed these posts."""
    now = clock.now()

    def changed(doubts: Doubts) -> Doubts:
        removed = {
            post_id: doubt.model_copy(update={"removed_at": now}) if post_id in post_ids else doubt
            for post_id, doubt in doubts.posts.items()
        }
        return Doubts(posts=removed)

    update_doubts(lake, account, changed)


def days_of_waiting(lake: Lake, account: str) -> list[date]:
    """Return the days of the account whose outcome, or whose refresh, says that deletions wait."""
    doubts = lake.find_model(keys.doubts(account), Doubts) or Doubts(posts={})
    since = min(
        (doubt.waiting_at.date() for doubt in doubts.posts.values() if doubt.waiting_at), default=None
    )
    if since is None:
        return []
    # The run that found them to be too many was of the day before, whatever the timezone.
    after = keys.outcome(since - timedelta(days=2), account)
    places = [account_day_of(key) for key in lake.keys(catalogue.OUTCOME.folder, after=after)]
    days = [place[0] for place in places if place and place[1] == account]
    return [
        day
        for day in days
        if any(
            found and found.deletions_waiting
            for found in (find_outcome(lake, day, account), find_refresh_manifest(lake, day, account))
        )
    ]


def clear_outcomes(lake: Lake, account: str, days: Iterable[date]) -> None:
    """Have outcomes say that no deletion waits any more."""
    for day in days:
        if outcome := find_outcome(lake, day, account):
            put_outcome(lake, day, account, outcome.model_copy(update={"deletions_waiting": 0}))


def clear_refreshes(lake: Lake, account: str, days: Iterable[date]) -> None:
    """Have what outcomes are made from say so too, once they are rendered: until then a repetition finds them here."""
    for day in days:
        if found := find_refresh_manifest(lake, day, account):
            cleared = found.model_copy(update={"deletions_waiting": 0})
            lake.put_model(keys.refresh_manifest(day, account), cleared)


def _of_first_release(lake: Lake, account: str) -> Doubts:
    """Return, as doubts, the posts that the first release took for deleted because one reading did not show them."""
    posts: dict[str, PostDoubt] = {}
    stored = [
        (place, key) for key in lake.keys(catalogue.DELETED_POSTS.prefix()) if (place := account_day_of(key))
    ]
    for run_of, key in [(day, key) for (day, owner), key in stored if owner == account]:
        found = lake.find_model(key, DeletedPosts) or DeletedPosts(days={})
        absent_at = datetime.combine(run_of + timedelta(days=1), time(), UTC)
        posts |= {
            post_id: PostDoubt(day=day, absent_at=absent_at)
            for day, ids in found.days.items()
            for post_id in ids
        }
    return Doubts(posts={post_id: posts[post_id] for post_id in sorted(posts, key=int)})
