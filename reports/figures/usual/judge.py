"""What is usual for a day, and whether the day is unusual: fixed probabilities, and an effect that matters.

Chosen by measurement in worlds with planted truth; docs/report.md has the table. Each test has a probability so small
that one of many metrics of many accounts is seldom told by chance.
"""

from dataclasses import dataclass

import numpy as np

from reports import thresholds
from reports.figures.usual import robust
from reports.figures.usual.counts import Counts, expect_counts
from reports.figures.usual.history import History
from reports.figures.usual.robust import Array, Mask
from reports.figures.usual.tone import Tone, expect_tone
from reports.figures.usual.total import Total, expect_total
from reports.figures.usual.worth import Worth, expect_worth, spread_of_posts


@dataclass(frozen=True)
class Metric:
    """A metric of the judged day, for each row."""

    usual: Array
    low: Array  # the middle 80 %
    high: Array
    up: Mask  # unusually much
    down: Mask  # unusually little
    days: Array  # that are known


@dataclass(frozen=True)
class Judged:
    """What is usual for the judged day, and what is unusual."""

    engagement: Metric
    posts: Metric
    net: Metric
    week: Array  # (rows, 7): logarithms of the weekday factors of engagement
    posts_week: Array  # (rows, 7): weekday factors of posts


def judge(history: History) -> Judged:
    """Judge the last day by those before it."""
    counts, spread = expect_counts(history), spread_of_posts(history)
    number = np.maximum(np.nan_to_num(history.posts, nan=1.0), 1)
    posted = history.posts > 0
    # The mean, corrected for its skewness; and the geometric mean, which one post does not decide. The mix of kinds
    # makes a total, so it belongs there; but a day of replies is not one of worse posts.
    skew = np.exp(np.minimum(spread, 3.0)) - 1
    variance = np.log1p(skew[:, None] / number)
    mean = np.where(posted, np.log((history.engagement + 1) / number), np.nan) + variance / 2
    as_mixed = expect_worth(mean, variance, history)
    worth = expect_worth(mean - history.mix, variance, history) if history.mixed else as_mixed
    typical = expect_worth(np.where(posted, history.worth, np.nan), spread[:, None] / number, history)
    total = expect_total(history, counts, as_mixed, spread)
    return Judged(
        engagement=judge_engagement(total, worth, typical, posted[:, -1]),
        posts=judge_posts(history, counts),
        net=judge_net(history, expect_tone(history)),
        week=total.week,
        posts_week=counts.week,
    )


def judge_engagement(total: Total, worth: Worth, typical: Worth, posted: Mask) -> Metric:
    """Judge the engagement of the rows that have `posted`: all of it, or what a post got."""
    enough = (total.days >= thresholds.UNUSUAL_NEEDS) & posted
    rarely_active = enough | ((total.all_days >= thresholds.UNUSUAL_NEEDS) & posted)
    times, chance = thresholds.UNUSUAL_TIMES, thresholds.UNUSUAL_CHANCE
    up, down = total.as_much < chance["engagement_up"], total.as_little < chance["engagement_down"]
    for name, found in (("worth", worth), ("typical", typical)):
        up |= (found.as_high < chance[f"{name}_up"]) & (found.difference >= np.log(times))
        down |= (found.as_low < chance[f"{name}_down"]) & (found.difference <= -np.log(times))
    return Metric(
        total.expected,
        total.low,
        total.high,
        up=up & rarely_active & (total.times >= times),
        down=down & enough & (total.times <= 1 / times),
        days=total.days,
    )


def judge_posts(history: History, counts: Counts) -> Metric:
    """Judge the number of posts."""
    days, usual, chance = robust.known(history.past.posts), counts.expected, thresholds.UNUSUAL_CHANCE
    more = np.nan_to_num(history.posts[:, -1]) - usual
    judged = (days >= thresholds.UNUSUAL_NEEDS) & np.isfinite(history.posts[:, -1])
    enough_more = np.maximum(thresholds.UNUSUAL_POSTS, thresholds.UNUSUAL_POSTS_UP * usual)
    enough_fewer = np.maximum(thresholds.UNUSUAL_POSTS, thresholds.UNUSUAL_POSTS_DOWN * usual)
    up = judged & (counts.as_many < chance["posts_up"]) & (more >= enough_more)
    down = judged & (counts.as_few < chance["posts_down"]) & (-more >= enough_fewer)
    return Metric(usual, counts.low, counts.high, up, down, days)


def judge_net(history: History, tone: Tone) -> Metric:
    """Judge the net sentiment."""
    chance, points = thresholds.UNUSUAL_CHANCE, thresholds.UNUSUAL_POINTS
    off = history.net[:, -1] - tone.expected
    judged = (history.scored[:, -1] >= thresholds.FEW_SCORED) & (tone.days >= thresholds.UNUSUAL_NEEDS)
    up = judged & (tone.as_high < chance["net_up"]) & (off >= points)
    down = judged & (tone.as_low < chance["net_down"]) & (off <= -points)
    low, high = (np.clip(bound, -100, 100) for bound in (tone.low, tone.high))
    return Metric(tone.expected, low, high, up, down, tone.days)
