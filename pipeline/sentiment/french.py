"""The tone of French posts: the valences of their words in a French lexicon, added up. In time linear in the text.

Nothing else counts: no negation, no booster, no capitals, no emoji, since the lexicon alone judged labelled tweets at
least as well as the rules of the package that it comes from, and one sum can be explained word by word.
`docs/sentiment.md` has the measurements. The scores mean what VADER's do: the formulas and thresholds are the same.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from string import punctuation
from types import MappingProxyType
from typing import Final

from pipeline.sentiment.sums import ADDERS, Sums
from pipeline.sentiment.vader import scores_of

_FILE: Final = Path(__file__).with_name("french_lexicon.txt")
_BETWEEN: Final = "->"  # a word and its valence

_AROUND: Final = f"{punctuation}«»‹›…–—"
# "l'amour" is the word "amour"; "d'accord" is in the lexicon as it is.
_ELIDED: Final = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)'(?=\w)")


@cache
def french_lexicon() -> Mapping[str, float]:
    """Return the valence of each word and emoticon, -4 to 4, in lower case, read once per process.

    Of an entry that the file has twice, the later counts, as in the package.
    """
    valences: dict[str, float] = {}
    for line in _FILE.read_text(encoding="utf-8").split("\n"):
        word, _, valence = line.rpartition(_BETWEEN)
        if word:
            valences[word.lower()] = float(valence)
    return MappingProxyType(valences)


def french_scores(text: str, sums: Sums | None = None) -> dict[str, float]:
    """Return `neg`, `neu`, `pos` (shares of the text, 0..1) and `compound` (-1..1) of any text, read as French.

    `sums` is the kind of interpreter whose scores to return; by default the one that this runs on.
    """
    tokens = text.split()
    lexicon = french_lexicon()
    return scores_of_french([lexicon[entry] for _, entry in words_with_tone(tokens)], len(tokens), sums)


def scores_of_french(valences: Sequence[float], tokens: int, sums: Sums | None) -> dict[str, float]:
    """Return the scores of a text of so many tokens, of which those with a tone have these valences."""
    if not valences:
        return {"neg": 0.0, "neu": 1.0 if tokens else 0.0, "pos": 0.0, "compound": 0.0}
    return scores_of(valences, tokens - len(valences), "", ADDERS[sums])  # "": marks do not count


def words_with_tone(tokens: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each token that has a tone, in order, and its entry in the lexicon.

    A token is looked up as it is written, for emoticons; then without the punctuation around it; then without an
    elided article or pronoun. Letter case does not matter.
    """
    lexicon = french_lexicon()
    for token in tokens:
        entry = token.lower()
        if entry not in lexicon:
            entry = entry.strip(_AROUND)
            if entry not in lexicon:
                entry = _ELIDED.sub("", entry, count=1) if "'" in entry else ""
        if lexicon.get(entry):  # "chez" is listed with 0
            yield token, entry
