"""Posts by their ids, as `GET /2/tweets?ids=` returns them, or why it does not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.ids import is_id
from pipeline.sandbox.faults.active import FaultRules, Matched
from pipeline.sandbox.faults.rules import Fault
from pipeline.sandbox.world.posts import Post
from pipeline.sandbox.world.snowflakes import day_of
from pipeline.sandbox.world.timelines import World, posts_of_day
from pipeline.sandbox.x.answers import PROBLEMS, post_body
from pipeline.sandbox.x.handles import Handles
from pipeline.sandbox.x.parameters import Wanted
from pipeline.x_api.snowflakes import ms_of


@dataclass(frozen=True)
class PostLookup:
    """Finds posts among the accounts that a sandbox has met: nothing but the accounts themselves has their posts."""

    world: World
    handles: Handles
    rules: FaultRules

    def find(self, post_id: int) -> Post | None:
        """Return the post, or the version of one, with this id."""
        day = day_of(ms_of(post_id))
        written = (post for handle in self.handles.known() for post in posts_of_day(self.world, handle, day))
        return next((post for post in written if post.id == post_id), None)

    def authors(self, post_ids: Iterable[str]) -> list[str]:
        """Return the lower-case handles of those who wrote these posts, each once."""
        found = (self.find(int(post_id)) for post_id in post_ids if is_id(post_id))
        return list(dict.fromkeys(post.author for post in found if post))

    def answer(
        self, post_ids: Sequence[str], wanted: Wanted, now_ms: int, matched: Matched
    ) -> tuple[list[Post], dict[str, Any]]:
        """Return the posts that are served, and X's body; one that a rule leaves out is in neither of its parts."""
        served: list[Post] = []
        errors = []
        for post_id in dict.fromkeys(post_ids):
            post = self.find(int(post_id))
            if post and matched.of(Fault.LEFT_OUT, post.author):
                continue
            if post and matched.of(Fault.WITHHELD, post.author):
                errors.append(_refused(post_id, wanted))
            elif post is None or self._is_gone(post, now_ms, matched):
                errors.append(_not_found(post_id, wanted))
            elif self._state(post, matched) != "open":
                errors.append(_refused(post_id, wanted))
            else:
                served.append(post)
        data = [post_body(self.world, post, wanted, now_ms) for post in served]
        return served, {name: part for name, part in (("data", data), ("errors", errors)) if part}

    def _is_gone(self, post: Post, now_ms: int, matched: Matched) -> bool:
        return (
            post.at_ms > now_ms
            or post.deleted(now_ms)
            or bool(self.rules.gone(post.author).intersection(post.versions))
            or bool(matched.of(Fault.NOT_FOUND, post.author))
            or self._state(post, matched) == "missing"
        )

    def _state(self, post: Post, matched: Matched) -> str:
        return matched.state(post.author) or self.world.state(post.author)


def _not_found(post_id: str, wanted: Wanted) -> dict[str, Any]:
    return _about(post_id, wanted) | {
        "detail": f"Could not find {_resource(wanted)} with ids: [{post_id}].",
        "title": "Not Found Error",
        "type": f"{PROBLEMS}/resource-not-found",
    }


def _refused(post_id: str, wanted: Wanted) -> dict[str, Any]:
    return _about(post_id, wanted) | {
        "section": "data",
        "detail": f"Sorry, you are not authorized to see the {_resource(wanted).title()} with ids: [{post_id}].",
        "title": "Authorization Error",
        "type": f"{PROBLEMS}/not-authorized-for-resource",
    }


def _about(post_id: str, wanted: Wanted) -> dict[str, Any]:
    return {
        "value": post_id,
        "resource_id": post_id,
        "parameter": "ids",
        "resource_type": _resource(wanted),
    }


def _resource(wanted: Wanted) -> str:
    return "post" if wanted.new_spelling else "tweet"
