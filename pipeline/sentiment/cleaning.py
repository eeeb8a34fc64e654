"""Extracts the author's words from a post: the text that is scored, stored beside the text as written.

VADER scores words, emoticons and emoji. A post also has links, mentions and encodings, which VADER would read as
words. Each rule below says what it removes or replaces, and why; `docs/sentiment.md` has the measurements. Hashtags
stay as they are, because splitting or dropping them lowered accuracy.
"""

import html
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.sentiment.no_tone import NoTone

# X escapes "&", "<" and ">" in a post's text. Matches only complete entities of bounded length: "&copy that" was
# typed as such, and `html.unescape` raises on numbers of more than 4,300 digits.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

# A link has no tone, and VADER would count it as a neutral word of the author. X's own links end with their code, so
# that a "!" after one still counts.
_LINK = re.compile(r"https?://t\.co/[A-Za-z0-9]+|https?://\S+|\bwww\.\S+", re.IGNORECASE)

# A mention is a name, not an opinion: VADER reads "@united" as "united" (+1.8). X's rule for a handle: 1 to 20
# letters, digits and underscores (15 for new ones), with no such character before the "@" (an e-mail address).
_MENTION = re.compile(r"(?<![A-Za-z0-9_])[@＠][A-Za-z0-9_]{1,20}(?![A-Za-z0-9_@])")

# These change how an emoji is drawn, not its meaning. VADER knows emoji only without them: "❤" scores 0.64, "❤"
# followed by a variation selector scores 0. The parts around a joiner are emoji with their own meanings.
_VARIATION_SELECTOR = "\ufe00-\ufe0f"
_ZERO_WIDTH_JOINER = "\u200d"
_SKIN_TONE = "\U0001f3fb-\U0001f3ff"
_PRESENTATION = re.compile(f"[{_VARIATION_SELECTOR}{_ZERO_WIDTH_JOINER}{_SKIN_TONE}]")


def is_presentation(text: str) -> bool:
    """Whether a text is one character that only changes how an emoji is drawn."""
    return _PRESENTATION.fullmatch(text) is not None


def _straighten(text: str) -> str:
    """Return `text` with straight quotes: VADER's negations are spelled "don't", not "don’t"."""
    return text.replace("‘", "'").replace("’", "'").replace("“", '"').replace("”", '"')


def clean_text(text: str, removed: list[str] | None = None, no_tone: "NoTone | None" = None) -> str:
    """Return the words of a post as VADER should read them, separated by single spaces.

    Empty when the post has only links and mentions. Accepts any text, and takes time linear in its length. What is
    removed is appended to `removed`: links, then mentions, then the characters that change how an emoji is drawn, then
    the phrases of `no_tone`.
    """
    # Entities come first, because an escaped character may be a quote or part of a link; and once only, because
    # "&amp;lt;" was written as "&lt;".
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    if "/" in text or "." in text:
        text = _remove(_LINK, text, " ", removed)
    if "@" in text or "＠" in text:
        text = _remove(_MENTION, text, " ", removed)
    if not text.isascii():
        text = _remove(_PRESENTATION, _straighten(text), "", removed)
    # VADER splits on any white space, so this changes no score; it makes the stored column readable.
    text = " ".join(text.split())
    return text if no_tone is None else " ".join(no_tone.remove(text, removed).split())


def _remove(pattern: re.Pattern[str], text: str, instead: str, removed: list[str] | None) -> str:
    """Return `text` with `instead` in place of what matches, which is appended to `removed`."""
    if removed is not None:
        removed += pattern.findall(text)
    return pattern.sub(instead, text)
