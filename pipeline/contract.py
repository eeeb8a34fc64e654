"""The contract of a day's posts: rows that break a rule go to quarantine, with every reason.

Apart from `schema` because dataframely takes a second to import and only `analyze` needs it.
"""

import dataframely as dy
import polars as pl

from pipeline.schema import KINDS, SENTIMENTS


class Posts(dy.Schema):
    """One row per post of an account's day."""

    post_id = dy.String(primary_key=True, regex=r"^[0-9]{1,19}$")
    account = dy.String(regex=r"^[a-z0-9_]{1,15}$")
    author_id = dy.String(regex=r"^[0-9]{1,19}$")
    created_at = dy.Datetime(time_unit="us", time_zone="UTC")
    text = dy.String()
    clean_text = dy.String()
    lang = dy.String(nullable=True)
    kind = dy.String(check=lambda kind: kind.is_in(KINDS))
    conversation_id = dy.String(nullable=True, regex=r"^[0-9]{1,19}$")
    like_count = dy.Int64(min=0)
    repost_count = dy.Int64(min=0)
    reply_count = dy.Int64(min=0)
    quote_count = dy.Int64(min=0)
    bookmark_count = dy.Int64(nullable=True, min=0)
    impression_count = dy.Int64(nullable=True, min=0)
    engagement = dy.Int64(nullable=True, min=0)
    hashtags = dy.List(dy.String())
    mentions = dy.List(dy.String())
    urls = dy.List(dy.String())
    edited = dy.Bool()
    edit_history = dy.List(dy.String())
    possibly_sensitive = dy.Bool(nullable=True)
    neg = dy.Float64(nullable=True, min=0, max=1)
    neu = dy.Float64(nullable=True, min=0, max=1)
    pos = dy.Float64(nullable=True, min=0, max=1)
    compound = dy.Float64(nullable=True, min=-1, max=1)
    sentiment = dy.String(nullable=True, check=lambda sentiment: sentiment.is_in(SENTIMENTS))
    collected_at = dy.Datetime(time_unit="us", time_zone="UTC")
    age_hours = dy.Float64()

    @dy.rule()
    def engagement_only_without_retweets(cls) -> pl.Expr:
        """A retweet's counts are the original's, so it has no engagement; every other post has one."""
        return (pl.col("kind") == "retweet") == pl.col("engagement").is_null()

    @dy.rule()
    def collected_after_it_was_written(cls) -> pl.Expr:
        """A post cannot be read before it exists."""
        return pl.col("collected_at") >= pl.col("created_at")
