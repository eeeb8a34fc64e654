"""The frames of the lake: their columns, types and rules. Everything that reads the lake reads by these.

The version stands in every plan, outcome and roll-up; it changes when a column comes or changes its name or meaning.
"""

from typing import Final

import polars as pl

SCHEMA_VERSION: Final = 4

KINDS: Final = ("post", "reply", "quote", "retweet")
# As accounts.yaml names kinds under `include`.
KIND_OF: Final = {"posts": "post", "replies": "reply", "quotes": "quote", "retweets": "retweet"}
MEDIA: Final = ("photo", "video", "animated_gif")
SENTIMENTS: Final = ("positive", "neutral", "negative")


# One row per post of an account's day, in order of publication. `pipeline.transform.contract` holds the rules.
POSTS: Final = pl.Schema(
    {
        "post_id": pl.String(),
        "account": pl.String(),  # the lower-case handle
        "author_id": pl.String(),
        "created_at": pl.Datetime("us", "UTC"),
        "text": pl.String(),  # as written: long posts and retweets whole, HTML entities undone
        "clean_text": pl.String(),  # what was scored
        "lang": pl.String(),
        "kind": pl.String(),  # one of KINDS
        "conversation_id": pl.String(),
        "like_count": pl.Int64(),
        "repost_count": pl.Int64(),
        "reply_count": pl.Int64(),
        "quote_count": pl.Int64(),
        "bookmark_count": pl.Int64(),  # null where not returned by X
        "impression_count": pl.Int64(),  # null where not returned by X
        "engagement": pl.Int64(),  # likes + reposts + replies + quotes; null for retweets
        "hashtags": pl.List(pl.String()),
        "mentions": pl.List(pl.String()),
        "urls": pl.List(pl.String()),
        "edited": pl.Boolean(),
        "edit_history": pl.List(pl.String()),  # ids of its versions, the oldest first; null before schema 2
        "possibly_sensitive": pl.Boolean(),
        "neg": pl.Float64(),
        "neu": pl.Float64(),
        "pos": pl.Float64(),
        "compound": pl.Float64(),
        "sentiment": pl.String(),  # one of SENTIMENTS, or null when not scored
        "collected_at": pl.Datetime("us", "UTC"),
        "age_hours": pl.Float64(),  # from publication to collection
        "media": pl.List(
            pl.String()
        ),  # of MEDIA, each once; of a retweet its original's; null before schema 3
        "paid_partnership": pl.Boolean(),  # declared by the author; null where not returned by X
    }
)

# The columns that formats without lists or instants write as text.
POST_LISTS: Final = tuple(name for name, dtype in POSTS.items() if isinstance(dtype, pl.List))
POST_TIMES: Final = tuple(name for name, dtype in POSTS.items() if isinstance(dtype, pl.Datetime))

# One row per post of all accounts' day, by account and in order of publication.
POSTS_DAILY: Final = pl.Schema({"day": pl.Date(), **POSTS})

# Rejected rows: the columns that could be read, the item as X sent it, and why it was refused.
QUARANTINE: Final = pl.Schema(
    {
        "post_id": pl.String(),
        "account": pl.String(),
        "reasons": pl.List(pl.String()),
        "item": pl.String(),
        "collected_at": pl.Datetime("us", "UTC"),
    }
)

# Newer counts of earlier days' posts, as read again on the local date of the key's `observed=`: the morning after
# the day that was run.
METRICS: Final = pl.Schema(
    {
        "day": pl.Date(),  # of the post: the local day it was published
        "post_id": pl.String(),
        "account": pl.String(),
        "like_count": pl.Int64(),
        "repost_count": pl.Int64(),
        "reply_count": pl.Int64(),
        "quote_count": pl.Int64(),
        "bookmark_count": pl.Int64(),  # null where not returned by X
        "impression_count": pl.Int64(),  # null where not returned by X
        "engagement": pl.Int64(),  # likes + reposts + replies + quotes; null for retweets
        "collected_at": pl.Datetime("us", "UTC"),
        "age_hours": pl.Float64(),  # from publication to collection
    }
)

# One row per planned account. The figures (posts and everything from retweets to post_kinds) are null
# unless the status is ok or partial: missing is not zero.
ROLLUP: Final = pl.Schema(
    {
        "day": pl.Date(),
        "account": pl.String(),  # the lower-case handle
        "handle": pl.String(),  # as X spells it, or as accounts.yaml does while X has not answered
        "name": pl.String(),  # null while X has not answered
        "group": pl.String(),
        "user_id": pl.String(),
        "followers": pl.Int64(),
        "followers_on": pl.Date(),  # the UTC date the profile was looked up
        "status": pl.String(),  # pipeline.outcome.Status
        "reason": pl.String(),  # one line; null when ok
        "truncated": pl.Boolean(),  # max_posts was reached: the day's earliest posts are not here
        "fetched": pl.Int64(),  # = kept + filtered + duplicates + quarantined + forgotten
        "kept": pl.Int64(),
        "filtered": pl.Int64(),
        "duplicates": pl.Int64(),
        "quarantined": pl.Int64(),
        "forgotten": pl.Int64(),
        "doubted": pl.Int64(),  # earlier posts that X no longer shows, until settled; null in older roll-ups
        "doubted_days": pl.List(pl.Date()),  # their days
        "posts_refused": pl.Int64(),  # of these, those that X refuses to show: protected, suspended or withheld
        "deletions_waiting": pl.Int64(),  # earlier posts that X no longer has, too many at once to forget them unasked
        "posts": pl.Int64(),  # kept posts that are not retweets; every figure below is of these
        "retweets": pl.Int64(),
        "likes": pl.Int64(),
        "reposts": pl.Int64(),
        "replies": pl.Int64(),
        "quotes": pl.Int64(),
        "bookmarks": pl.Int64(),  # of the posts where X returns them; null when it does for none
        "engagement": pl.Int64(),  # likes + reposts + replies + quotes
        "impressions": pl.Int64(),  # of the posts where X returns them; null when it does for none
        "impressions_known": pl.Int64(),  # how many posts those are
        "engagement_seen": pl.Int64(),  # the engagement of just those posts: rate = this / impressions
        "median_engagement": pl.Float64(),  # of posts, replies and quotes together; null without any
        "median_post": pl.Float64(),  # of kind `post` only; null without one, and before schema 4
        "scored": pl.Int64(),  # = positive + neutral + negative; posts - scored were not scored
        "positive": pl.Int64(),
        "neutral": pl.Int64(),
        "negative": pl.Int64(),
        "compound": pl.Float64(),  # mean of the scored posts; null without any
        "no_tone_posts": pl.Int64(),  # posts that hold a phrase of the account's `no_tone`; null without such phrases
        "age_hours": pl.Float64(),  # median age of the counts when they were read; null without posts
        "post_ids": pl.List(pl.String()),  # these four lists run parallel, oldest post first
        "post_hours": pl.List(pl.UInt8()),  # local hour of publication, 0-23
        "post_engagements": pl.List(pl.Int64()),
        "post_kinds": pl.List(pl.String()),  # of KINDS, without retweets; null before schema 4
        "collected_at": pl.Datetime("us", "UTC"),  # when the last page was read
        "cost_usd": pl.Float64(),
        "timezone": pl.String(),
        "sample": pl.Boolean(),  # read from the sandbox, not from X
        "schema_version": pl.Int32(),
        "window_hours": pl.Float64(),  # of a day that is shorter or longer than its local day; null for the others
    }
)
