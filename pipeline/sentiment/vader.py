"""VADER, the rule-based sentiment score for short English texts, in time linear in the text.

The rules are those of Hutto & Gilbert (2014) as vaderSentiment 3.3.2 has them, quirks included; lexicon and
constants are that package's own. Scores equal the package's to the last digit: the tests hold them against
the package itself. Where this code departs from the package's, a comment says why the number is the same.
Most departures rest on one fact: of a post's fourteen words two carry sentiment, and only what stands within
three words of those can change the score.
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from string import punctuation
from types import MappingProxyType

from pipeline.sentiment.context import REACH, valence_in_context
from pipeline.sentiment.contrast import weigh_around_but
from pipeline.sentiment.lexicon import RuleWord, vocabulary
from pipeline.sentiment.phrases import Phrase, begins_at
from pipeline.sentiment.repeats import MANY_WORDS, few_different, repeated_valences
from pipeline.sentiment.sums import ADDERS, Add, Sums

# vaderSentiment's `normalize`: "an alpha that approximates the max expected value".
_ALPHA = 15


class Analyzer:
    """A drop-in for vaderSentiment's `SentimentIntensityAnalyzer`.

    Only with that package's own words: the short cuts here rest on them. So `lexicon` and `emojis` can be read
    but not changed, and no other files can be named; who needs words of their own needs the package itself.

    `sums` is the kind of interpreter whose scores to give; by default it is the one that this runs on.
    """

    def __init__(self, *, sums: Sums | None = None) -> None:
        self._vocabulary = vocabulary()
        self._add = ADDERS[sums]

    @property
    def lexicon(self) -> Mapping[str, float]:
        """The valence of each sentiment word, -4 to 4."""
        return MappingProxyType(self._vocabulary.lexicon)

    @property
    def emojis(self) -> Mapping[str, str]:
        """The words for each emoji."""
        return MappingProxyType(self._vocabulary.emojis)

    def polarity_scores(self, text: str) -> dict[str, float]:
        """Return `neg`, `neu`, `pos` (shares of the text, 0..1) and `compound` (-1..1) of any text."""
        if not text.isascii():
            text = self._vocabulary.spell_emoji(text)
        tokens = text.split()
        if "'" in text and "n't" in text.lower():
            tokens = [_contraction(token) if "'" in token else token for token in tokens]
        different = few_different(tokens) if len(tokens) > MANY_WORDS else None
        if different:
            valences, before_but = repeated_valences(tokens, different, self._vocabulary)
        else:
            valences, before_but = self._valences(tokens)
        if before_but is not None:
            valences = weigh_around_but(valences, before_but)
        if not valences:
            return {"neg": 0.0, "neu": 1.0 if tokens else 0.0, "pos": 0.0, "compound": 0.0}
        return _scores(valences, len(tokens) - len(valences), text, self._add)

    def _valences(self, tokens: Sequence[str]) -> tuple[list[float], int | None]:
        """Return the valences of the words that are not neutral, in order, and how many of them stand before
        the first "but" (None without one), which is the only rule that these do not yet follow.
        """
        vocabulary = self._vocabulary
        known, strip, around = vocabulary.valences, str.strip, punctuation
        valences: list[float] = []
        rule_words: dict[int, RuleWord] = {}
        phrases: dict[int, Phrase] = {}
        last_rule_word = -REACH - 1
        before_but: int | None = None
        mixed_case: bool | None = None

        for i, token in enumerate(tokens):
            # Letters alone have nothing to strip; asking for that is quicker.
            word = token.lower() if token.isalpha() else strip(token, around).lower()
            if word not in known:
                continue
            valence: float | None = known[word]
            if not valence:  # LOOK_CLOSER
                if len(word) <= 2:  # an emoticon or a short word, as in `word_of`
                    word = token.lower()
                rule_word = vocabulary.rule_words.get(word)
                if rule_word:
                    rule_words[i] = rule_word
                    last_rule_word = i
                elif word in vocabulary.phrases:
                    phrase = vocabulary.phrases[word]
                    start = i - phrase.telltale
                    if begins_at(phrase, tokens, start):
                        phrases[start] = phrase
                        last_rule_word = i
                elif word == "but" and before_but is None:
                    before_but = len(valences)
                valence = vocabulary.lexicon.get(word)
                if valence is None or (word == "kind" and i in phrases):  # "kind of" has no valence itself
                    continue
            in_capitals = token.isupper()
            if in_capitals or i - last_rule_word <= REACH:
                if mixed_case is None and in_capitals:
                    mixed_case = not all(map(str.isupper, tokens))
                # A word that is not in capitals lets any that is stand out.
                stands_out = bool(mixed_case) if in_capitals else True
                valence = valence_in_context(valence, i, tokens, rule_words, phrases, stands_out)
                if not valence:
                    continue
            valences.append(valence)
        return valences, before_but


def _contraction(token: str) -> str:
    """Return "n't" for any token that has it: all that VADER sees of one, besides its case."""
    if "n't" not in token.lower():
        return token
    return "N'T" if token.isupper() else "n't"


def _emphasis(text: str) -> float:
    """Return what exclamation and question marks add to the tone."""
    exclamations, questions = text.count("!"), text.count("?")
    emphasis = 0.292 * (exclamations if exclamations < 4 else 4)
    if questions > 1:
        emphasis += 0.18 * questions if questions <= 3 else 0.96
    return emphasis


def _scores(valences: Sequence[float], neutral: int, text: str, add: Add) -> dict[str, float]:
    """Return the scores of a text with these valences other than 0, and `neutral` words of valence 0.

    The package sums the zeros too, which changes no float.
    """
    total = add(valences)
    positive = negative = 0.0
    for valence in valences:
        # A neutral word counts as 1; this makes up for it.
        if valence > 0:
            positive += valence + 1
        else:
            negative += valence - 1

    if "!" in text or "?" in text:
        emphasis = _emphasis(text)
        if total > 0:
            total += emphasis
        elif total < 0:
            total -= emphasis
        if positive > -negative:
            positive += emphasis
        elif positive < -negative:
            negative -= emphasis

    words = positive - negative + neutral
    # `round` does no more than find and call a float's `__round__`; the finding is a third of its time.
    return {
        "neg": (-negative / words).__round__(3) if negative else 0.0,
        "neu": (neutral / words).__round__(3),
        "pos": (positive / words).__round__(3) if positive else 0.0,
        "compound": (total / sqrt(total * total + _ALPHA)).__round__(4),
    }
