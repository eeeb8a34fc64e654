"""How well VADER agrees with people, before and after cleaning."""

from typing import Any

import pytest

from tests.bench.accuracy import agreement


@pytest.mark.parametrize("clean", [False, True])
def test_accuracy_on_the_labelled_tweets_is_the_published_one(labelled: Any, clean: Any) -> None:
    """r .881 and F1 .96 in the paper; .872 and .948 with version 3.3.2 of its lexicon."""
    found = agreement(labelled, clean=clean)
    assert found.r == pytest.approx(0.872, abs=0.001)
    assert found.f1 == pytest.approx(0.948, abs=0.001)
