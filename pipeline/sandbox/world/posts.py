"""A post of an invented account, and how its counts grow."""

from dataclasses import dataclass
from typing import Literal

from pipeline.sandbox.world.personas import Kind
from pipeline.sandbox.world.writing import RenderedText

Media = Literal["photo", "video", "animated_gif"]
_MEDIA: tuple[Media, ...] = ("photo", "photo", "photo", "video", "photo", "photo", "video", "animated_gif")
_PAID_ONE_IN = 61


@dataclass(frozen=True, slots=True)
class Counts:
    """Public counts of a post."""

    likes: int
    reposts: int
    replies: int
    quotes: int
    bookmarks: int
    impressions: int


@dataclass(frozen=True, slots=True)
class Post:
    """One version of one post. Times are Unix milliseconds.

    `referenced` is the post that it replies to, quotes or reposts. `short_text` is set when the whole text is
    too long for X's `text` and goes to `note_tweet`.
    """

    id: int
    at_ms: int
    author: str
    kind: Kind
    content: RenderedText
    short_text: str | None
    lang: str
    final_counts: Counts
    half_growth_hours: float
    conversation: int
    referenced: "Post | None" = None
    referenced_gone: bool = False
    photo: str | None = None
    sensitive: bool = False
    withheld: str | None = None
    versions: tuple[int, ...] = ()
    replaced_ms: int | None = None
    deleted_ms: int | None = None

    @property
    def media(self) -> Media | None:
        """What is attached, if anything, by the first version's id: it takes no random number from other posts."""
        return _MEDIA[min((self.id, *self.versions)) % len(_MEDIA)] if self.photo else None

    @property
    def paid_partnership(self) -> bool:
        """Whether its author declares a paid partnership."""
        return self.kind == "post" and min((self.id, *self.versions)) % _PAID_ONE_IN == 0

    def visible(self, now_ms: int) -> bool:
        """Whether the timeline shows this version: published, and not yet replaced by an edit."""
        return self.at_ms <= now_ms and (self.replaced_ms is None or self.replaced_ms > now_ms)

    def deleted(self, now_ms: int) -> bool:
        """Whether its author has deleted it by now (X then serves a shorter page)."""
        return self.deleted_ms is not None and self.deleted_ms <= now_ms

    def counts(self, now_ms: int) -> Counts:
        """Return the counts at an instant: half of the final ones after `half_growth_hours`, nearly all after days."""
        if self.kind == "retweet" and self.referenced is not None:
            return Counts(0, self.referenced.counts(now_ms).reposts, 0, 0, 0, 0)
        hours = max(now_ms - self.at_ms, 0) / 3_600_000
        grown = hours / (hours + self.half_growth_hours)
        seen = hours / (hours + self.half_growth_hours * 1.2)
        end = self.final_counts
        return Counts(
            likes=int(end.likes * grown),
            reposts=int(end.reposts * grown),
            replies=int(end.replies * grown),
            quotes=int(end.quotes * grown),
            bookmarks=int(end.bookmarks * grown),
            impressions=int(end.impressions * seen),
        )
