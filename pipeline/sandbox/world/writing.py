"""From a template to a post's text as X serves it: slots, short links, entities, language.

Slots: `{name}` one of the persona's own values (another one each time, but `{name:same}` the last),
`{customer}` an invented reader, `{friend}` an account the persona knows, `{n:3-40}` a number,
`{time}` a clock time later that day, `{url:path}` a link.
"""

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

SHORT_LENGTH = 280
BUILT_IN = frozenset({"customer", "friend", "n", "time", "url"})
_SLOT = re.compile(r"\{([a-z_]+)(?::([^{}]*))?\}")
_SENTENCE_START = re.compile(r"(\A|[.!?…]\s+)\Z")
_MENTION = re.compile(r"(?<![\w@])@([A-Za-z0-9_]{1,15})\b")
_HASHTAG = re.compile(r"(?<![\w&#])#(\w*[^\W\d_]\w*)")
_CASHTAG = re.compile(r"(?<![\w$])\$([A-Z]{1,6})\b")
_LINK = re.compile(r"https://t\.co/\w+")
_LINK_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789"
_BIRDS = (
    "heron",
    "wren",
    "finch",
    "swift",
    "robin",
    "egret",
    "plover",
    "dipper",
    "linnet",
    "siskin",
    "avocet",
)
_COLOURS = ("teal", "amber", "ochre", "umber", "ivory", "azure", "mauve", "coral", "olive", "ruby", "slate")


@dataclass(frozen=True, slots=True)
class Written:
    """A text as X serves it (HTML-escaped) and where its short links lead."""

    text: str
    links: Mapping[str, str]


def reader(chance: Random) -> str:
    """Return the handle of an invented reader."""
    return f"{chance.choice(_COLOURS)}_{chance.choice(_BIRDS)}_{chance.randrange(100, 1000)}"


def link(chance: Random) -> str:
    """Return a shortened link."""
    return "https://t.co/" + "".join(chance.choices(_LINK_LETTERS, k=10))


def write(
    template: str,
    slots: Mapping[str, tuple[str, ...]],
    *,
    friends: tuple[str, ...],
    site: str,
    at_ms: int,
    chance: Random,
) -> Written:
    """Fill a template for a post of `at_ms`. `site` is the host that `{url:path}` leads to."""
    links: dict[str, str] = {}
    used: dict[str, list[str]] = {}

    def own(name: str, match: re.Match[str]) -> str:
        taken = used.setdefault(name, [])
        if match[2] != "same" or not taken:
            fresh = [value for value in slots[name] if value not in taken]
            taken.append(chance.choice(fresh or slots[name]))
        value = _SLOT.sub(fill, taken[-1])
        starts = match.string is template and _SENTENCE_START.search(template[: match.start()])
        return value[:1].upper() + value[1:] if starts else value

    def fill(match: re.Match[str]) -> str:
        name, argument = match[1], match[2] or ""
        if name in slots:
            return own(name, match)
        filled = match[0]  # braces of the text itself, as in code
        match name:
            case "customer":
                filled = "@" + reader(chance)
            case "friend":
                filled = "@" + chance.choice(friends)
            case "n":
                low, high = argument.split("-")
                filled = str(chance.randint(int(low), int(high)))
            case "time":
                filled = _later(at_ms, chance)
            case "url":
                filled = link(chance)
                links[filled] = f"https://{site}/{argument}"
        return filled

    return Written(html.escape(_SLOT.sub(fill, template), quote=False), links)


def _later(at_ms: int, chance: Random) -> str:
    """Return a clock time some hours after an instant, on five minutes."""
    five_minutes = at_ms // 300_000 + chance.randint(8, 66)
    return f"{five_minutes // 12 % 24:02}:{five_minutes % 12 * 5:02}"


def shorten(text: str, chance: Random) -> str:
    """Return the first 280 characters' worth of a long post, with the link X puts behind it."""
    tail = "… " + link(chance)
    head = text[: SHORT_LENGTH - len(tail)]
    half_entity = re.search(r"&\w{0,5}$", head)
    if half_entity:
        head = head[: half_entity.start()]
    return head.rstrip() + tail


def entities(text: str, links: Mapping[str, str], user_id: Callable[[str], int]) -> dict[str, Any]:
    """Return X's `entities`: positions count code points of the text as served; no empty kinds."""
    found: dict[str, Any] = {
        "hashtags": [_span(m) | {"tag": m[1]} for m in _HASHTAG.finditer(text)] if "#" in text else [],
        "cashtags": [_span(m) | {"tag": m[1]} for m in _CASHTAG.finditer(text)] if "$" in text else [],
        "mentions": [
            _span(m) | {"username": m[1], "id": str(user_id(m[1].lower()))} for m in _MENTION.finditer(text)
        ]
        if "@" in text
        else [],
        "urls": [
            _span(m) | {"url": m[0], "expanded_url": links[m[0]], "display_url": _display(m[0], links[m[0]])}
            for m in _LINK.finditer(text)
            if m[0] in links
        ],
    }
    return {kind: items for kind, items in found.items() if items}


def language(text: str, spoken: str) -> str:
    """Return X's language code: the persona's own, or one of the codes for posts without words."""
    rest = _HASHTAG.sub("", _MENTION.sub("", _LINK.sub("", text))).strip()
    if any(letter.isalpha() for letter in html.unescape(rest)):
        return spoken
    if rest:
        return "und"
    if "#" in text:
        return "qht"
    return "qam" if "@" in text else "zxx"


def _span(match: re.Match[str]) -> dict[str, Any]:
    return {"start": match.start(), "end": match.end()}


def _display(short: str, address: str) -> str:
    if address.endswith("/photo/1"):
        return short.replace("https://t.co", "pic.twitter.com")
    shown = address.removeprefix("https://")
    return shown if len(shown) <= 26 else shown[:25] + "…"
