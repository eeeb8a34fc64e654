"""How the figures are made, for the readers of the report."""

from typing import Final

from reports import thresholds

DEFINITIONS: Final = (
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
        "the middle post: half of the posts got more, half got less, and one viral post cannot move it.",
    ),
    (
        "Net sentiment",
        "% of scored posts that are positive minus % that are negative, from −100 to +100; neutral posts count in the "
        "100%. A VADER compound score of 0.05 or more is positive, of −0.05 or less is negative. English only; sarcasm "
        "is often missed.",
    ),
    ("Share", "the account’s share of all engagement in this report."),
    (
        "Usual",
        f"the median of the previous {thresholds.USUAL_DAYS} days that have data. Engagement, posts and the median per "
        "post are first scaled to this weekday, by factors of eight weeks: those of all accounts pooled, shrunk toward "
        "1 by their noise; for an account its own, where they differ from the pooled ones by more than "
        f"{thresholds.FACTOR_ERRORS:g} standard errors, so that an account that never posts on Sundays is not called "
        "quiet on one. A total’s week is that of its accounts, each weighted by its part of an ordinary day. "
        f"With fewer than {thresholds.USUAL_NEEDS} days, nothing is compared.",
    ),
    (
        "Unusual",
        f"a robust z of {thresholds.UNUSUAL_Z} or more: 0.6745 × (x − median) ÷ MAD of log(1 + x), or of net sentiment "
        f"as it is; outside the usual range, with {thresholds.UNUSUAL_NEEDS} days of history and an effect of at least "
        f"{thresholds.UNUSUAL_EFFECT:.0%} (for posts, at least {thresholds.UNUSUAL_POSTS:g}), or "
        f"{thresholds.UNUSUAL_POINTS:g} points of net sentiment. “Turned negative” "
        f"means {thresholds.TURNED_POINTS:g} points below a positive usual, beyond the 95% interval.",
    ),
    (
        "Best time",
        f"of {24 // thresholds.BLOCK_HOURS} blocks of three hours, over {thresholds.USUAL_DAYS} days, replies and "
        "quotes included: what an account’s posts of a day got in a block, relative to the account’s median post, "
        "weekdays made equal; the middle of these, drawn toward 1 the more, the likelier it is that chance made the "
        "blocks differ. A best time is named only where the 95% interval lies above 1 and a post gets at least "
        f"{thresholds.BEST_TIMES:.1f} times a usual post.",
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
