"""Sentiment of posts: English by VADER's exact scores, computed fast, French by a lexicon, no other language."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.sentiment.explanation import Explanation, explain
    from pipeline.sentiment.frames import label, score, score_post, score_posts
    from pipeline.sentiment.vader import Analyzer

__all__ = ["Analyzer", "Explanation", "explain", "label", "score", "score_post", "score_posts"]

_MODULES = {"Analyzer": "vader", "Explanation": "explanation", "explain": "explanation"}  # the others: frames


def __getattr__(name: str) -> Any:
    """Import on first use: importing polars takes as long as scoring 40,000 posts, and records do not need it."""
    if name in __all__:
        return getattr(import_module(f"pipeline.sentiment.{_MODULES.get(name, 'frames')}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
