"""Decides what scores a post: VADER if it is English, a lexicon if it is French, nothing otherwise.

VADER knows only English words, emoticons and emoji. Its macro recall on balanced thirds (chance .333) is .575 in
English and .361 to .472 in seven other languages, so its score outside English is close to noise. Posts that nothing
can score get no score; the report counts them as "not scored", never as neutral. `docs/sentiment.md` has the
measurements behind each choice here.
"""

import re
from collections.abc import Collection, Sequence
from enum import Enum, auto

from pipeline.schema import SCORERS, Scorer
from pipeline.sentiment.french import french_scores
from pipeline.sentiment.lexicon import vocabulary
from pipeline.sentiment.sums import Sums
from pipeline.sentiment.vader import Analyzer

# X found no language: undetermined, no words, or only media, hashtags, mentions, cashtags, emoji, too little text.
UNDETERMINED = frozenset({"und", "zxx", "qme", "qht", "qam", "qct", "qst", "art"})

# The commonest English words. In nine of ten English posts, a quarter of the words are these or in VADER's lexicon.
_COMMON = (
    "the a an i you he she it we they me my your his her our their is are was were be been am have has had do"
    " does did will would can could should of to in for on with at by from and or but so if this that these"
    " those what who how when where why not just all up out about now get got go going like know it's i'm"
    " don't"
)
_COMMON_WORDS = frozenset(_COMMON.split())
_ENGLISH_SHARE = 0.25

_LATIN_LETTER = re.compile(r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_LETTER = re.compile(r"[^\W\d_]")
# A word of at least two letters that is not a hashtag, cashtag or mention.
_WORD = re.compile(r"(?<![\w#$@])[^\W\d_][\w']+")


class Unscored(Enum):
    """Why a post has no score."""

    OTHER_LANGUAGE = auto()
    """X says that it is in a language that nothing scores."""
    NOT_LATIN = auto()
    """Most letters are not Latin."""
    NOT_ENGLISH = auto()
    """X found no language, and too few of the words are English."""
    NO_WORDS = auto()
    """There are no words (hashtags do not count in a post without a language), and nothing else with a tone."""


def scores_or_reason(
    lang: str | None, cleaned: str, sums: Sums | None = None, scorers: Collection[Scorer] = SCORERS
) -> tuple[Scorer, dict[str, float]] | Unscored:
    """Return what scores a post, and its scores, or why nothing does.

    `lang` is X's language code, `cleaned` the result of `clean_text`. English and French posts are scored unless most
    letters are not Latin; posts with an undetermined language or no code are scored as English, if enough of the words
    are; posts without words, if they have an emoji or emoticon that the scorer knows. Posts in any other language are
    not scored. `sums` is that of `Analyzer`; of the `scorers`, VADER is always one.
    """
    main = None if lang is None else lang.lower().split("-")[0]
    french = main == "fr" and "lexicon-fr" in scorers
    determined = french or main == "en"
    if not determined and lang is not None and lang not in UNDETERMINED:
        return Unscored.OTHER_LANGUAGE
    wordless = not _LETTER.search(cleaned)
    if not wordless:
        if not _mostly_latin(cleaned):
            return Unscored.NOT_LATIN
        if not determined:
            words = _WORD.findall(cleaned.lower())
            if words and not _look_english(words):
                return Unscored.NOT_ENGLISH
            wordless = not words  # hashtags alone
    scores = french_scores(cleaned, sums) if french else Analyzer(sums=sums).polarity_scores(cleaned)
    if wordless and not (scores["pos"] or scores["neg"]):
        return Unscored.NO_WORDS
    return "lexicon-fr" if french else "vader-en", scores


def _mostly_latin(text: str) -> bool:
    return text.isascii() or 2 * len(_LATIN_LETTER.findall(text)) >= len(_LETTER.findall(text))


def _look_english(words: Sequence[str]) -> bool:
    """Return whether a quarter of the words are common English words or in VADER's lexicon.

    Of the lexicon, only words of four letters or more count, because "no", "die" and "war" are words in other
    languages too.
    """
    lexicon = vocabulary().lexicon
    english = sum(word in _COMMON_WORDS or (len(word) > 3 and word in lexicon) for word in words)
    return english >= _ENGLISH_SHARE * len(words)
