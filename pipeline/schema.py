"""The frames of the lake: their columns, types and rules. Everything that reads the lake reads by these.

The version stands in every plan, outcome and roll-up; it changes when a column comes or changes its name or meaning.
docs/data.md is made of what stands here: run `make docs` after a change.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

import polars as pl

from pipeline.status import Status

SCHEMA_VERSION: Final = 5

KINDS: Final = ("post", "reply", "quote", "retweet")
# As accounts.yaml names kinds under `include`.
KIND_OF: Final = {"posts": "post", "replies": "reply", "quotes": "quote", "retweets": "retweet"}
MEDIA: Final = ("photo", "video", "animated_gif")
SENTIMENTS: Final = ("positive", "neutral", "negative")
Scorer = Literal["vader-en", "lexicon-fr"]
SCORERS: Final[tuple[Scorer, ...]] = get_args(Scorer)


@dataclass(frozen=True)
class Column:
    """A column of a stored frame, and what docs/data.md says of it."""

    dtype: pl.DataType
    meaning: str
    source: str  # a field of X's answer, a section of our own records, or how it is computed
    null: str = ""  # when it is null; never where empty, but in files older than `since`
    unit: str = ""
    since: int = 1  # the schema version that brought it


def frame_of(columns: Mapping[str, Column]) -> pl.Schema:
    """Return the schema of a frame with these columns."""
    return pl.Schema({name: column.dtype for name, column in columns.items()})


_TEXT, _COUNT, _NUMBER, _FLAG = pl.String(), pl.Int64(), pl.Float64(), pl.Boolean()
_DATE, _INSTANT = pl.Date(), pl.Datetime("us", "UTC")
_TEXTS, _COUNTS, _DATES = pl.List(_TEXT), pl.List(_COUNT), pl.List(_DATE)

_NOT_RETURNED = "not returned by X"
_NOT_SCORED = "not scored: neither English nor French, or no words left"
_PARTS = "likes + reposts + replies + quotes"

# One row per post of an account's day, in order of publication. `pipeline.transform.contract` holds the rules.
POST_COLUMNS: Final = {
    "post_id": Column(_TEXT, "id of the post, of an edited one that of its newest version", "X: id"),
    "account": Column(_TEXT, "lower-case handle", "accounts.yaml"),
    "author_id": Column(_TEXT, "id of the account on X", "X: author_id, else the timeline's user"),
    "created_at": Column(_INSTANT, "when it was published", "X: created_at", unit="UTC"),
    "text": Column(
        _TEXT,
        "as written: long posts and retweets whole, HTML entities decoded",
        "X: text, note_tweet.text; of a retweet its original's",
    ),
    "clean_text": Column(_TEXT, "what was scored", "text, without links and mentions"),
    "lang": Column(_TEXT, "language that X detected, a BCP 47 tag", "X: lang", null=_NOT_RETURNED),
    "kind": Column(_TEXT, f"one of {', '.join(KINDS)}", "X: referenced_tweets, in_reply_to_user_id"),
    "conversation_id": Column(_TEXT, "id of the thread's first post", "X: conversation_id", _NOT_RETURNED),
    "like_count": Column(_COUNT, "likes at collection", "X: public_metrics.like_count", unit="likes"),
    "repost_count": Column(
        _COUNT, "reposts at collection", "X: public_metrics.retweet_count", unit="reposts"
    ),
    "reply_count": Column(_COUNT, "replies at collection", "X: public_metrics.reply_count", unit="replies"),
    "quote_count": Column(_COUNT, "quotes at collection", "X: public_metrics.quote_count", unit="quotes"),
    "bookmark_count": Column(
        _COUNT, "bookmarks", "X: public_metrics.bookmark_count", _NOT_RETURNED, unit="bookmarks"
    ),
    "impression_count": Column(
        _COUNT, "times shown", "X: public_metrics.impression_count", _NOT_RETURNED, unit="views"
    ),
    "engagement": Column(_COUNT, _PARTS, "the four counts", "kind is retweet", unit="reactions"),
    "hashtags": Column(_TEXTS, "hashtags without #, each once", "X: entities.hashtags"),
    "mentions": Column(_TEXTS, "handles mentioned, each once", "X: entities.mentions"),
    "urls": Column(_TEXTS, "links as expanded by X, each once", "X: entities.urls"),
    "edited": Column(_FLAG, "has more than one version", "edit_history"),
    "edit_history": Column(_TEXTS, "ids of its versions, oldest first", "X: edit_history_tweet_ids", since=2),
    "possibly_sensitive": Column(_FLAG, "marked as sensitive", "X: possibly_sensitive", _NOT_RETURNED),
    "neg": Column(_NUMBER, "negative share of the text", "scorer", _NOT_SCORED, unit="share, 0 to 1"),
    "neu": Column(_NUMBER, "neutral share of the text", "scorer", _NOT_SCORED, unit="share, 0 to 1"),
    "pos": Column(_NUMBER, "positive share of the text", "scorer", _NOT_SCORED, unit="share, 0 to 1"),
    "compound": Column(_NUMBER, "tone as one number", "scorer", _NOT_SCORED, unit="score, -1 to 1"),
    "sentiment": Column(
        _TEXT, f"one of {', '.join(SENTIMENTS)}", "compound, by VADER's thresholds", _NOT_SCORED
    ),
    "collected_at": Column(_INSTANT, "when X's answer was read", "raw page", unit="UTC"),
    "age_hours": Column(_NUMBER, "age of the counts", "collected_at - created_at", unit="hours"),
    "media": Column(
        _TEXTS,
        f"formats attached ({', '.join(MEDIA)}), each once; of a retweet its original's",
        "X: attachments.media_keys",
        since=3,
    ),
    "paid_partnership": Column(
        _FLAG, "declared as one by the author", "X: paid_partnership", _NOT_RETURNED, since=3
    ),
    "scorer": Column(
        _TEXT,
        f"what gave the scores, one of {', '.join(SCORERS)}",
        "lang and clean_text",
        _NOT_SCORED,
        since=5,
    ),
}
POSTS: Final = frame_of(POST_COLUMNS)

# The columns that formats without lists or instants write as text.
POST_LISTS: Final = tuple(name for name, dtype in POSTS.items() if isinstance(dtype, pl.List))
POST_TIMES: Final = tuple(name for name, dtype in POSTS.items() if isinstance(dtype, pl.Datetime))

_DAY = Column(_DATE, "local day of publication", "created_at, in the plan's timezone")

# One row per post of all accounts' day, by account and in order of publication.
POSTS_DAILY: Final = frame_of({"day": _DAY, **POST_COLUMNS})

TOPIC_KINDS: Final = ("posts", "hashtag", "word", "pair", "domain", "format", "left_out")
MOST_TERMS: Final = 400  # of a kind, an account and day; what is left out leaves its row
FORMATS: Final = ("photo", "video", "gif", "link", "text")
_LEFT_OUT = "kind is left_out"

# One row per account, kind and term. `pipeline.transform.topics` makes them.
TOPIC_COLUMNS: Final = {
    "day": _DAY,
    "account": POST_COLUMNS["account"],
    "kind": Column(_TEXT, f"one of {', '.join(TOPIC_KINDS)}", "posts"),
    "term": Column(
        _TEXT,
        "in small letters: hashtag, words, domain or format; of kind posts: all, english, other or uncut; "
        "of left_out: the kind whose rarest terms are not counted",
        "hashtags, text, urls, media",
    ),
    "english": Column(
        _FLAG, "of words and pairs: whether counted in English texts that are scored, or in others", "scorer"
    ),
    "posts": Column(
        _COUNT,
        "posts that have it, retweets apart; of left_out: the most that a term has",
        "posts",
        unit="posts",
    ),
    "engagement": Column(_COUNT, "sum of these posts", "engagement", _LEFT_OUT, unit="reactions"),
    "scored": Column(_COUNT, "of these posts, those with a score", "compound", _LEFT_OUT, unit="posts"),
    "positive": Column(_COUNT, "posts of this tone", "sentiment", _LEFT_OUT, unit="posts"),
    "negative": Column(_COUNT, "posts of this tone", "sentiment", _LEFT_OUT, unit="posts"),
    "post_ids": Column(_TEXTS, "ids of these posts, most engagement first", "post_id", _LEFT_OUT),
}
TOPICS: Final = frame_of(TOPIC_COLUMNS)

# Rejected rows: the columns that could be read, the item as X sent it, and why it was refused.
QUARANTINE_COLUMNS: Final = {
    "post_id": replace(POST_COLUMNS["post_id"], null="not readable"),
    "account": POST_COLUMNS["account"],
    "reasons": Column(_TEXTS, "what is wrong: a sentence, or `column|rule`", "the contract of posts"),
    "item": Column(_TEXT, "the post as JSON", "X's answer"),
    "collected_at": POST_COLUMNS["collected_at"],
}
QUARANTINE: Final = frame_of(QUARANTINE_COLUMNS)

# Newer counts of earlier days' posts, as read again on the local date of the key's `observed=`: the morning after
# the day that was run.
METRICS_COLUMNS: Final = {
    "day": _DAY,
    **{
        name: POST_COLUMNS[name]
        for name in (
            "post_id", "account", "like_count", "repost_count", "reply_count", "quote_count", "bookmark_count",
            "impression_count", "engagement", "collected_at", "age_hours",
        )
    },
}  # fmt: skip
METRICS: Final = frame_of(METRICS_COLUMNS)

_UNREAD = "neither ok nor partial"
_NONE = f"no post has it; {_UNREAD}"

# One row per planned account.
ROLLUP_COLUMNS: Final = {
    "day": Column(_DATE, "local day", "plan"),
    "account": Column(_TEXT, "lower-case handle", "accounts.yaml"),
    "handle": Column(_TEXT, "as X spells it; as accounts.yaml does until X has answered", "X: username"),
    "name": Column(_TEXT, "display name", "X: name", "X has not answered yet"),
    "group": Column(_TEXT, "group of the account", "accounts.yaml", "no group is set"),
    "user_id": Column(_TEXT, "id of the account on X", "X: id", "X has not answered yet"),
    "followers": Column(
        _COUNT, "followers", "X: public_metrics.followers_count", _NOT_RETURNED, unit="accounts"
    ),
    "followers_on": Column(
        _DATE, "when the profile was looked up", "users/", "X has not answered yet", unit="UTC date"
    ),
    "status": Column(_TEXT, f"one of {', '.join(Status)}", "outcome"),
    "reason": Column(_TEXT, "why, in one line", "outcome", "status is ok"),
    "truncated": Column(_FLAG, "max_posts was reached: the day's earliest posts are missing", "outcome"),
    "fetched": Column(
        _COUNT, "kept + filtered + duplicates + quarantined + forgotten", "outcome", unit="posts"
    ),
    "kept": Column(_COUNT, "stored in posts/", "outcome", unit="posts"),
    "filtered": Column(
        _COUNT, "kinds not included, outside the day, beyond max_posts", "outcome", unit="posts"
    ),
    "duplicates": Column(_COUNT, "the same post again, older versions", "outcome", unit="posts"),
    "quarantined": Column(_COUNT, "posts that break the contract", "outcome", unit="posts"),
    "forgotten": Column(_COUNT, "removed by request, or gone from X", "outcome", unit="posts"),
    "doubted": Column(
        _COUNT, "earlier posts that X no longer shows, not settled yet", "outcome", unit="posts", since=3
    ),
    "doubted_days": Column(_DATES, "the days of doubted posts", "outcome", since=3),
    "posts_refused": Column(
        _COUNT, "of doubted, those protected, suspended or withheld", "outcome", unit="posts", since=3
    ),
    "deletions_waiting": Column(
        _COUNT, "deleted on X, too many at once to remove unasked", "outcome", unit="posts", since=3
    ),
    "posts": Column(
        _COUNT, "kept posts but retweets; the figures below are of these", "posts", _UNREAD, unit="posts"
    ),
    "retweets": Column(_COUNT, "kept retweets", "posts", _UNREAD, unit="posts"),
    "likes": Column(_COUNT, "sum", "like_count", _UNREAD, unit="likes"),
    "reposts": Column(_COUNT, "sum", "repost_count", _UNREAD, unit="reposts"),
    "replies": Column(_COUNT, "sum", "reply_count", _UNREAD, unit="replies"),
    "quotes": Column(_COUNT, "sum", "quote_count", _UNREAD, unit="quotes"),
    "bookmarks": Column(_COUNT, "sum, where X returns them", "bookmark_count", _NONE, unit="bookmarks"),
    "engagement": Column(_COUNT, f"sum: {_PARTS}", "engagement", _UNREAD, unit="reactions"),
    "impressions": Column(_COUNT, "sum, where X returns them", "impression_count", _NONE, unit="views"),
    "impressions_known": Column(_COUNT, "posts with impressions", "posts", _UNREAD, unit="posts"),
    "engagement_seen": Column(
        _COUNT, "of posts with impressions: rate = this / impressions", "engagement", _NONE, unit="reactions"
    ),
    "median_engagement": Column(
        _NUMBER,
        "median of posts, replies and quotes together",
        "engagement",
        f"no posts; {_UNREAD}",
        unit="reactions",
    ),
    "median_post": Column(
        _NUMBER, "median of kind post only", "engagement", f"none of it; {_UNREAD}", unit="reactions", since=4
    ),
    "scored": Column(_COUNT, "positive + neutral + negative", "sentiment", _UNREAD, unit="posts"),
    "positive": Column(_COUNT, "posts of this tone", "sentiment", _UNREAD, unit="posts"),
    "neutral": Column(_COUNT, "posts of this tone", "sentiment", _UNREAD, unit="posts"),
    "negative": Column(_COUNT, "posts of this tone", "sentiment", _UNREAD, unit="posts"),
    "compound": Column(
        _NUMBER, "mean of the scored posts", "compound", f"none scored; {_UNREAD}", unit="score, -1 to 1"
    ),
    "no_tone_posts": Column(
        _COUNT,
        "posts that hold a phrase of no_tone",
        "accounts.yaml",
        "no such phrases",
        unit="posts",
        since=4,
    ),
    "age_hours": Column(
        _NUMBER, "median age of the counts", "age_hours", f"no posts; {_UNREAD}", unit="hours"
    ),
    "post_ids": Column(_TEXTS, "of the posts, oldest first; the post_ lists run parallel", "posts", _UNREAD),
    "post_hours": Column(
        pl.List(pl.UInt8()), "local hours of publication", "created_at", _UNREAD, unit="hour, 0 to 23"
    ),
    "post_engagements": Column(_COUNTS, "engagement of each", "engagement", _UNREAD, unit="reactions"),
    "post_kinds": Column(_TEXTS, "kind of each", "kind", _UNREAD, since=4),
    "collected_at": Column(
        _INSTANT, "when the last page was read", "outcome", "nothing was read", unit="UTC"
    ),
    "cost_usd": Column(_NUMBER, "price of the pages", "outcome", unit="US dollars"),
    "timezone": Column(_TEXT, "IANA name of the day's timezone", "plan"),
    "sample": Column(_FLAG, "read from the sandbox, not from X", "plan"),
    "schema_version": Column(pl.Int32(), "version of this table when the day was planned", "plan"),
    "mention_count": Column(
        _COUNT,
        "posts of others that mention it",
        "X: counts",
        "not asked, or not told",
        unit="posts",
        since=4,
    ),
    "mentions_not_counted_because": Column(
        _TEXT, "why X has no mention_count", "outcome", "counted, or not asked", since=4
    ),
    "x_post_count": Column(
        _COUNT, "about how many posts X counts", "X: counts", "not asked, or none may be missing", "posts", 4
    ),
    "window_hours": Column(
        _NUMBER, "length of a cut or extended day", "plan", "the day is the whole local day", "hours", 3
    ),
}
ROLLUP: Final = frame_of(ROLLUP_COLUMNS)
