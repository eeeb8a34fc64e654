"""An account whose timeline a test writes by hand, and its days run at instants of the test's choosing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from pipeline import clock
from pipeline.analyze import analyze
from pipeline.collect import collect
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome
from pipeline.lake.frames import find_frame
from pipeline.lake.records import AccountTask, Outcome, Plan, PlannedAccount
from pipeline.refresh.apply import apply_refresh
from pipeline.schema import POSTS
from pipeline.x_api.client import XApi
from tests.pipeline.given import a_body, a_post, work

FEW_POSTS = {"post_count": 100, "created_at": datetime(2020, 1, 1, tzinfo=UTC)}


@dataclass
class Timeline:
    """Stands where `XApi` does, and answers as X would if `posts` were all that it shows and has."""

    posts_shown: list[dict[str, Any]]
    depth: int = 3200
    lookups: list[list[str]] = field(default_factory=list)  # the ids that were asked about

    def timeline_page(
        self, handle: str, user_id: str, *, end_time: datetime, max_results: int, **request: Any
    ) -> dict[str, Any]:
        """Return a page, newest post first; a token is the number of the page's first post."""
        start = request.get("start_time") or datetime.min.replace(tzinfo=UTC)
        newest = sorted(self.posts_shown, key=lambda post: int(post["id"]), reverse=True)[: self.depth]
        left = [post for post in newest if start <= published(post) < end_time]
        first = int(request["token"] or 0)
        following = first + max_results
        return a_body(*left[first:following], token=str(following) if following < len(left) else None)

    def posts(self, handle: str, post_ids: Sequence[str]) -> dict[str, Any]:
        """Return those that are asked for, and `Not Found Error` for the others."""
        self.lookups.append(list(post_ids))
        found = [post for post in self.posts_shown if post["id"] in post_ids]
        errors = [
            {"resource_id": post_id, "parameter": "ids", "title": "Not Found Error"}
            for post_id in post_ids
            if post_id not in {post["id"] for post in found}
        ]
        return a_body(*found) | {"errors": errors}


def published(post: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(post["created_at"])


def post_at(instant: str, *, earlier_version: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return a post of an instant (UTC), whose id grows with it; perhaps the edited version of another."""
    at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    id_ = str(
        1_990_000_000_000_000_000 + int((at - datetime(2026, 11, 1, tzinfo=UTC)) / timedelta(seconds=1))
    )
    history = [earlier_version, id_] if earlier_version else [id_]
    return a_post(at=at, id=id_, conversation_id=id_, edit_history_tweet_ids=history, **changes)


def run(lake: Lake, x: Timeline, day: date, at: str, **changes: Any) -> AccountTask:
    """Run the account's day at an instant (UTC), as far as its outcome."""
    task = work(**({"day": day, "run_id": f"run-{day}", "refresh_days": 2} | FEW_POSTS | changes))
    with clock.frozen(clock.parse_instant(f"{at}Z")):
        put_plan(lake, task)
        collect(lake, cast(XApi, x), task)
        apply_refresh(lake, task)
        analyze(lake, task)
    return task


def put_plan(lake: Lake, task: AccountTask) -> None:
    entry = PlannedAccount(
        **{name: getattr(task, name) for name in PlannedAccount.model_fields if hasattr(task, name)}
    )
    plan = Plan(
        day=task.day,
        timezone=task.timezone,
        start=task.start,
        end=task.end,
        sample=True,
        failed_accounts=0.2,
        quarantined_posts=0.05,
        accounts=(entry,),
    )
    lake.put_model(keys.plan(task.day), plan)


def ids_of(lake: Lake, day: date, account: str = "nasa") -> list[str]:
    """Return the ids of the posts that the lake has of a day."""
    found = find_frame(lake, keys.posts(day, account), POSTS)
    return [] if found is None else found["post_id"].to_list()


def outcome_of(lake: Lake, day: date, account: str = "nasa") -> Outcome:
    found = find_outcome(lake, day, account)
    assert found is not None
    return found
