"""The words that decided a score: `explain` shows what its numbers are made of, to the last digit.

Of a French text, each word adds its valence in the lexicon, and that is all. Of an English one, nothing is computed
twice: the scores come from `Analyzer`, which notes what it adds up (`trace.py`). What changed a word's valence is found
by applying the engine's own rules again, with one more of the words around it each time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pipeline.schema import Scorer
from pipeline.sentiment.context import REACH, valence_in_context
from pipeline.sentiment.french import french_lexicon, scores_of_french, words_with_tone
from pipeline.sentiment.lexicon import vocabulary
from pipeline.sentiment.phrases import word_of
from pipeline.sentiment.sums import ADDERS, Sums
from pipeline.sentiment.trace import Trace
from pipeline.sentiment.vader import Analyzer, emphasis_of, in_direction_of

_TOKEN = re.compile(r"\S+")  # what `str.split` returns


class Rule(StrEnum):
    """What can change a word's valence."""

    BOOSTER = "booster"
    """Words such as "very" and "kind of" strengthen the word after them, "hardly" weakens it."""
    NEGATION = "negation"
    """Words such as "not", "no" and "least" turn its tone."""
    CAPITALS = "capitals"
    """It is in capitals, and not all words are."""
    IDIOM = "idiom"
    """It is part of a phrase with a valence of its own, such as "yeah right"."""
    BUT = "but"
    """Words before a "but" count half, words after it one and a half times."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One change of a word's valence."""

    rule: Rule
    by: str
    """The words that caused it, as written; the word itself for capitals."""
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text that carries tone. Of an emoji, VADER reads the description, where several words may."""

    written: str
    """As it stands in the text, punctuation included: "GREAT!!", "😂"."""
    word: str
    """As it stands in the lexicon: "great", "joy"."""
    valence: float
    """The lexicon's, -4 to 4."""
    effects: tuple[Effect, ...]
    """What changed it, from `valence` to `contribution`; each begins where the one before it ended."""
    contribution: float
    """What the word adds to the total."""

    @property
    def boosters(self) -> tuple[Effect, ...]:
        """The effects of boosters and dampeners."""
        return tuple(effect for effect in self.effects if effect.rule is Rule.BOOSTER)

    @property
    def negations(self) -> tuple[Effect, ...]:
        """The effects of negations."""
        return tuple(effect for effect in self.effects if effect.rule is Rule.NEGATION)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A text's scores, and what they are made of.

    `total` is the sum of the contributions and of `emphasis`, added in the order and in the way that the scores are;
    `compound` is `round(total / sqrt(total * total + 15), 4)`.
    """

    text: str
    words: tuple[Word, ...]
    """The words that carry tone, in the text's order; all others add nothing."""
    exclamation_marks: int
    question_marks: int
    """Those in the descriptions of emoji count too: 🔛 is read as "ON! arrow"."""
    emphasis: float
    """What these marks add: away from 0, and nothing where the words add up to 0, nor in French."""
    total: float
    neg: float
    neu: float
    pos: float
    compound: float

    @property
    def scores(self) -> dict[str, float]:
        """The scores as `Analyzer.polarity_scores` returns them."""
        return {"neg": self.neg, "neu": self.neu, "pos": self.pos, "compound": self.compound}


def explain(text: str, *, sums: Sums | None = None, scorer: Scorer = "vader-en") -> Explanation:
    """Return the words that decided the scores of `text`, which is read as it is: clean a post's text first.

    The scores equal those of `Analyzer(sums=sums)`, or of `french_scores`. Accepts any text, and takes time linear in
    its length.
    """
    if scorer == "lexicon-fr":
        return _explain_french(text, sums)
    trace = Trace()
    scores = Analyzer(sums=sums).polarity_scores(text, trace)
    written = _written(text)
    total = ADDERS[sums](trace.contributions)
    emphasis = in_direction_of(total, emphasis_of(trace.text))
    return Explanation(
        text=text,
        words=tuple(_words(trace, written)),
        exclamation_marks=trace.text.count("!"),
        question_marks=trace.text.count("?"),
        emphasis=emphasis,
        total=total + emphasis,
        **scores,
    )


