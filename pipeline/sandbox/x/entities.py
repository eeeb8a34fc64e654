"""X's `entities` of a post's text: hashtags, cashtags, mentions and links, each with its position."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from pipeline.sandbox.world.writing import HASHTAG, MENTION, SHORT_LINK

_CASHTAG = re.compile(r"(?<![\w$])\$([A-Z]{1,6})\b")
_DISPLAY_LENGTH = 26  # characters of a link's `display_url`


def entities(text: str, links: Mapping[str, str], user_id: Callable[[str], int]) -> dict[str, Any]:
    """Return the kinds of entities that a text has. Positions count code points of the text as served."""
    # Most texts have none of the signs, and looking for the sign is faster than the pattern.
    found: dict[str, Any] = {
        "hashtags": [_span(m) | {"tag": m[1]} for m in HASHTAG.finditer(text)] if "#" in text else [],
        "cashtags": [_span(m) | {"tag": m[1]} for m in _CASHTAG.finditer(text)] if "$" in text else [],
        "mentions": [
            _span(m) | {"username": m[1], "id": str(user_id(m[1].lower()))} for m in MENTION.finditer(text)
        ]
        if "@" in text
        else [],
        "urls": [
            _span(m) | {"url": m[0], "expanded_url": links[m[0]], "display_url": _display(m[0], links[m[0]])}
            for m in SHORT_LINK.finditer(text)
            if m[0] in links
        ],
    }
    return {kind: items for kind, items in found.items() if items}


def _span(match: re.Match[str]) -> dict[str, Any]:
    return {"start": match.start(), "end": match.end()}


def _display(short_link: str, target: str) -> str:
    if target.endswith("/photo/1"):
        return short_link.replace("https://t.co", "pic.twitter.com")
    shown = target.removeprefix("https://")
    return shown if len(shown) <= _DISPLAY_LENGTH else shown[: _DISPLAY_LENGTH - 1] + "…"
