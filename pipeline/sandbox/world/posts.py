"""A post of an invented account, and how its counts grow."""

from dataclasses import dataclass
from typing import Literal

from pipeline.sandbox.world.personas import Kind
from pipeline.sandbox.world.writing import Written

Media = Literal["photo", "video", "animated_gif"]
_MEDIA: tuple[Media, ...] = ("photo", "photo", "photo", "video", "photo", "photo", "video", "animated_gif")
_PAID_ONE_IN = 61


@dataclass(frozen=True, slots=True)
class Counts:
    """Public counts. Of a post: what they come to in the end."""

    likes: int
    reposts: int
    replies: int
    quotes: int
    bookmarks: int
    impressions: int


@dataclass(frozen=True, slots=True)
class Post:
    """One version of one post. `short` is set when the text is too long for `text` and goes to `note_tweet`;
    `about` is the post it replies to, quotes or repeats.
    """

    id: int
    at_ms: int
    author: str
    kind: Kind
    written: Written
    short: str | None
    lang: str
    final: Counts
    settles_hours: float
    conversation: int
    about: "Post | None" = None
    about_gone: bool = False
    photo: str | None = None
    sensitive: bool = False
    withheld: str | None = None
    versions: tuple[int, ...] = ()
    replaced_ms: int | None = None
    deleted_ms: int | None = None

    @property
    def media(self) -> Media | None:
        """What is attached, if anything: the first version's id decides, which takes no chance from other posts."""
        return _MEDIA[min((self.id, *self.versions)) % len(_MEDIA)] if self.photo else None

    @property
    def paid_partnership(self) -> bool:
        """Whether its author says that somebody paid for it."""
        return self.kind == "post" and min((self.id, *self.versions)) % _PAID_ONE_IN == 0

    def visible(self, now_ms: int) -> bool:
        """Tell whether the timeline shows this version: published, and not yet edited into the next one."""
        return self.at_ms <= now_ms and (self.replaced_ms is None or self.replaced_ms > now_ms)

    def deleted(self, now_ms: int) -> bool:
        """Tell whether its author has taken it down by now (X then serves a shorter page)."""
        return self.deleted_ms is not None and self.deleted_ms <= now_ms

    def counts(self, now_ms: int) -> Counts:
        """Return the counts at an instant: half of the way after `settles_hours`, nearly all after days."""
        if self.kind == "retweet" and self.about is not None:
            return Counts(0, self.about.counts(now_ms).reposts, 0, 0, 0, 0)
        hours = max(now_ms - self.at_ms, 0) / 3_600_000
        grown = hours / (hours + self.settles_hours)
        seen = hours / (hours + self.settles_hours * 1.2)
        end = self.final
        return Counts(
            likes=int(end.likes * grown),
            reposts=int(end.reposts * grown),
            replies=int(end.replies * grown),
            quotes=int(end.quotes * grown),
            bookmarks=int(end.bookmarks * grown),
            impressions=int(end.impressions * seen),
        )
