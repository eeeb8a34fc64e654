"""Roll-up rows written by hand, for examples worked by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from pipeline.lake.records import Plan
from pipeline.schema import POSTS, ROLLUP
from reports.figures.day import DayFigures, day_figures
from reports.figures.metrics import daily_metrics, equal_age

SUNDAY = date(2026, 11, 22)

PLAN = Plan(day=SUNDAY, timezone="UTC", sample=True, failed_accounts=0.2, quarantined_posts=0.05, accounts=())

# An account-day before any item is counted.
NOTHING_FETCHED = {
    "truncated": False,
    **dict.fromkeys(("fetched", "kept", "filtered", "duplicates", "quarantined", "forgotten"), 0),
}


def row(back: int = 0, account: str = "nasa", **values: Any) -> dict[str, Any]:
    """Return an account's day, `back` days before the Sunday, read six hours after it ended."""
    day = SUNDAY - timedelta(days=back)
    read = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=30)
    engagements = values.get("post_engagements", [])
    scored = sum(values.get(name, 0) for name in ("positive", "neutral", "negative"))
    return {
        "day": day,
        "account": account,
        "handle": account,
        "status": "ok",
        **NOTHING_FETCHED,
        "posts": len(engagements),
        "retweets": 0,
        "engagement": sum(engagements),
        "engagement_seen": 0,
        "impressions_known": 0,
        "median_engagement": pl.Series(engagements, dtype=pl.Int64).median(),
        "positive": 0,
        "neutral": 0,
        "negative": 0,
        "scored": scored,
        "age_hours": 18.0,
        "post_hours": [12] * len(engagements),
        "median_post": pl.Series(engagements, dtype=pl.Int64).median(),
        "post_engagements": [],
        "post_kinds": ["post"] * len(engagements),
        "collected_at": read,
        "cost_usd": 0.0,
        "timezone": "UTC",
        "sample": True,
        "schema_version": 1,
    } | values


def missing(back: int = 0, account: str = "nasa", status: str = "failed", **values: Any) -> dict[str, Any]:
    """Return an account's day without data: its figures are null."""
    day = SUNDAY - timedelta(days=back)
    return {
        "day": day,
        "account": account,
        "handle": account,
        "status": status,
        "reason": "X did not answer",
        "timezone": "UTC",
        "cost_usd": 0.0,
        "schema_version": 1,
    } | values


def rollups(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return roll-ups as the figures take them: with their age."""
    return equal_age(pl.DataFrame(list(rows), schema=ROLLUP), SUNDAY)


def measures(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return the measures of rows."""
    return daily_metrics(rollups(*rows))


def posts(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return posts of the Sunday."""
    made = datetime(2026, 11, 22, 9, tzinfo=UTC)
    return pl.DataFrame(
        [
            {"account": "nasa", "created_at": made, "text": "hello", "kind": "post", "lang": "en"} | r
            for r in rows
        ],
        schema=POSTS,
    )


def figures(*rows: dict[str, Any], found: pl.DataFrame | None = None) -> DayFigures:
    """Return the figures of the Sunday; `found` are its posts."""
    rollups = pl.DataFrame(list(rows), schema=ROLLUP)
    return day_figures(PLAN, rollups, posts() if found is None else found)


def usual_days(account: str = "nasa", days: int = 20, **values: Any) -> list[dict[str, Any]]:
    """Return days of ten posts that got ten each, one more on every other day."""
    return [
        row(back, account, **({"post_engagements": [10] * (10 + back % 2)} | values))
        for back in range(1, days + 1)
    ]
