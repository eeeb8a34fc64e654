"""Tone of posts: what VADER says of their words, exactly, fast, and only where it means something."""

from pipeline.sentiment.frames import judge, label, score
from pipeline.sentiment.language import scorable
from pipeline.sentiment.vader import Analyzer

__all__ = ["Analyzer", "judge", "label", "scorable", "score"]
