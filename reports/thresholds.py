"""Every threshold of the report in one place: what is compared with what, and what is worth mentioning."""

from typing import Final

# The usual, see reports/figures/usual: its level is of four weeks, its week and its spread are of eight.
USUAL_DAYS: Final = 28
LONG_DAYS: Final = 56
USUAL_NEEDS: Final = 7  # days with data; with fewer there is no usual
TREND_DAYS: Final = 30
READ_DAYS: Final = (
    LONG_DAYS + TREND_DAYS - 1
)  # before the report's day: each day of the trend has its own past

# The unusual: a chance so small, for each of its tests, that one of many metrics of many accounts is seldom told
# by chance; chosen by measurement (docs/report.md). And an effect that matters.
UNUSUAL_NEEDS: Final = 14  # days with data
UNUSUAL_CHANCE: Final = {
    "engagement_up": 0.001,
    "engagement_down": 0.0002,
    "worth_up": 0.002,
    "worth_down": 0.0002,
    "typical_up": 0.001,
    "typical_down": 0.0002,
    "posts_up": 0.00015,
    "posts_down": 0.0003,
    "net_up": 0.001,
    "net_down": 0.003,
    "mentions_up": 0.0005,
}
UNUSUAL_TIMES: Final = 1.5  # times the usual, or its inverse: for engagement, medians and rates
UNUSUAL_POSTS: Final = 3.0  # one post instead of two is not unusual, however steady the account
UNUSUAL_POSTS_UP: Final = 0.5  # share of the usual
UNUSUAL_POSTS_DOWN: Final = 0.4
UNUSUAL_MENTIONS: Final = (
    20.0  # more than usual, and UNUSUAL_TIMES the usual; fewer than usual are never told
)
UNUSUAL_POINTS: Final = 15.0  # for net sentiment, which is already a difference of shares

# Counts still grow: days read when their posts were less than half or more than twice as old are not compared.
AGE_FACTOR: Final = 2.0
# A day on which fewer than half of the usual number of accounts could be read is shown as a gap.
PRESENT_SHARE: Final = 0.5

# X's own count of the posts read on a UTC day differs from the ledger's.
USAGE_SHARE: Final = 0.05
USAGE_POSTS: Final = 20

# Small samples.
FEW_SCORED: Final = 10
FEW_IN_HOUR: Final = 5

# The best time to post.
BLOCK_HOURS: Final = 3
BLOCKS_NEED: Final = 14  # days with posts
BLOCK_DAYS: Final = 7  # account-days with posts in a block, for a value worth the name
BLOCKS_DIFFER: Final = 0.25  # how far blocks differ, as a rule: standard deviation of logarithms
BEST_TIMES: Final = 1.1  # a clear best that is less than a tenth better is no reason to wait

# What the page has room for.
MOST_ALERTS: Final = 6
MOST_ENDED: Final = 3
MOST_MOVERS: Final = 8
MOVERS_NAMED: Final = 0.5  # share of all that moved; where the eight made less, groups say more
MOST_TONES: Final = 12
TONE_DAYS: Final = 10  # of a single account, instead of accounts
MOST_STANDOUTS: Final = 6
FIRST_ROWS: Final = 50
FIRST_POSTS: Final = 20  # of an account's page
MOST_POSTS: Final = 200

# Why.
CAUSE_POSTS: Final = 3  # that are shown
CAUSE_NEEDS: Final = 3  # posts about a topic, and scored posts beside them
CAUSE_SHARE: Final = 0.5  # of the move, from which on a topic is its cause
COMMON_POSTS: Final = 2  # of those that are shown, which have a word in common
MOST_COMMON: Final = 3  # such words
MANY_REPLIES: Final = 100  # to one post, worth reading

# Alerts as stories.
STORY_DAYS: Final = 14  # so far back each day is judged
ENDED_NEEDS: Final = 2  # days: the end of a single day is no news
ENDED_DAYS: Final = 3  # for which the end is told

# Posts that stood out.
STANDOUT_TIMES: Final = 2.0  # the account's own median of that kind
STANDOUT_NEEDS: Final = 10  # earlier posts, for a median worth the name
STANDOUTS_PER_ACCOUNT: Final = 2

# What the posts are about.
TOPIC_LEAST: Final = 2  # posts with a hashtag or a domain, for a line of its own
TOPIC_RISES: Final = 3  # posts with what is called rising; more of them where there are many posts
TOPIC_TIMES: Final = 2.0  # times the usual
TOPIC_SCORE: Final = 3.5  # standard errors of the log-odds
TOPIC_CHANCE: Final = 0.01  # shared among all terms that could rise
TOPIC_PRIOR: Final = 10.0  # posts that the prior is worth
TOPIC_SAME: Final = (
    2 / 3
)  # posts that two terms have in common, of those with either: then they are one topic
MOST_TOPICS: Final = 7
MOST_TOPICS_OF_ACCOUNT: Final = 5
TOPIC_LINKS: Final = 3  # posts that a topic leads to

# Sentences and alerts.
ABOUT_USUAL: Final = 0.05  # within 5 % of the usual is about the usual
TIMES_USUAL: Final = 2.0  # from here on, "2.3x" reads better than "130 % above"
ONE_POST_SHARE: Final = 0.2  # one post that made this much of the day is named
NET_MOVED: Final = 5.0  # points: less is not called a rise or a fall
NET_CAUSE: Final = 0.6  # the share of the move that makes an account its cause
VIRAL_TIMES: Final = 5.0  # the account's own median of that kind
VIRAL_SHARE: Final = 0.5  # of the account's engagement
