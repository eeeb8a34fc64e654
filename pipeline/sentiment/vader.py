"""VADER, the rule-based sentiment score for short English texts, in time linear in the text.

The rules are those of Hutto & Gilbert (2014) as implemented in vaderSentiment 3.3.2, including its quirks; lexicon and
constants come from that package. Scores equal the package's to the last digit, which the tests compare. Where this
code differs from the package's, a comment says why the number is the same. Most differences rest on one fact: of the
fourteen words in a post, two carry sentiment, and only words within three of those can change the score.
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
from pipeline.sentiment.trace import Trace

# vaderSentiment's `normalize`: "an alpha that approximates the max expected value".
_ALPHA = 15


class Analyzer:
    """A drop-in for vaderSentiment's `SentimentIntensityAnalyzer`.

    It supports only that package's own vocabulary, because the optimizations rely on it. So `lexicon` and `emojis`
    are read-only, and other lexicon files cannot be loaded; for a custom vocabulary, use the package itself.

    `sums` is the kind of interpreter whose scores to return; by default the one that this runs on.
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

    def polarity_scores(self, text: str, trace: Trace | None = None) -> dict[str, float]:
        """Return `neg`, `neu`, `pos` (shares of the text, 0..1) and `compound` (-1..1) of any text.

        An empty `trace` is filled with what the scores are made of; `explain` makes that readable.
        """
        if not text.isascii():
            text = self._vocabulary.spell_emoji(text)
        tokens = text.split()
        if "'" in text and "n't" in text.lower():
            tokens = [_contraction(token) if "'" in token else token for token in tokens]
        # A trace needs the positions of the words, which the loop for repeats does not keep.
        different = few_different(tokens) if len(tokens) > MANY_WORDS and trace is None else None
        if different:
            valences, before_but = repeated_valences(tokens, different, self._vocabulary)
        else:
            valences, before_but = self._valences(tokens, trace)
        if trace is not None:
            trace.text, trace.tokens, trace.valences = text, tokens, valences
        if before_but is not None:
            valences = weigh_around_but(valences, before_but)
        if trace is not None:
            trace.contributions = valences
        if not valences:
            return {"neg": 0.0, "neu": 1.0 if tokens else 0.0, "pos": 0.0, "compound": 0.0}
        return scores_of(valences, len(tokens) - len(valences), text, self._add)

    def _valences(self, tokens: Sequence[str], trace: Trace | None = None) -> tuple[list[float], int | None]:
        """Return the valences of the words that are not neutral, in order, and how many precede the first "but".

        That number is None without a "but". All rules are applied except the one for "but".
        """
        vocabulary = self._vocabulary
        known, strip, around = vocabulary.valences, str.strip, punctuation
        valences: list[float] = []
        rule_words: dict[int, RuleWord] = {} if trace is None else trace.rule_words
        phrases: dict[int, Phrase] = {} if trace is None else trace.phrases
        last_rule_word = -REACH - 1
        before_but: int | None = None
        mixed_case: bool | None = None

        for i, token in enumerate(tokens):
            # Letters alone have nothing to strip, and `isalpha` is faster than stripping.
            word = token.lower() if token.isalpha() else strip(token, around).lower()
            if word not in known:
                continue
            valence: float | None = known[word]
            if not valence:  # LOOK_CLOSER
                word = (
                    word if len(word) > 2 else token.lower()
                )  # a short word or an emoticon, as in `word_of`
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
                if valence is None or (word == "kind" and i in phrases):  # "kind" in "kind of" has no valence
                    continue
            in_capitals = token.isupper()
            if in_capitals or i - last_rule_word <= REACH:
                if mixed_case is None and in_capitals:
                    mixed_case = not all(map(str.isupper, tokens))
                # If this word is not in capitals, words in capitals stand out.
                stands_out = bool(mixed_case) if in_capitals else True
                valence = valence_in_context(valence, i, tokens, rule_words, phrases, stands_out)
                if not valence:
                    continue
            valences.append(valence)
            if trace is not None:
                trace.places.append(i)
        return valences, before_but


def _contraction(token: str) -> str:
    """Return "n't" for a token that contains it, because VADER uses nothing else of it but its case."""
    if "n't" not in token.lower():
        return token
    return "N'T" if token.isupper() else "n't"


def emphasis_of(text: str) -> float:
    """Return how much exclamation and question marks strengthen the tone, whichever that is: 0 or more."""
    exclamations, questions = text.count("!"), text.count("?")
    emphasis = 0.292 * (exclamations if exclamations < 4 else 4)
    if questions > 1:
        emphasis += 0.18 * questions if questions <= 3 else 0.96
    return emphasis


def in_direction_of(total: float, emphasis: float) -> float:
    """Return what emphasis adds to a sum of valences: it moves the sum away from 0, and leaves 0 alone."""
    if total > 0:
        return emphasis
    return 0.0 - emphasis if total < 0 else 0.0  # no -0.0


def scores_of(valences: Sequence[float], neutral: int, text: str, add: Add) -> dict[str, float]:
    """Return the scores of a text with these non-zero valences and `neutral` words of valence 0.

    The package also adds the zeros, which changes no float.
    """
    total = add(valences)
    positive = negative = 0.0
    for valence in valences:
        # The added 1 compensates for neutral words, which count as 1.
        if valence > 0:
            positive += valence + 1
        else:
            negative += valence - 1

    if "!" in text or "?" in text:
        emphasis = emphasis_of(text)
        total += in_direction_of(total, emphasis)
        if positive > -negative:
            positive += emphasis
        elif positive < -negative:
            negative -= emphasis

    words = positive - negative + neutral
    # `round` only finds and calls a float's `__round__`, and finding it takes a third of the time.
    return {
        "neg": (-negative / words).__round__(3) if negative else 0.0,
        "neu": (neutral / words).__round__(3),
        "pos": (positive / words).__round__(3) if positive else 0.0,
        "compound": (total / sqrt(total * total + _ALPHA)).__round__(4),
    }
