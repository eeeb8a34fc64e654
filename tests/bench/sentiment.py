"""Scoring against vaderSentiment 3.3.2, the package whose numbers it gives, and against NLTK's VADER."""

import math
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import nltk.data
import vaderSentiment
from nltk.sentiment.vader import SentimentIntensityAnalyzer as NltkAnalyzer
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from pipeline.sentiment import Analyzer
from pipeline.sentiment.cleaning import clean_text
from pipeline.sentiment.language import scores_or_reason
from tests.bench.harness import Row, bench, best_in_turn, cpu_seconds
from tests.pipeline.sentiment.texts import LABELLED, labelled_tweets

PACKAGE = "vaderSentiment 3.3.2"
LONGEST_POST = 25_000
STORM = 5_000

_FRESH_PROCESS = """
import sys
from itertools import cycle, islice
from pathlib import Path
from {module} import {name}
lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
score = {name}().polarity_scores
for line in islice(cycle(lines), 40_000):
    score(line.split("\\t", 2)[2])
"""

ours = Analyzer().polarity_scores
package = SentimentIntensityAnalyzer().polarity_scores


@cache
def tweets() -> list[str]:
    if not LABELLED.exists():
        sys.exit(
            "The benchmark of scoring needs real tweets: put ../shared/data/sentiment beside the repository"
        )
    return [tweet.text for tweet in labelled_tweets()]


def _scoring(score: Any, texts: Sequence[str]) -> Callable[[], None]:
    """Return the work of scoring `texts`, new strings each time as a pipeline meets them."""

    def work() -> None:
        for text in fresh.pop():
            score(text)

    fresh = [[text.encode().decode() for text in texts] for _ in range(9)]
    return work


def _nltk_analyzer() -> NltkAnalyzer:
    """NLTK ships no lexicon: it gets a copy of the package's, which has the same form, as a data folder."""
    with TemporaryDirectory() as folder:
        shutil.copy(Path(vaderSentiment.__file__).with_name("vader_lexicon.txt"), folder)
        nltk.data.path.append(folder)
        try:
            return NltkAnalyzer("vader_lexicon.txt")
        finally:
            nltk.data.path.remove(folder)


@bench
def real_tweets() -> Iterator[Row]:
    """Half the tweets warm the engines up, the other half, unseen, is timed."""
    seen, unseen = tweets()[::2], tweets()[1::2]
    peer = _nltk_analyzer().polarity_scores
    for score in (ours, package, peer):
        for text in seen:
            score(text)
    for name, score, target in ((PACKAGE, package, 6.0), ("NLTK's VADER", peer, None)):
        mine, theirs = best_in_turn([_scoring(ours, unseen), _scoring(score, unseen)], rounds=9)
        micro = 1e6 / len(unseen)
        detail = f"{mine * micro:.1f} against {theirs * micro:.1f} us a tweet"
        yield Row("real tweets, unseen, warm, one core", name, theirs / mine, target, detail)


