"""The walk over a text that says a few words again and again, such as a storm of one emoji.

The rules are those of the walk in `vader.py`. Here each different word is looked up once, and the rules judge
a word once in each surroundings: all they ask of a text is whether capitals stand out in it, and of the three
words before and the two after which of the words that rules name they are, if any, and if not, whether they
are in the lexicon. So surroundings are written with one letter per word.
"""

from collections.abc import Mapping, Sequence
from itertools import compress
from typing import TypeVar

from pipeline.sentiment.context import NAMED_BESIDE, REACH, valence_in_context
from pipeline.sentiment.phrases import begins_at, word_of
from pipeline.sentiment.words import Vocabulary

# A text of more words than a post has, which says each eight times on average, is faster this way.
_MANY_WORDS = 1000
_TIMES = 8

_T = TypeVar("_T")


def repeats_itself(tokens: Sequence[str]) -> bool:
    """Return whether the tokens are many and few of them differ."""
    return len(tokens) > _MANY_WORDS and len(set(tokens)) * _TIMES < len(tokens)


def repeated_valences(tokens: Sequence[str], vocabulary: Vocabulary) -> tuple[list[float], int | None]:
    """Return what `Analyzer._valences` returns, for tokens that repeat themselves."""
    words = {token: word_of(token) for token in set(tokens)}
    lexicon = _known(words, vocabulary.lexicon)
    rules = _known(words, vocabulary.rule_words)
    telltales = _known(words, vocabulary.phrases)
    buts = {token for token, word in words.items() if word == "but"}
    capitals = set(filter(str.isupper, words))
    mixed_case = 0 < len(capitals) < len(words)
    emphasized = capitals if mixed_case else ()

    letters = _letters(words, vocabulary)
    spelled = "^^^" + "".join(map(letters.__getitem__, tokens))  # some rules tell where a text begins

    def judge(i: int) -> float:
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

    valences: list[float] = []
    judged: dict[tuple[str, str], float] = {}
    last_signal = -REACH - 1
    before_but: int | None = None
    signals = rules.keys() | telltales.keys() | buts
    matter = lexicon.keys() | signals

    for i, token in compress(enumerate(tokens), map(matter.__contains__, tokens)):
        if token in signals:
            last_signal = i
            if before_but is None and token in buts:
                before_but = len(valences)
        valence = lexicon.get(token)
        if valence is None:
            continue
        if i - last_signal <= REACH or token in emphasized:
            around = token, spelled[i : i + 6]
            valence = judged.get(around)
            if valence is None:
                valence = judged[around] = judge(i)
        if valence:
            valences.append(valence)
    return valences, before_but


def _known(words: Mapping[str, str], meanings: Mapping[str, _T]) -> dict[str, _T]:
    """Return the meanings by token, of the tokens whose words have one."""
    return {token: meanings[word] for token, word in words.items() if word in meanings}


def _letters(words: Mapping[str, str], vocabulary: Vocabulary) -> dict[str, str]:
    """Return a letter for each token: its own if a rule or a phrase names its word, else one of two."""
    named = vocabulary.rule_words.keys() | NAMED_BESIDE | vocabulary.phrases.keys()
    for phrase in vocabulary.phrases.values():
        named |= {word for _, word in phrase.others}
    return {
        token: chr(number) if word in named else "L" if word in vocabulary.lexicon else "-"
        for number, (token, word) in enumerate(words.items(), start=128)
    }
