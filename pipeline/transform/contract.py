"""The contract of a day's posts: rows that break a rule go to quarantine, with every reason.

Apart from `schema` because dataframely takes a second to import and only `analyze` needs it.
"""

from functools import cache

import dataframely as dy
import polars as pl

from pipeline.ids import ACCOUNT, ID
from pipeline.schema import KINDS, MEDIA, SCORERS, SENTIMENTS
from pipeline.sentiment.frames import SCORES, label

# Each of a post's three shares is rounded to three digits.
_ROUNDED = 0.002
_SECOND = 1 / 3600  # in hours


def keeps(posts: pl.DataFrame) -> bool:
    """Return whether every one of these POSTS keeps every rule.

    One query, which names no post: `Posts.filter`, which does, costs five times as much, and is for days on which
    a rule is broken. Each rule is asked alone, since polars takes four times as long for all of them in one expression.
    """
    # As in `Posts.filter`, a rule that is null for a post is kept.
    return all(posts.select(rules()).row(0))


@cache
def rules() -> list[pl.Expr]:
    """Return a condition for each rule, by its name: whether all posts keep it."""
    found = Posts._validation_rules(with_cast=False)  # built anew by each of its own methods
    return [rule.expr.all().alias(name) for name, rule in found.items()]


class Posts(dy.Schema):
    """One row per post of an account's day."""

    post_id = dy.String(primary_key=True, regex=f"^{ID}$")
    account = dy.String(regex=f"^{ACCOUNT}$")
    author_id = dy.String(regex=f"^{ID}$")
    created_at = dy.Datetime(time_unit="us", time_zone="UTC")
    text = dy.String()
    clean_text = dy.String()
    lang = dy.String(nullable=True)
    kind = dy.String(check=lambda kind: kind.is_in(KINDS))
    conversation_id = dy.String(nullable=True, regex=f"^{ID}$")
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
    media = dy.List(dy.String(check=lambda media: media.is_in(MEDIA)))
    paid_partnership = dy.Bool(nullable=True)
    scorer = dy.String(nullable=True, check=lambda scorer: scorer.is_in(SCORERS))

    @dy.rule()
    def engagement_only_without_retweets(cls) -> pl.Expr:
        """A retweet's counts are the original's, so it has no engagement; every other post has one."""
        return (pl.col("kind") == "retweet") == pl.col("engagement").is_null()

    @dy.rule()
    def engagement_is_the_sum_of_its_parts(cls) -> pl.Expr:
        """Likes, reposts, replies and quotes; impressions and bookmarks are none of it."""
        parts = pl.sum_horizontal("like_count", "repost_count", "reply_count", "quote_count")
        return pl.col("engagement").is_null() | (pl.col("engagement") == parts)

    @dy.rule()
    def collected_after_it_was_written(cls) -> pl.Expr:
        """A post cannot be read before it exists."""
        return pl.col("collected_at") >= pl.col("created_at")

    @dy.rule()
    def age_is_the_time_in_between(cls) -> pl.Expr:
        """So that counts of the same age can be compared."""
        hours = (pl.col("collected_at") - pl.col("created_at")).dt.total_seconds(fractional=True) / 3600
        return (pl.col("age_hours") - hours).abs() < _SECOND

    @dy.rule()
    def each_format_once(cls) -> pl.Expr:
        """Four photos are one format."""
        return pl.col("media").list.n_unique() == pl.col("media").list.len()

    @dy.rule()
    def scored_wholly_or_not_at_all(cls) -> pl.Expr:
        """A post without words that a scorer can judge has none of the scores, and no scorer."""
        return pl.sum_horizontal(pl.col(*SCORES, "sentiment", "scorer").is_null()).is_in([0, len(SCORES) + 2])

    @dy.rule()
    def shares_add_up(cls) -> pl.Expr:
        """To one; a scorer finds nothing at all in a text of single letters."""
        shares = pl.sum_horizontal("neg", "neu", "pos")
        return pl.col("compound").is_null() | (shares == 0) | ((shares - 1).abs() <= _ROUNDED)

    @dy.rule()
    def sentiment_follows_the_compound_score(cls) -> pl.Expr:
        """By the thresholds of VADER's authors."""
        return pl.col("sentiment").eq_missing(label(pl.col("compound")))
