"""Agreement of VADER with people on the 4,200 labelled tweets: `python -m tests.bench.accuracy`."""

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from pipeline.sentiment import Analyzer
from pipeline.sentiment.cleaning import clean_text
from tests.pipeline.sentiment.texts import LabelledTweet, labelled_tweets


class Agreement(NamedTuple):
    r: float
    """Pearson's correlation of the compound score with the mean rating."""
    f1: float
    """F1 of positive, neutral and negative, weighted by their frequency among the ratings."""
    changed: int
    """Texts whose words cleaning changed."""


def _sign(value: float, threshold: float) -> int:
    return (value >= threshold) - (value <= -threshold)


def _weighted_f1(truth: Sequence[int], found: Sequence[int]) -> float:
    total = 0.0
    for label in set(truth):
        both = sum(a == b == label for a, b in zip(truth, found, strict=True))
        total += 2 * both / (truth.count(label) + found.count(label)) * truth.count(label)
    return total / len(truth)


def agreement(tweets: Sequence[LabelledTweet], *, clean: bool) -> Agreement:
    """Return how well compound scores agree with the ratings; labels turn at +-0.05, ratings at 0."""
    texts = [clean_text(tweet.text) if clean else tweet.text for tweet in tweets]
    compound = [Analyzer().polarity_scores(text)["compound"] for text in texts]
    ratings = [tweet.rating for tweet in tweets]
    truth = [(rating > 0) - (rating < 0) for rating in ratings]
    return Agreement(
        r=statistics.correlation(compound, ratings),
        f1=_weighted_f1(truth, [_sign(score, 0.05) for score in compound]),
        changed=sum(text.split() != tweet.text.split() for text, tweet in zip(texts, tweets, strict=True)),
    )


def main() -> None:
    """Print the accuracy table of docs/sentiment.md."""
    tweets = labelled_tweets()
    table = Table(
        "texts", "Pearson r", "weighted F1", "texts changed", title=f"{len(tweets):,} labelled tweets"
    )
    for name, clean in (("as written", False), ("cleaned", True)):
        found = agreement(tweets, clean=clean)
        table.add_row(name, f"{found.r:.4f}", f"{found.f1:.4f}", f"{found.changed:,}")
    Console().print(table)


if __name__ == "__main__":
    main()
