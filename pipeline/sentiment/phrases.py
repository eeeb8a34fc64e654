"""Phrases that change the valence of a sentiment word: idioms ("yeah right") and boosters ("kind of")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import punctuation

from vaderSentiment.vaderSentiment import BOOSTER_DICT, SPECIAL_CASES


@dataclass(frozen=True, slots=True)
class Phrase:
    """One of the package's phrases of two or three words."""

    length: int
    """In words."""
    telltale: int
    """The index of the word that signals the phrase."""
    others: tuple[tuple[int, str], ...]
    """Its other words, with their indices."""
    idiom: float | None
    """The valence that it gives to a sentiment word in it or next to it; None for a booster."""
    boost: float
    """What a booster adds, whatever the valence's sign; 0 for an idiom."""


def phrases_by_telltale(lexicon: Mapping[str, float]) -> dict[str, Phrase]:
    """Return the package's phrases, each under one of its words.

    That is its first word with a valence, so that a loop over the words reaches it no later than the sentiment word
    that the phrase changes; else its longest word, because long words are rare.
    """
    found = {}
    for text in (*SPECIAL_CASES, *BOOSTER_DICT):
        words = tuple(text.split())
        if len(words) > 1:
            telltale = next((word for word in words if word in lexicon), max(words, key=len))
            others = tuple((index, word) for index, word in enumerate(words) if word != telltale)
            found[telltale] = Phrase(
                length=len(words),
                telltale=words.index(telltale),
                others=others,
                idiom=SPECIAL_CASES.get(text),
                boost=BOOSTER_DICT.get(text, 0.0),
            )
    return found


def word_of(token: str) -> str:
    """Return the word in a token, in lower case, as the package's `_strip_punc_if_word` does.

    Removes surrounding punctuation, unless at most two characters are left, because then it was an emoticon.
    """
    stripped = token.strip(punctuation)
    return stripped.lower() if len(stripped) > 2 else token.lower()


def begins_at(phrase: Phrase, tokens: Sequence[str], start: int) -> bool:
    """Return whether the phrase begins at `start`, given that its telltale word is in place."""
    if not 0 <= start <= len(tokens) - phrase.length:
        return False
    for index, word in phrase.others:
        token = tokens[start + index]
        if token != word and word_of(token) != word:
            return False
    return True


def apply_phrases(valence: float, i: int, phrases: Mapping[int, Phrase]) -> float:
    """Return the valence of the sentiment word at `i`; `phrases` holds phrases by the position where they begin.

    As in the package: of the idioms in the three words before and the word itself, the nearest counts; one that
    begins with the word itself has precedence; then boosters are added.
    """
    itself, one, two, three = phrases.get(i), phrases.get(i - 1), phrases.get(i - 2), phrases.get(i - 3)
    if not (itself or one or two or three):
        return valence
    if one and one.length > 2:
        one = None  # it ends after the sentiment word, where the package does not look
    idioms = [phrase.idiom for phrase in (itself, one, two, three) if phrase and phrase.idiom is not None]
    if idioms:
        valence = idioms[0]
    for booster in (three, two):
        if booster:
            valence += booster.boost
    return valence
