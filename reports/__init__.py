"""Frames to figures to HTML: the daily report."""

from reports.publish import publish

__all__ = ["publish"]
