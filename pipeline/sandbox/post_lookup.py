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
from pipeline.sandbox.x.handles import Handles
from pipeline.sandbox.x.objects import post_body
from pipeline.sandbox.x.parameters import FieldSelection
from pipeline.sandbox.x.partial_errors import not_found, refused
from pipeline.x_api.snowflakes import ms_of


@dataclass(frozen=True)
class PostLookup:
    """Finds posts among the accounts that a sandbox knows: nowhere else are posts invented."""

    world: World
    handles: Handles
    rules: FaultRules

    def find(self, post_id: int) -> Post | None:
        """Return the post, or the version of one, with this id."""
        day = day_of(ms_of(post_id))
        posts = (post for handle in self.handles.known() for post in posts_of_day(self.world, handle, day))
        return next((post for post in posts if post.id == post_id), None)

    def authors(self, post_ids: Iterable[str]) -> list[str]:
        """Return the lower-case handles of the authors of these posts, each once."""
        found = (self.find(int(post_id)) for post_id in post_ids if is_id(post_id))
        return list(dict.fromkeys(post.author for post in found if post))

    def respond(
        self, post_ids: Sequence[str], selection: FieldSelection, now_ms: int, matched: Matched
    ) -> tuple[list[Post], dict[str, Any]]:
        """Return the posts that are served, and the body; a post that a rule leaves out is in neither."""
        resource = "post" if selection.new_spelling else "tweet"
        served: list[Post] = []
        errors = []
        for post_id in dict.fromkeys(post_ids):
            post = self.find(int(post_id))
            if post and matched.rules(Fault.LEFT_OUT, post.author):
                continue
            if post and matched.rules(Fault.WITHHELD, post.author):
                errors.append(refused(resource, "ids", post_id))
            elif post is None or self._is_gone(post, now_ms, matched):
                errors.append(not_found(resource, "ids", post_id))
            elif self._state(post, matched) != "open":
                errors.append(refused(resource, "ids", post_id))
            else:
                served.append(post)
        data = [post_body(self.world, post, selection, now_ms) for post in served]
        return served, {name: part for name, part in (("data", data), ("errors", errors)) if part}

    def _is_gone(self, post: Post, now_ms: int, matched: Matched) -> bool:
        return (
            post.at_ms > now_ms
            or post.deleted(now_ms)
            or bool(self.rules.gone(post.author).intersection(post.versions))
            or bool(matched.rules(Fault.NOT_FOUND, post.author))
            or self._state(post, matched) == "missing"
        )

    def _state(self, post: Post, matched: Matched) -> str:
        return matched.state(post.author) or self.world.state(post.author)
