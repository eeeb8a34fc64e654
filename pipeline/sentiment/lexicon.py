"""VADER's vocabulary, taken from the vaderSentiment package: lexicon, rule words, and words for emoji."""

import re
from dataclasses import dataclass
from functools import cache
from string import punctuation

from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SentimentIntensityAnalyzer

from pipeline.sentiment.phrases import Phrase, phrases_by_telltale

# Words that a rule names, and "n't", which stands for every contraction with it.
_NAMED = ("no", "so", "this", "never", "without", "least", "n't")

# The value in `Vocabulary.valences` of a word that needs a second look-up.
LOOK_CLOSER = 0.0


@dataclass(frozen=True, slots=True)
class RuleWord:
    """A word that may change the valence of the words after it."""

    word: str
    boost: float = 0.0
    """What it adds to a positive valence: 0.293 for "very", -0.293 for "hardly", 0 for most."""
    negates: bool = False


NO_RULE_WORD = RuleWord("")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that VADER knows, in lower case."""

    lexicon: dict[str, float]
    """The valence of each sentiment word, as the package has it."""
    rule_words: dict[str, RuleWord]
    phrases: dict[str, Phrase]
    valences: dict[str, float]
    """For one look-up per token, by its lower-case text without surrounding punctuation: the valence of a word that
    is only in the lexicon, or `LOOK_CLOSER` for rule words, short words and emoticons. All other words are neutral and
    change nothing.
    """
    emojis: dict[str, str]
    """The words for each emoji, as the package has them."""
    emoji: dict[int, str]
    """The same by code point, with a leading space, for emoji of one character: the package never finds others."""
    maybe_emoji: re.Pattern[str]
    """Matches one character of the ranges that contain all emoji."""
    maybe_emoji_run: re.Pattern[str]
    """Matches a run of such characters."""

    def spell_emoji(self, text: str) -> str:
        """Return `text` with its emoji replaced by words.

        The package puts a space before those words unless there is one. A second space does not change the tokens.
        """
        if not self.maybe_emoji.search(text):  # a third of the time of the other pattern
            return text
        return self.maybe_emoji_run.sub(lambda run: run[0].translate(self.emoji), text)


@cache
def vocabulary() -> Vocabulary:
    """Return the package's vocabulary, read once per process."""
    package = SentimentIntensityAnalyzer()
    lexicon: dict[str, float] = package.lexicon
    negations = frozenset(NEGATE) | {"n't"}
    rule_words = {
        word: RuleWord(word, BOOSTER_DICT.get(word, 0.0), word in negations)
        for word in (*BOOSTER_DICT, *negations, *_NAMED)
        if " " not in word
    }
    phrases = phrases_by_telltale(lexicon)
    valences = lexicon | dict.fromkeys((*rule_words, *phrases, "but"), LOOK_CLOSER)
    # Short words and emoticons keep their punctuation, which the look-up strips: ":)" is looked up as "".
    shorts = {stripped for word in valences if len(stripped := word.strip(punctuation)) <= 2}
    valences |= dict.fromkeys(shorts, LOOK_CLOSER)
    emoji = {
        ord(character): f" {words}" for character, words in package.emojis.items() if len(character) == 1
    }
    maybe_emoji = _range_of(emoji)
    return Vocabulary(
        lexicon,
        rule_words,
        phrases,
        valences,
        package.emojis,
        emoji,
        re.compile(maybe_emoji),
        re.compile(f"{maybe_emoji}+"),
    )


def _range_of(emoji: dict[int, str]) -> str:
    """Return a pattern that excludes ASCII, European letters and typographic quotes with one comparison each.

    Two emoji are in Latin-1 and the others start at U+203C; the pattern matches everything except what lies between.
    """
    borders = [
        *sorted(code for code in emoji if code < 0x2000),
        min(code for code in emoji if code >= 0x2000),
    ]
    between = "".join(
        f"{chr(before + 1)}-{chr(after - 1)}" for before, after in zip([-1, *borders], borders, strict=False)
    )
    return f"[^{between}]"
