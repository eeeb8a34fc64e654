"""From a template to a post's text as X serves it: slots, short links, language.

Slots: `{name}` is one of the persona's own values (a new one each time, but `{name:same}` the last one),
`{customer}` an invented reader, `{friend}` an account that the persona knows, `{n:3-40}` a number,
`{time}` a time later that day, `{url:path}` a link.
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from pipeline.ids import HANDLE

MAX_LENGTH = 280  # characters of X's `text`; a longer post has its whole text in `note_tweet`
BUILT_IN = frozenset({"customer", "friend", "n", "time", "url"})
SLOT = re.compile(r"\{([a-z_]+)(?::([^{}]*))?\}")
MENTION = re.compile(rf"(?<![\w@])@({HANDLE})\b")
HASHTAG = re.compile(r"(?<![\w&#])#(\w*[^\W\d_]\w*)")
SHORT_LINK = re.compile(r"https://t\.co/\w+")
_SENTENCE_START = re.compile(r"(\A|[.!?…]\s+)\Z")
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
class RenderedText:
    """A text as X serves it (HTML-escaped), and the targets of its short links."""

    text: str
    links: Mapping[str, str]


def reader_handle(rng: Random) -> str:
    """Return the handle of an invented reader."""
    return f"{rng.choice(_COLOURS)}_{rng.choice(_BIRDS)}_{rng.randrange(100, 1000)}"


def short_link(rng: Random) -> str:
    """Return a new short link."""
    return "https://t.co/" + "".join(rng.choices(_LINK_LETTERS, k=10))


def render(
    template: str,
    slots: Mapping[str, tuple[str, ...]],
    *,
    friends: tuple[str, ...],
    site: str,
    at_ms: int,
    rng: Random,
) -> RenderedText:
    """Fill a template for a post of `at_ms`. `site` is the host that `{url:path}` links to."""
    links: dict[str, str] = {}
    used: dict[str, list[str]] = {}

    def fill_own(name: str, match: re.Match[str]) -> str:
        taken = used.setdefault(name, [])
        if match[2] != "same" or not taken:
            fresh = [value for value in slots[name] if value not in taken]
            taken.append(rng.choice(fresh or slots[name]))
        value = SLOT.sub(fill, taken[-1])
        starts = match.string is template and _SENTENCE_START.search(template[: match.start()])
        return value[:1].upper() + value[1:] if starts else value

    def fill(match: re.Match[str]) -> str:
        name, argument = match[1], match[2] or ""
        if name in slots:
            return fill_own(name, match)
        filled = match[0]  # braces that belong to the text, as in code
        match name:
            case "customer":
                filled = "@" + reader_handle(rng)
            case "friend":
                filled = "@" + rng.choice(friends)
            case "n":
                low, high = argument.split("-")
                filled = str(rng.randint(int(low), int(high)))
            case "time":
                filled = _later_time(at_ms, rng)
            case "url":
                filled = short_link(rng)
                links[filled] = f"https://{site}/{argument}"
        return filled

    return RenderedText(html.escape(SLOT.sub(fill, template), quote=False), links)


def _later_time(at_ms: int, rng: Random) -> str:
    """Return a time of day some hours after an instant, rounded to five minutes."""
    five_minutes = at_ms // 300_000 + rng.randint(8, 66)
    return f"{five_minutes // 12 % 24:02}:{five_minutes % 12 * 5:02}"


def shorten(text: str, rng: Random) -> str:
    """Return the beginning of a long post with the link that X adds, in at most 280 characters."""
    tail = "… " + short_link(rng)
    head = text[: MAX_LENGTH - len(tail)]
    half_entity = re.search(r"&\w{0,5}$", head)
    if half_entity:
        head = head[: half_entity.start()]
    return head.rstrip() + tail


def language(text: str, persona_language: str) -> str:
    """Return X's language code: the persona's own, or one of the codes for posts without words."""
    rest = HASHTAG.sub("", MENTION.sub("", SHORT_LINK.sub("", text))).strip()
    if any(letter.isalpha() for letter in html.unescape(rest)):
        return persona_language
    if rest:
        return "und"
    if "#" in text:
        return "qht"
    return "qam" if "@" in text else "zxx"
