"""The labelled tweets, for the tests that need real ones."""

import pytest

from tests.pipeline.sentiment.texts import LABELLED, LabelledTweet, labelled_tweets


@pytest.fixture
def labelled() -> list[LabelledTweet]:
    """Skips where the tweets are not at hand."""
    if not LABELLED.exists():
        pytest.skip("the labelled tweets are not here: ../shared/data/sentiment beside the repository")
    return labelled_tweets()
