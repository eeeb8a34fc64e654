"""X's own count of the posts that were read, by UTC day: what its answer about usage holds. Pure."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any


def posts_by_day(body: Mapping[str, Any]) -> dict[date, int]:
    """Return how many posts were read on each UTC day: by the whole project, else by its apps together.

    What is no day or no number is left out; empty where X tells no days.
    """
    data = body.get("data")
    if not isinstance(data, dict):
        return {}
    project = data.get("daily_project_usage")
    if isinstance(project, dict) and (found := _by_day(project)):
        return found
    apps = data.get("daily_client_app_usage")
    total = Counter[date]()
    for app in apps if isinstance(apps, list) else []:
        total.update(_by_day(app) if isinstance(app, dict) else {})
    return dict(total)


def _by_day(usage: Mapping[str, Any]) -> dict[date, int]:
    entries = usage.get("usage")
    found: dict[date, int] = {}
    for entry in entries if isinstance(entries, list) else []:
        day, posts = _entry(entry) if isinstance(entry, dict) else (None, None)
        if day is not None and posts is not None:
            found[day] = posts
    return found


def _entry(entry: Mapping[str, Any]) -> tuple[date | None, int | None]:
    """Return the day and the count of an entry; X writes counts as numbers, and as text."""
    try:
        day = datetime.fromisoformat(str(entry.get("date"))).date()
    except ValueError:
        day = None
    text = str(entry.get("usage"))
    return day, int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