@bench
def fresh_process() -> Iterator[Row]:
    """The interpreter's start and the import count too."""

    def process(module: str, name: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        code = _FRESH_PROCESS.format(module=module, name=name)
        subprocess.run([sys.executable, "-c", code, str(LABELLED)], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    tweets()
    rounds = [
        (
            process("pipeline.sentiment", "Analyzer"),
            process("vaderSentiment.vaderSentiment", "SentimentIntensityAnalyzer"),
        )
        for _ in range(3)
    ]
    mine, theirs = (min(times) for times in zip(*rounds, strict=True))
    detail = f"{mine:.2f} against {theirs:.2f} s"
    yield Row("40,000 tweets in a fresh process, import included", PACKAGE, theirs / mine, 4.0, detail)


def _long_post(length: int) -> str:
    return " ".join(tweets())[:length]


def _against_package(what: str, text: str, target: float) -> Row:
    (mine,) = best_in_turn([partial(ours, text)], rounds=7)
    theirs = cpu_seconds(lambda: package(text))
    return Row(what, PACKAGE, theirs / mine, target, f"{mine * 1e3:.1f} ms against {theirs:.2f} s")


@bench
def long_texts() -> Iterator[Row]:
    yield _against_package("25,000 characters of tweets", _long_post(LONGEST_POST), 100)
    yield _against_package("5,000 emoji", "😀" * STORM, 2000)


def _hostile(length: int) -> dict[str, str]:
    """Return texts that stress each part, cut to `length` characters."""
    random = Random(1)
    words_of = SentimentIntensityAnalyzer().emojis
    emoji = [character for character in words_of if len(character) == 1]
    toned = [character for character in emoji if package(words_of[character])["compound"]]
    repeated = {
        "tweets": _long_post(length) + " ",
        "emoticons": ":) ",
        "one word": "x",
        "white space": " ",
        "exclamation marks": "!",
        "quotes": "' ",
        "not so bad": "not so bad ",
        "capitals": "BAD ",
        "no": "no ",
        "idioms": "the shit ",
        "contractions": "n't ok ",
        "but, equal valences": "ok but :) nice great :( ",
        "accents": "é",
        "ellipses": "…",
        "copyright": "©x ",
        "entities": "&#39;",
        "mentions": "@a ",
        "links": "http://a ",
        **{f"storm of {characters}": characters for characters in [*"😀😂❤🙅🔞🚏💓😥🥰🈶😹📪", "💓😥"]},
        "many emoji": "".join(random.choices(emoji, k=length)),
        "emoji with a tone": "".join(random.choices(toned, k=length)),
        "hearts among them": "".join(random.choices([*toned, *"💓" * len(toned)], k=length)),
        "rules among all": "n't GOOD "
        + "".join(
            random.choices(
                [*toned, *"💓" * len(toned), *[" not ", " very ", " kind of ", " NO "] * 5], k=length
            )
        ),
    }
    return {name: (text * length)[:length] for name, text in repeated.items()}


def _score_cut(text: str, length: int) -> None:
    for start in range(0, len(text), length):
        ours(text[start : start + length])


@bench
def growth() -> Iterator[Row]:
    """Fit time = c * length ** k on posts of 1,500 to 25,000 characters; linear is k = 1.

    At each length the same 25,000 characters are scored, cut into posts of it: a single short post, scored
    again and again, would find its words in the processor's nearest cache, which no fresh post does.
    """
    counts = [2**power for power in (4, 3, 2, 1, 0)]
    lengths = [-(-LONGEST_POST // count) for count in counts]
    exponents = {}
    for name in ("tweets", "not so bad", "but, equal valences", "capitals", "storm of 😂", "many emoji"):
        text = _hostile(LONGEST_POST)[name]
        works = [partial(_score_cut, text, length) for length in lengths]
        totals = best_in_turn(works, rounds=15)
        seconds = [total / count for total, count in zip(totals, counts, strict=True)]
        x = [math.log(length) for length in lengths]
        y = [math.log(second) for second in seconds]
        mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
        exponents[name] = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / sum(
            (a - mean_x) ** 2 for a in x
        )
    worst = max(exponents, key=lambda name: exponents[name])
    detail = f"k = {exponents[worst]:.2f} at worst ({worst})"
    yield Row("growth with length, as length ** k", "k = 1.15", 1.15 / exponents[worst], 1.0, detail)


def _clean_and_check(lang: str, text: str) -> None:
    scores_or_reason(lang, clean_text(text))


@bench
def worst_post() -> Iterator[Row]:
    """No text of 25,000 characters may hold a worker: scored as written, and as the pipeline treats it."""
    hostile = _hostile(LONGEST_POST)
    for what, ways in (
        ("any 25,000 characters, scored", [ours]),
        (
            "cleaned, checked for its language and scored",
            [partial(_clean_and_check, "en"), partial(_clean_and_check, "und")],
        ),
    ):
        works = {(name, way): partial(way, text) for name, text in hostile.items() for way in ways}
        times = dict(zip(works, best_in_turn([*works.values()], rounds=7), strict=True))
        worst = max(times, key=lambda work: times[work])
        detail = f"{times[worst] * 1e3:.1f} ms at worst ({worst[0]})"
        yield Row(what, "50 ms", 0.050 / times[worst], 1.0, detail)
