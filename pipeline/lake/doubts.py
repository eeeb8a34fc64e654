"""The records of stored posts that X did not show. Pure."""

from datetime import date

from pydantic import AwareDatetime

from pipeline.lake.records import Record


class DeletedPosts(Record):
    """Posts that a reading did not show, by their days: ids only. The first release wrote it, and removed the posts."""

    days: dict[date, tuple[str, ...]]

    @property
    def post_ids(self) -> list[str]:
        """All of them."""
        return [post_id for ids in self.days.values() for post_id in ids]


class PostDoubt(Record):
    """What X has said of a stored post since a reading of its day did not show it."""

    day: date  # of the post
    absent_at: AwareDatetime  # when a reading of its day last did not show it
    not_found: tuple[
        AwareDatetime, ...
    ] = ()  # when X answered that there is no such post, since it was last alive
    living_at: AwareDatetime | None = None  # when X last showed it
    refused_at: AwareDatetime | None = (
        None  # when X last refused to show it: protected, suspended or withheld
    )
    waiting_at: AwareDatetime | None = None  # when its deletion was found to be one of too many at once
    removed_by: date | None = None  # the day whose run forgets it
    removed_at: AwareDatetime | None = None  # when `forget --gone` had removed it


class Doubts(Record):
    """An account's stored posts that X did not show, by their ids. Holds no content."""

    posts: dict[str, PostDoubt]
