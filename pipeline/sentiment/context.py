"""The rules by which the words around a sentiment word change its valence.

The rules and their order are those of vaderSentiment's `sentiment_valence`, because floating-point sums depend on the
order. Words are in lower case; `i` is the sentiment word's position.

The package examines each of the three preceding words that is not in the lexicon. This code examines only rule words,
with the same result: other words change nothing, and no booster or negation is in the lexicon.
"""

from collections.abc import Mapping, Sequence

from vaderSentiment.vaderSentiment import C_INCR, N_SCALAR

from pipeline.sentiment.lexicon import NO_RULE_WORD, RuleWord, vocabulary
from pipeline.sentiment.phrases import Phrase, apply_phrases, word_of

# A rule word affects this many following words.
REACH = 3

# Other words, neither rule words nor parts of phrases, that the rules look for near a sentiment word.
NAMED_BESIDE = frozenset({"or", "doubt", "at"})

_SO = ("so", "this")
_NEGATION: float = N_SCALAR
_NEVER_SO = 1.25  # "never so good", "never this good": praise


def valence_in_context(
    valence: float,
    i: int,
    tokens: Sequence[str],
    rule_words: Mapping[int, RuleWord],
    phrases: Mapping[int, Phrase],
    mixed_case: bool,
) -> float:
    """Return the valence of the sentiment word `tokens[i]` by all rules except "but"; `valence` is the lexicon's.

    `rule_words` holds the rule words of `tokens[: i + 1]` by position, `phrases` the phrases that begin there.
    `mixed_case` says that only some words are in capitals, so that capitals are emphasis.
    """
    itself = rule_words.get(i, NO_RULE_WORD)
    one = rule_words.get(i - 1, NO_RULE_WORD)
    two = rule_words.get(i - 2, NO_RULE_WORD)
    three = rule_words.get(i - 3, NO_RULE_WORD)

    if one.word == "no" or two.word == "no" or (three.word == "no" and _word(tokens, i - 1) in ("or", "nor")):
        valence *= _NEGATION
    elif itself.word == "no" and _word(tokens, i + 1) in vocabulary().lexicon:
        valence = 0.0  # it negates the next word and has no valence itself
    if mixed_case and tokens[i].isupper():
        valence += C_INCR if valence > 0 else -C_INCR

    if one.boost:
        valence += _boost(one, tokens[i - 1], valence, mixed_case)
    if one.negates:
        valence *= _NEGATION

    if two.boost:
        valence += _boost(two, tokens[i - 2], valence, mixed_case) * 0.95
    if two.negates:
        valence *= _negation_by_second(tokens, i, one, two)

    if three.boost:
        valence += _boost(three, tokens[i - 3], valence, mixed_case) * 0.9
    if i > 2:
        if three.negates or one.word in _SO:
            valence *= _negation_by_third(tokens, i, one, two, three)
        if phrases and _word(tokens, i - 3) not in vocabulary().lexicon:
            valence = apply_phrases(valence, i, phrases)

    if one.word == "least" and not (i > 1 and _word(tokens, i - 2) in ("at", "very")):
        valence *= _NEGATION
    return valence


def _word(tokens: Sequence[str], i: int) -> str:
    """Return the word at `i`, or an empty string after the last."""
    return word_of(tokens[i]) if i < len(tokens) else ""


def _boost(booster: RuleWord, token: str, valence: float, mixed_case: bool) -> float:
    """Return what a booster ("very") or dampener ("hardly") adds."""
    boost = -booster.boost if valence < 0 else booster.boost
    if mixed_case and token.isupper():
        boost += C_INCR if valence > 0 else -C_INCR
    return boost


def _negation_by_second(tokens: Sequence[str], i: int, one: RuleWord, two: RuleWord) -> float:
    """Return the factor of a negation two words before."""
    if two.word == "never" and one.word in _SO:
        return _NEVER_SO
    if two.word == "without" and _word(tokens, i - 1) == "doubt":
        return 1.0
    return _NEGATION


def _negation_by_third(tokens: Sequence[str], i: int, one: RuleWord, two: RuleWord, three: RuleWord) -> float:
    """Return the factor of a negation three words before, or of "so" or "this" directly before.

    Keeps the package's operator-precedence bug: "so" or "this" directly before intensifies with or without "never",
    if there is a third word before and it is not in the lexicon.
    """
    if one.word in _SO or (three.word == "never" and two.word in _SO):
        return 1.0 if _word(tokens, i - 3) in vocabulary().lexicon else _NEVER_SO
    if three.word == "without" and "doubt" in (_word(tokens, i - 2), _word(tokens, i - 1)):
        return 1.0
    return _NEGATION
