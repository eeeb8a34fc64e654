"""What of a post is its author's words: the text that is scored, stored beside the text as written.

VADER was built on words, emoticons and emoji. A post also carries wrapping (links, addressees, encodings)
which VADER would read as words. Each rule below says what it mends and why; `docs/sentiment.md` has the
measurements. Hashtags stay as they are: splitting or dropping them lowered accuracy.
"""

import html
import re

# X escapes "&", "<" and ">" in a post's text. Only whole entities of bounded length: "&copy that" was typed,
# and `html.unescape` raises on a number of more than 4,300 digits.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

# A link says nothing about tone, and VADER would count it as one of the author's neutral words. X's own links
# end where their code ends, so that "!" after one still counts.
_LINK = re.compile(r"https?://t\.co/[A-Za-z0-9]+|https?://\S+|\bwww\.\S+", re.IGNORECASE)

# An addressee is not an opinion: VADER reads "@united" as "united" (+1.8). X's rule for a handle: 1 to 20
# letters, digits and underscores (15 for new ones), and no such character before the "@" (an e-mail address).
_MENTION = re.compile(r"(?<![A-Za-z0-9_])[@＠][A-Za-z0-9_]{1,20}(?![A-Za-z0-9_@])")

# How an emoji is drawn, not what it says. VADER knows emoji without these: "❤" scores 0.64, "❤" followed by a
# variation selector scores 0. What a joiner joins are emoji with meanings of their own.
_VARIATION_SELECTOR = "\ufe00-\ufe0f"
_ZERO_WIDTH_JOINER = "\u200d"
_SKIN_TONE = "\U0001f3fb-\U0001f3ff"
_PRESENTATION = re.compile(f"[{_VARIATION_SELECTOR}{_ZERO_WIDTH_JOINER}{_SKIN_TONE}]")


def _straighten(text: str) -> str:
    """Return `text` with straight quotes: VADER's negations are spelled "don't", not "don’t"."""
    return text.replace("‘", "'").replace("’", "'").replace("“", '"').replace("”", '"')


def clean_text(text: str) -> str:
    """Return the words of a post as VADER should read them, separated by single spaces.

    Empty when nothing but links and mentions was written. Takes any text, in time linear in its length.
    """
    if (
        "&" in text
    ):  # first, since what is escaped may be a quote or part of a link; once: "&amp;lt;" was "&lt;"
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    if "/" in text or "." in text:
        text = _LINK.sub(" ", text)
    if "@" in text or "＠" in text:
        text = _MENTION.sub(" ", text)
    if not text.isascii():
        text = _PRESENTATION.sub("", _straighten(text))
    # VADER splits on any white space, so this changes no score; it makes the stored column readable.
    return " ".join(text.split())
