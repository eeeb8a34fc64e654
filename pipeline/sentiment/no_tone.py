"""Words and phrases that carry no tone for an account, such as the title "War Zone": they are not scored.

They are taken out of a post's text as mentions are, so that the engine stays exact. Matching ignores case and needs
whole words; of phrases that begin at the same place, the longest counts.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from pipeline.sentiment.cleaning import clean_text

_END = ""  # in the tree: a phrase ends here
_Tree = dict[str, Any]  # by character, the tree of what may follow it


class NoTone:
    """A list of phrases, ready to be found in texts, in time linear in the length of the text.

    The phrases are kept as a tree of characters, because a regular expression would try hundreds of them one after the
    other, and takes up to a second to compile.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self._tree: _Tree = {}
        for phrase in phrases:
            # As the text is when phrases are looked for. One that consists of a link or a mention is never found.
            self._add(_fold(unicodedata.normalize("NFC", clean_text(phrase))))
        starts = "".join(map(re.escape, self._tree))
        self._start = re.compile(f"[{starts}]") if starts else None

    def remove(self, text: str, removed: list[str] | None = None) -> str:
        """Return a cleaned text without the phrases, each replaced by a space and appended to `removed`.

        A "#" directly before a phrase goes with it.
        """
        left, end = [], 0
        for start, stop in self._found(text):
            first = start - 1 if text[end:start].endswith("#") else start
            left.append(text[end:first])
            end = stop
            if removed is not None:
                removed.append(text[first:stop])
        return " ".join([*left, text[end:]]) if left else text

    def is_in(self, text: str) -> bool:
        """Whether a post, as written, holds any of the phrases."""
        return next(self._found(clean_text(text)), None) is not None

    def _add(self, phrase: str) -> None:
        if phrase:
            tree = self._tree
            for character in phrase:
                tree = tree.setdefault(character, {})
            tree[_END] = {}

    def _found(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where the phrases in a cleaned text begin and end, without overlaps."""
        if self._start is None:
            return
        folded, end = _fold(text), 0
        for candidate in self._start.finditer(folded):
            start = candidate.start()
            if start >= end and _begins_word(folded, start) and (stop := self._longest(folded, start)):
                yield start, stop
                end = stop

    def _longest(self, folded: str, start: int) -> int:
        """Return where the longest phrase that begins at `start` ends; 0 without one."""
        tree: _Tree | None = self._tree
        longest = 0
        for place in range(start, len(folded)):
            tree = tree.get(folded[place]) if tree else None
            if not tree:
                break
            if _END in tree and _begins_word(folded, place + 1):
                longest = place + 1
        return longest


@lru_cache(maxsize=64)  # accounts mostly share a list
def no_tone(phrases: tuple[str, ...]) -> NoTone:
    """Return a list of phrases, ready to be found."""
    return NoTone(phrases)


def _fold(text: str) -> str:
    """Return a text in lower case, of the same length: the few characters whose lower case is longer stay."""
    folded = text.lower()
    if len(folded) != len(text):
        folded = "".join(low if len(low := character.lower()) == 1 else character for character in text)
    return folded


def _begins_word(text: str, place: int) -> bool:
    """Whether no word goes on over `place`: letters, digits and "_" make words, emoji and punctuation do not."""
    return not (0 < place < len(text) and _is_of_word(text[place - 1]) and _is_of_word(text[place]))


def _is_of_word(character: str) -> bool:
    return character.isalnum() or character == "_"
