"""Sentiment of posts: VADER's exact scores, computed fast, and only for posts that VADER can score."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.sentiment.frames import label, score, score_post, score_posts
    from pipeline.sentiment.vader import Analyzer

__all__ = ["Analyzer", "label", "score", "score_post", "score_posts"]


def __getattr__(name: str) -> Any:
    """Import on first use: importing polars takes as long as scoring 40,000 posts, and records do not need it."""
    if name in __all__:
        module = "vader" if name == "Analyzer" else "frames"
        return getattr(import_module(f"pipeline.sentiment.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
