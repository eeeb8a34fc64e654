"""The walk over a text that says a few words again and again, such as a storm of one emoji.

The rules are those of the walk in `vader.py`. Here each different word is looked up once, and the rules score
a word once in each surroundings: all they ask of a text is whether capitals stand out in it, and of the three
words before and the two after which of the words that rules name they are, if any, and if not, whether they
are in the lexicon. So surroundings are written with one letter per word.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from pipeline.sentiment.context import NAMED_BESIDE, REACH, valence_in_context
from pipeline.sentiment.lexicon import Vocabulary
from pipeline.sentiment.phrases import begins_at, word_of

# A text of more words than a post has, which says each eight times on average, is faster this way.
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
    spelled = "^^^" + "".join(map(letters.__getitem__, tokens))  # some rules tell where a text begins

    def judged_at(i: int) -> float:
        near = range(max(0, i - REACH), i + 1)
        rule_words = {place: rules[tokens[place]] for place in near if tokens[place] in rules}
        phrases = {}
        for place in near:
            phrase = telltales.get(tokens[place])
            if phrase and begins_at(phrase, tokens, place - phrase.telltale):
                phrases[place - phrase.telltale] = phrase
        if i in phrases and words[tokens[i]] == "kind":  # "kind of" has no valence itself
            return 0.0
        return valence_in_context(lexicon[tokens[i]], i, tokens, rule_words, phrases, mixed_case)

    # Of each word that matters: its valence, whether it is a signal, and what the rules gave it where.
    matter: dict[str, tuple[float | None, bool, dict[str, float]]] = {
        token: (lexicon.get(token), token in signals, {}) for token in lexicon.keys() | signals
    }
    valences: list[float] = []
    last_signal = -REACH - 1
    before_but: int | None = None

    for i, known in enumerate(map(matter.get, tokens)):
        if known is None:
            continue
        valence, is_signal, judged = known
        if is_signal:
            last_signal = i
            if i == first_but:
                before_but = len(valences)
        if valence is None:
            continue
        if i - last_signal <= REACH:
            around = spelled[i : i + 6]
            valence = judged.get(around)
            if valence is None:
                valence = judged[around] = judged_at(i)
            if not valence:
                continue
        valences.append(valence)
    return valences, before_but


def _known(words: Mapping[str, str], meanings: Mapping[str, _T]) -> dict[str, _T]:
    """Return the meanings by token, of the tokens whose words have one."""
    return {token: meanings[word] for token, word in words.items() if word in meanings}
