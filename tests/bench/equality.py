"""Compare with vaderSentiment on many invented texts: `python -m tests.bench.equality [COUNT]`."""

import sys

from rich.console import Console
from rich.progress import track

from pipeline.sentiment import Analyzer
from tests.pipeline.sentiment.texts import oracle, triggering_texts

BATCH = 1_000


def main(count: int) -> int:
    """Return 1 if any of `count` texts scores otherwise, after printing the first."""
    ours, theirs = Analyzer().polarity_scores, oracle().polarity_scores
    console = Console()
    for seed in track(range(-(-count // BATCH)), "Comparing", console=console, transient=True):
        for text in triggering_texts(seed, min(BATCH, count - seed * BATCH)):
            if repr(ours(text)) != repr(theirs(text)):
                console.print(f"{text!a}\n  ours:    {ours(text)}\n  package: {theirs(text)}", markup=False)
                return 1
    console.print(f"{count:,} invented texts score the same on Python {sys.version.split()[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000))