def _explain_french(text: str, sums: Sums | None) -> Explanation:
    tokens, lexicon = text.split(), french_lexicon()
    words = tuple(
        Word(written, entry, lexicon[entry], (), lexicon[entry]) for written, entry in words_with_tone(tokens)
    )
    valences = [word.contribution for word in words]
    return Explanation(
        text=text,
        words=words,
        exclamation_marks=text.count("!"),
        question_marks=text.count("?"),
        emphasis=0.0,
        total=ADDERS[sums](valences),
        **scores_of_french(valences, len(tokens), sums),
    )


def _written(text: str) -> list[str]:
    """Return, for each token that VADER reads, how it stands in `text`: an emoji for each word of its description."""
    emoji = vocabulary().emoji
    pieces = [emoji.get(ord(character), character) for character in text]
    origins = [place for place, piece in enumerate(pieces) for _ in piece]
    return [
        text[origins[token.start()] : origins[token.end() - 1] + 1]
        for token in _TOKEN.finditer("".join(pieces))
    ]


def _words(trace: Trace, written: list[str]) -> Iterator[Word]:
    """Yield the words that carry tone."""
    lexicon = vocabulary().lexicon
    capitals = sum(map(str.isupper, trace.tokens))
    mixed_case = 0 < capitals < len(trace.tokens)
    first_but = next((i for i, token in enumerate(trace.tokens) if word_of(token) == "but"), None)
    for i, valence, contribution in zip(trace.places, trace.valences, trace.contributions, strict=True):
        word = word_of(trace.tokens[i])
        effects = [*_effects(trace, i, written, mixed_case=mixed_case)]
        if first_but is not None and contribution != valence:
            effects.append(Effect(Rule.BUT, written[first_but], valence, contribution))
        yield Word(written[i], word, lexicon[word], tuple(effects), contribution)


def _effects(trace: Trace, i: int, written: list[str], *, mixed_case: bool) -> Iterator[Effect]:
    """Yield what changed the valence of the word at `i`, apart from "but"."""
    valence = vocabulary().lexicon[word_of(trace.tokens[i])]
    for rule, by, after in _steps(trace, i, written, mixed_case=mixed_case):
        if after != valence:
            yield Effect(rule, by, valence, after)
        valence = after


def _steps(
    trace: Trace, i: int, written: list[str], *, mixed_case: bool
) -> Iterator[tuple[Rule, str, float]]:
    """Yield a rule, its words and the valence by then, with ever more of what is around the word at `i`.

    First the word alone, then the rule words before it, the nearest first, then phrases.
    """
    lexicon_valence = vocabulary().lexicon[word_of(trace.tokens[i])]

    def valence(reach: int, starts: list[int], *, stands_out: bool = mixed_case) -> float:
        near = range(i - reach, i + 1)
        rule_words = {place: trace.rule_words[place] for place in near if place in trace.rule_words}
        phrases = {start: trace.phrases[start] for start in starts}
        return valence_in_context(lexicon_valence, i, trace.tokens, rule_words, phrases, stands_out)

    if i in trace.rule_words and i + 1 < len(written):  # a "no" that only negates the next word
        yield Rule.NEGATION, written[i + 1], valence(0, [], stands_out=False)
    before = valence(0, [])
    yield Rule.CAPITALS, written[i], before
    for distance in range(1, REACH + 1):
        after = valence(distance, [])
        if after != before:
            rule_word = trace.rule_words[i - distance]
            is_booster = rule_word.boost and not rule_word.negates
            turned = (after > 0) != (before > 0)
            yield Rule.NEGATION if turned and not is_booster else Rule.BOOSTER, written[i - distance], after
        before = after
    starts = [start for start in range(i, i - REACH - 1, -1) if start in trace.phrases]
    for number, start in enumerate(starts, 1):
        phrase = trace.phrases[start]
        rule = Rule.BOOSTER if phrase.idiom is None else Rule.IDIOM
        by = " ".join(dict.fromkeys(written[start : start + phrase.length]))  # an emoji may be all of it
        yield rule, by, valence(REACH, starts[:number])
