"""What one run's pages say of posts that are in doubt. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from pipeline.lake.doubts import Doubts, PostDoubt
from pipeline.page import Page
from pipeline.refresh.doubts import is_deleted, is_open
from pipeline.transform.metrics import seen_ids
from pipeline.x_api.post_errors import unreturned

# How far a look-up may be from a reading of the account's timeline for that to show that the account is readable.
_READABLE: Final = timedelta(hours=1)


def evidence(
    doubts: Doubts,
    missing: Mapping[date, Sequence[str]],
    readings: Sequence[Page],
    lookups: Sequence[Page],
    read_at: datetime,
) -> Doubts:
    """Return what a run has learned of its `missing` posts, and of those that have been in doubt since earlier runs.

    `readings` are pages of the account's timeline, the last one of `read_at`. That there is no such post counts only
    where the timeline was read at about the same time: the posts of an account that is away are not found either.
    """
    posts = {
        post_id: PostDoubt(day=day, absent_at=read_at) for day, ids in missing.items() for post_id in ids
    }
    known = {post_id: doubt for post_id, doubt in doubts.posts.items() if is_open(doubt)} | posts
    living: dict[str, datetime] = {}
    not_found: defaultdict[str, set[datetime]] = defaultdict(set)
    refused: dict[str, datetime] = {}
    for page in sorted([*readings, *lookups], key=lambda page: page.collected_at):
        living |= dict.fromkeys(seen_ids([page]) & known.keys(), page.collected_at)
    for page in sorted(lookups, key=lambda page: page.collected_at):
        told = unreturned(page.body)
        refused |= dict.fromkeys(told.refused & known.keys(), page.collected_at)
        if abs(page.collected_at - read_at) <= _READABLE:
            for post_id in told.not_found & known.keys():
                not_found[post_id].add(page.collected_at)
    for post_id in [*posts, *(known.keys() - posts.keys())]:
        before = doubts.posts.get(post_id)
        # What is proved needs no more proofs, of which there would be one for each day that it waits.
        answers = () if before and is_deleted(before) else sorted(not_found[post_id])
        posts[post_id] = PostDoubt(
            day=known[post_id].day,
            absent_at=known[post_id].absent_at,
            not_found=tuple(answers),
            living_at=living.get(post_id),
            refused_at=refused.get(post_id),
        )
    return Doubts(posts=posts)
