"""Sentiment of posts: VADER's exact scores, computed fast, and only for posts that VADER can score."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pipeline.sentiment.vader import Analyzer

if TYPE_CHECKING:
    from pipeline.sentiment.frames import label, score, score_posts

__all__ = ["Analyzer", "label", "score", "score_posts"]


def __getattr__(name: str) -> Any:
    """Import what needs polars on first use, because that import takes as long as scoring 40,000 posts."""
    if name in __all__:
        return getattr(import_module("pipeline.sentiment.frames"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
