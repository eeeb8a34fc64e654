"""How the figures are made, for the readers of the report."""

from typing import Final

from reports import thresholds

_DEFINITIONS: Final = (
    (
        "Engagement",
        "likes + reposts + replies + quotes of the posts published on the day, as counted when they were read. "
        "Bookmarks are not included, and retweets are never counted.",
    ),
    (
        "Engagement rate",
        "sum of engagement ÷ sum of impressions, over posts whose impressions are known: a ratio of sums, not a mean "
        "of ratios. Where none are known: engagement per follower and post, marked as such and never mixed in.",
    ),
    (
        "Median per post",
        "the middle post: half of the posts got more, half got less, and one viral post cannot move it. Of posts only: "
        "a reply’s usual is not a post’s. Posts, replies and quotes that stood out are each compared with their own "
        "kind. All sums count the three together.",
    ),
    (
        "Net sentiment",
        "% of scored posts that are positive minus % that are negative, from −100 to +100; neutral posts count in the "
        "100%. A compound score of 0.05 or more is positive, of −0.05 or less is negative. English posts are scored by "
        "VADER, French ones by their words alone, by a lexicon; no other language is scored. Sarcasm is often "
        "missed, and in French negation.",
    ),
    ("Share", "the account’s share of all engagement in this report."),
    (
        "Usual",
        f"what this weekday has as a rule: the level of the previous {thresholds.USUAL_DAYS} days, times the weekday "
        "as it was over eight weeks, drawn toward the week of all accounts by how little the account’s own days say. "
        "Engagement is how many posts there are times what each is worth. Days that were unusual bend neither. "
        "The usual range holds eight of ten days. Comparisons start after "
        f"{thresholds.USUAL_NEEDS} days of data.",
    ),
    (
        "Unusual",
        "what chance brings on about one day in a thousand or fewer, given how many posts there were and how much days "
        f"differ, from {thresholds.UNUSUAL_NEEDS} days of history on, and only where it matters: "
        f"{thresholds.UNUSUAL_TIMES:g} times the usual engagement or its inverse, at least "
        f"{thresholds.UNUSUAL_POSTS:g} posts and {thresholds.UNUSUAL_POSTS_DOWN:.0%} of the usual number, or "
        f"{thresholds.UNUSUAL_POINTS:g} points of net sentiment with {thresholds.FEW_SCORED} scored posts. “Turned "
        "negative” is an unusually low tone that is negative where it usually is positive.",
    ),
    (
        "Best time",
        f"of {24 // thresholds.BLOCK_HOURS} blocks of three hours, over {thresholds.USUAL_DAYS} days, replies and "
        "quotes included: what an account’s posts of a day got in a block, each relative to the account’s median of "
        "its kind, weekdays made equal; the middle of these, drawn toward 1 the more, the likelier it is that chance "
        "made the blocks differ. A best time is named only where the 95% interval lies above 1 and a post gets at "
        f"least {thresholds.BEST_TIMES:.1f} times a usual post.",
    ),
    (
        "Equal age",
        "counts grow for days, so day-old counts are compared with day-old counts: days whose posts were less than "
        "half or more than twice as old when they were read are not compared. Posts and tone compare at any age.",
    ),
    (
        "Missing",
        "is not zero: an account without data is left out of the day’s total and of what is usual for it. Where an "
        "account lacks data for an earlier day, its usual value is used instead.",
    ),
    (
        "Small samples",
        f"with fewer than {thresholds.FEW_SCORED} scored posts, a figure is marked † and has its 95% interval. Hours "
        f"with fewer than {thresholds.FEW_IN_HOUR} posts are hatched.",
    ),
)

_MENTIONS: Final = (
    "Mentions",
    "posts by others that name the account’s handle, counted by X over the account’s day; their texts are not read. "
    "Only for accounts whose mentions are asked for: the sum is of those that X counted, and an account without a "
    "count has a dash and the reason, never 0. Compared with days of the same account by the rules of “usual” and "
    "“unusual”.",
)


def definitions(*, mentions: bool) -> tuple[tuple[str, str], ...]:
    """Return terms and what they mean; that of mentions only where X is asked for them."""
    return (*_DEFINITIONS, _MENTIONS) if mentions else _DEFINITIONS
