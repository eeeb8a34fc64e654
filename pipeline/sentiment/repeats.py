"""The loop over a text that repeats a few words many times, such as thousands of one emoji.

The rules are those of the loop in `vader.py`. Here each different word is looked up once, and the rules are applied
once for each word in each context. The rules depend only on whether capitals stand out in the text and, for the three
words before and the two after, on which of the words named by rules they are, or else whether they are in the lexicon.
So a context is encoded as a string with one letter per word.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from pipeline.sentiment.context import NAMED_BESIDE, REACH, valence_in_context
from pipeline.sentiment.lexicon import Vocabulary
from pipeline.sentiment.phrases import begins_at, word_of

# This loop is faster for texts longer than any post that repeat each word eight times on average.
MANY_WORDS = 1000
_TIMES = 8

_T = TypeVar("_T")


def few_different(tokens: Sequence[str]) -> set[str] | None:
    """Return the different tokens if they are few for so many tokens, else None."""
    different = set(tokens)
    return different if len(different) * _TIMES < len(tokens) else None


def repeated_valences(
    tokens: Sequence[str], different: Collection[str], vocabulary: Vocabulary
) -> tuple[list[float], int | None]:
    """Return what `Analyzer._valences` returns, for tokens of which few are `different`."""
    words = {token: word_of(token) for token in different}
    lexicon = _known(words, vocabulary.lexicon)
    rules = _known(words, vocabulary.rule_words)
    said = set(words.values())
    telltales = {
        token: phrase
        for token, phrase in _known(words, vocabulary.phrases).items()
        if all(word in said for _, word in phrase.others)
    }
    buts = {token for token, word in words.items() if word == "but"}
    first_but = min(map(tokens.index, buts), default=None)
    capitals = set(filter(str.isupper, words))
    mixed_case = 0 < len(capitals) < len(words)
    signals = rules.keys() | telltales.keys() | buts | (capitals if mixed_case else set())

    named = {words[token] for token in signals} | NAMED_BESIDE
    named.update(word for phrase in telltales.values() for _, word in phrase.others)
    letters = {
        token: chr(number) if word in named else "L" if word in vocabulary.lexicon else "-"
        for number, (token, word) in enumerate(words.items(), start=128)
    }
    spelled = "^^^" + "".join(map(letters.__getitem__, tokens))  # some rules depend on where a text begins

    def valence_at(i: int) -> float:
        near = range(max(0, i - REACH), i + 1)
        rule_words = {place: rules[tokens[place]] for place in near if tokens[place] in rules}
        phrases = {}
        for place in near:
            phrase = telltales.get(tokens[place])
            if phrase and begins_at(phrase, tokens, place - phrase.telltale):
                phrases[place - phrase.telltale] = phrase
        if i in phrases and words[tokens[i]] == "kind":  # "kind" in "kind of" has no valence
            return 0.0
        return valence_in_context(lexicon[tokens[i]], i, tokens, rule_words, phrases, mixed_case)

    # For each word that matters: its valence, whether it is a signal, and its valences by context.
    matter: dict[str, tuple[float | None, bool, dict[str, float]]] = {
        token: (lexicon.get(token), token in signals, {}) for token in lexicon.keys() | signals
    }
    valences: list[float] = []
    last_signal = -REACH - 1
    before_but: int | None = None

    for i, known in enumerate(map(matter.get, tokens)):
        if known is None:
            continue
        valence, is_signal, by_context = known
        if is_signal:
            last_signal = i
            if i == first_but:
                before_but = len(valences)
        if valence is None:
            continue
        if i - last_signal <= REACH:
            context = spelled[i : i + 6]
            valence = by_context.get(context)
            if valence is None:
                valence = by_context[context] = valence_at(i)
            if not valence:
                continue
        valences.append(valence)
    return valences, before_but


def _known(words: Mapping[str, str], meanings: Mapping[str, _T]) -> dict[str, _T]:
    """Return the meanings by token, for the tokens whose words have one."""
    return {token: meanings[word] for token, word in words.items() if word in meanings}
