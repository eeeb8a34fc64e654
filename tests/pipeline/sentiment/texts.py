"""Texts to score: the labelled tweets beside the repository, and invented ones full of VADER's triggers."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from vaderSentiment.vaderSentiment import (
    BOOSTER_DICT,
    NEGATE,
    SENTIMENT_LADEN_IDIOMS,
    SPECIAL_CASES,
    SentimentIntensityAnalyzer,
)

LABELLED = Path(__file__).parents[4] / "shared" / "data" / "sentiment" / "hutto_2014_tweets.tsv"


class LabelledTweet(NamedTuple):
    rating: float
    """Mean of twenty human ratings, -4 to 4."""
    text: str


def labelled_tweets() -> list[LabelledTweet]:
    """Return the 4,200 tweets of Hutto & Gilbert 2014."""
    lines = LABELLED.read_text(encoding="utf-8").splitlines()
    return [LabelledTweet(float(rating), text) for _, rating, text in (line.split("\t", 2) for line in lines)]


oracle = cache(SentimentIntensityAnalyzer)

_NAMED_IN_RULES = [
    *(
        "never",
        "so",
        "this",
        "without",
        "doubt",
        "least",
        "at",
        "very",
        "no",
        "or",
        "nor",
        "but",
        "kind",
        "of",
    ),
    *(
        "the",
        "to",
        "for",
        "bad",
        "ass",
        "bus",
        "stop",
        "yeah",
        "right",
        "kiss",
        "death",
        "die",
        "shit",
        "bomb",
    ),
    *("beating", "heart", "just", "enough", "sort", "badass", "y'all'dn't", "didn't've", "n't", "N't"),
]
_PLAIN = [
    "day",
    "the",
    "I",
    "a",
    "RT",
    "#MondayMood",
    "@nasa",
    "https://t.co/a1",
    "3",
    "1,000",
    "co-op",
    "it's",
]
_PUNCTUATION = [
    "!",
    "!!!!!",
    "?",
    "??",
    "???",
    "????",
    "?!",
    "...",
    ".",
    ",",
    "-",
    "'",
    '"',
    "*",
    "&",
    ")",
    "(:",
]
_ODD = [
    *(
        "İ",
        "İx",
        "K",
        "O\u212aAY",
        "ſo",
        "Σ",
        "ΑΣ",
        "ß",
        "ǅ",
        "ﬀ",
        "\u0307",
        "é",
        "naïve",
        "日本",
        "’",
        "don’t",
        "…",
    ),
    *(
        "\u200d",
        "\ufe0f",
        "\u200b",
        "\u00a0",
        "\u3000",
        "\x1c",
        "\x85",
        "\x00",
        "\ud800",
        "\udfff",
        "\u202e",
        "©",
    ),
    *("❤\ufe0f", "👍🏽", "👩\u200d❤\ufe0f\u200d👨", "☺️", "🇬🇧", "1️⃣", "🔛", "🆙", "🚏", "💓", "🙅", "🚫", "😥"),
]
_GLUE = [" ", " ", " ", " ", " ", " ", "", "  ", "\n", "\t", "\u00a0", " ... ", "-", ","]


@cache
def _pools() -> list[list[str]]:
    """Return word lists, each drawn from as often as the next."""
    package = oracle()
    phrases = [*SPECIAL_CASES, *SENTIMENT_LADEN_IDIOMS, "kind of", "sort of", "just enough"]
    modifiers = [*BOOSTER_DICT, *NEGATE, *_NAMED_IN_RULES]
    emoji = [*package.emojis]
    emoticons = [word for word in package.lexicon if not word.isalnum()]
    return [
        [*package.lexicon],
        modifiers,
        modifiers,
        _NAMED_IN_RULES,
        phrases,
        emoticons,
        emoji,
        _ODD,
        _PLAIN,
    ]


def triggering_texts(seed: int, count: int) -> Iterator[str]:
    """Yield `count` texts of up to sixteen words, the same for the same seed."""
    random = Random(seed)
    pools = _pools()
    for _ in range(count):
        shouting = random.random()
        pieces: list[str] = []
        for _ in range(random.randint(0, 16)):
            word = random.choice(random.choice(pools))
            if shouting > 0.5:
                word = random.choice((word, word.upper(), word.title(), word.swapcase()))
            if random.random() < 0.2:
                word += random.choice(_PUNCTUATION)
            if random.random() < 0.05:
                word = random.choice(_PUNCTUATION) + word
            pieces += word, random.choice(_GLUE)
        yield "".join(pieces) if random.random() < 0.95 else "".join(pieces).upper()
