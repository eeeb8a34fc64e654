"""A day's posts and outcomes to one row per planned account. Pure."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from pipeline.lake.no_tone import NoToneLists
from pipeline.lake.records import NO_OUTCOME, Outcome, Plan, PlannedAccount
from pipeline.schema import ROLLUP
from pipeline.sentiment.no_tone import no_tone
from pipeline.status import Status


def roll_up(
    plan: Plan, outcomes: Mapping[str, Outcome], posts: pl.DataFrame, lists: NoToneLists
) -> pl.DataFrame:
    """Return ROLLUP for a day, sorted by account. `posts` is POSTS of all accounts, `lists` what they are scored by.

    An account whose figures do not count (see `Status.has_posts`) has nulls: missing is not zero.
    """
    # Without its accounts: the plan is dumped once, not once for each of them.
    shared = plan.model_dump(exclude={"accounts"}) | {
        "window_hours": None if plan.window.is_whole else plan.window.hours
    }
    rows = [_row(shared, entry, outcomes.get(entry.account, NO_OUTCOME)) for entry in plan.accounts]
    accounts = pl.DataFrame(rows, schema={name: dtype for name, dtype in ROLLUP.items() if name in _ROW})
    counted = accounts.filter(pl.col("status").is_in([status for status in Status if status.has_posts]))
    figures = (
        counted.select("account")
        .join(_figures(posts, plan.timezone), on="account", how="left")
        .join(_no_tone_posts(posts, lists), on="account", how="left")
    )
    silent = [pl.col(name).fill_null(0) for name in _ADDED_UP] + [
        pl.col(name).fill_null([]) for name in _LISTS
    ]
    return (
        accounts.join(figures.with_columns(silent), on="account", how="left")
        .select(ROLLUP.names())
        .cast(ROLLUP)
        .sort("account")
    )


# Where a row's values come from: what the plan and the outcome say, and what the posts add up to.
_ROW = (
    "day", "account", "handle", "name", "group", "user_id", "followers", "followers_on", "status", "reason",
    "truncated", "fetched", "kept", "filtered", "duplicates", "quarantined", "forgotten", "doubted", "doubted_days",
    "posts_refused", "deletions_waiting", "collected_at", "cost_usd", "timezone", "sample", "schema_version",
    "mention_count", "mentions_not_counted_because", "x_post_count", "window_hours",
)  # fmt: skip
_ADDED_UP = (
    "posts", "retweets", "likes", "reposts", "replies", "quotes", "engagement", "impressions_known",
    "scored", "positive", "neutral", "negative",
)  # fmt: skip
_LISTS = ("post_ids", "post_hours", "post_engagements", "post_kinds")


def _row(shared: Mapping[str, Any], entry: PlannedAccount, outcome: Outcome) -> dict[str, Any]:
    values = {**shared, **entry.model_dump(), **outcome.model_dump(), **outcome.counts.model_dump()}
    return {name: values[name] for name in _ROW}


def _figures(posts: pl.DataFrame, timezone: str) -> pl.DataFrame:
    """Add up each account's posts, retweets apart: their counts are the originals'."""
    own = pl.col("kind") != "retweet"
    seen = own & pl.col("impression_count").is_not_null()
    scored = own & pl.col("compound").is_not_null()
    bookmarked = own & pl.col("bookmark_count").is_not_null()
    local_hour = pl.col("created_at").dt.convert_time_zone(timezone).dt.hour()
    return (
        posts.sort("created_at", "post_id")
        .group_by("account", maintain_order=True)
        .agg(
            posts=own.sum(),
            retweets=(~own).sum(),
            likes=pl.col("like_count").filter(own).sum(),
            reposts=pl.col("repost_count").filter(own).sum(),
            replies=pl.col("reply_count").filter(own).sum(),
            quotes=pl.col("quote_count").filter(own).sum(),
            bookmarks=_sum_or_null(pl.col("bookmark_count"), bookmarked),
            engagement=pl.col("engagement").filter(own).sum(),
            impressions=_sum_or_null(pl.col("impression_count"), seen),
            impressions_known=seen.sum(),
            engagement_seen=_sum_or_null(pl.col("engagement"), seen),
            median_engagement=pl.col("engagement").filter(own).median(),
            median_post=pl.col("engagement").filter(pl.col("kind") == "post").median(),
            scored=scored.sum(),
            positive=(scored & (pl.col("sentiment") == "positive")).sum(),
            neutral=(scored & (pl.col("sentiment") == "neutral")).sum(),
            negative=(scored & (pl.col("sentiment") == "negative")).sum(),
            compound=pl.col("compound").filter(scored).mean(),
            age_hours=pl.col("age_hours").filter(own).median(),
            post_ids=pl.col("post_id").filter(own),
            post_hours=local_hour.filter(own),
            post_engagements=pl.col("engagement").filter(own),
            post_kinds=pl.col("kind").filter(own),
        )
    )


def _no_tone_posts(posts: pl.DataFrame, lists: NoToneLists) -> pl.DataFrame:
    """Return how many posts of each account that has phrases without tone hold one."""
    own = posts.filter(pl.col("kind") != "retweet")
    rows = []
    for account in (each.account for each in lists.accounts):
        phrases = no_tone(lists.phrases_of(account))
        texts = own.filter(pl.col("account") == account)["text"]
        rows.append((account, sum(map(phrases.is_in, texts))))
    return pl.DataFrame(rows, schema={"account": pl.String, "no_tone_posts": pl.Int64}, orient="row")


def _sum_or_null(value: pl.Expr, known: pl.Expr) -> pl.Expr:
    """Sum what is known; null, not zero, when nothing is."""
    return pl.when(known.any()).then(value.filter(known).sum())
