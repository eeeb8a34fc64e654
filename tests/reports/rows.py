"""Roll-up rows written by hand, for examples worked by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from pipeline.schema import POSTS, ROLLUP
from reports.figures.measures import equal_age, measure

SUNDAY = date(2026, 11, 22)

NO_FACTORS = pl.DataFrame(
    schema={"account": pl.String, "metric": pl.String, "weekday": pl.Int8, "factor": pl.Float64}
)


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
        "truncated": False,
        "fetched": 0,
        "kept": 0,
        "filtered": 0,
        "duplicates": 0,
        "quarantined": 0,
        "forgotten": 0,
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
        "post_engagements": [],
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
    """Return roll-ups as the figures take them: with their age told."""
    return equal_age(pl.DataFrame(list(rows), schema=ROLLUP), SUNDAY)


def measures(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return the measures of rows."""
    return measure(rollups(*rows))


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
