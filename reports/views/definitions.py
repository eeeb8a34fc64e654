"""How the figures are made, for the readers of the report."""

from typing import Final

from reports import thresholds

DEFINITIONS: Final = (
    (
        "Engagement",
        "likes + reposts + replies + quotes of the posts published in the day, as counted when they were read. "
        "Bookmarks are kept apart, retweets are never counted.",
    ),
    (
        "Engagement rate",
        "sum of engagement ÷ sum of impressions, over posts whose impressions are known: a ratio of sums, not a mean "
        "of ratios. Where none are known: engagement per follower and post, marked as such and never mixed in.",
    ),
    ("Median per post", "the middle post: half got more, half less, and one viral post cannot move it."),
    (
        "Net sentiment",
        "% of scored posts that are positive less % that are negative, from −100 to +100; neutral posts count in the "
        "100%. VADER’s compound of 0.05 and more is positive, of −0.05 and less negative. English only; sarcasm is "
        "often missed.",
    ),
    ("Share", "the account’s part of all engagement in this report."),
    (
        "Usual",
        f"the median of the previous {thresholds.USUAL_DAYS} days that have data; engagement, posts and the median per "
        "post are scaled to this weekday first, by factors of eight weeks: of all accounts pooled and shrunk toward 1 "
        "by their noise; for an account its own, where they differ from the pooled ones by more than "
        f"{thresholds.FACTOR_ERRORS:g} standard errors, so that who never posts on Sundays is not quiet on one. "
        "A total’s week is that of its accounts, each by its part of an ordinary day. "
        f"At least {thresholds.USUAL_NEEDS} days are needed, or nothing is compared.",
    ),
    (
        "Unusual",
        f"a robust z of {thresholds.UNUSUAL_Z} or more: 0.6745 × (x − median) ÷ MAD of log(1 + x), net sentiment as it "
        f"is; outside the usual range, with {thresholds.UNUSUAL_NEEDS} days of history and an effect of at least "
        f"{thresholds.UNUSUAL_EFFECT:.0%} (of posts {thresholds.UNUSUAL_POSTS:g} at least), or "
        f"{thresholds.UNUSUAL_POINTS:g} points of net sentiment. “Turned negative” "
        f"means {thresholds.TURNED_POINTS:g} points below a positive usual, beyond the 95% interval.",
    ),
    (
        "Equal age",
        "counts grow for days, so day-old counts are compared with day-old counts: days read when their posts were "
        "less than half or more than twice as old are left out of the comparison. Posts and tone compare at any age.",
    ),
    (
        "Missing",
        "is not zero: an account without data is left out of the day’s total and of what is usual for it. Where an "
        "account lacks an earlier day, its usual stands in.",
    ),
    (
        "Small samples",
        f"under {thresholds.FEW_SCORED} scored posts a figure is marked †, with its 95% interval. Hours with fewer "
        f"than {thresholds.FEW_IN_HOUR} posts are hatched.",
    ),
)
