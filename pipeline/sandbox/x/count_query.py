"""The queries that the sandbox's counts understand: mentions of an account, and an account's own posts."""

import re
from dataclasses import dataclass

from pipeline.ids import HANDLE

MAX_QUERY = 512  # characters
_MENTIONS = re.compile(rf"\(@({HANDLE}) OR to:\1\) -from:\1 -is:retweet")
_OWN = re.compile(rf"from:({HANDLE})((?: -is:(?:retweet|reply|quote))*)")


@dataclass(frozen=True)
class CountQuery:
    """Which posts are counted: others' that mention an account, or its own, without some kinds."""

    handle: str  # lower case
    own: bool
    without: frozenset[str] = frozenset()  # retweet, reply, quote

    @classmethod
    def parse(cls, text: str) -> "CountQuery | None":
        """Return the query of a text, or None where it is none that the sandbox understands."""
        if mentions := _MENTIONS.fullmatch(text):
            return cls(mentions[1].lower(), own=False)
        if own := _OWN.fullmatch(text):
            return cls(own[1].lower(), own=True, without=frozenset(re.findall(r"-is:(\w+)", own[2])))
        return None
