"""Frames to figures to HTML: the daily report."""
