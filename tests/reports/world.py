"""A small invented world: roll-ups and posts as the pipeline would write them, the same on every run.

Twelve accounts with their own sizes, rhythms and tones, and on the last day the stories that a report should
find: a post that goes viral, an account that turns negative, one that goes quiet, one that is missing.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from pipeline.lake.records import Plan, PlannedAccount
from pipeline.schema import POSTS, ROLLUP
from pipeline.status import Status
from pipeline.window import Window
from tests.reports.kept import kept
from tests.reports.rows import NOTHING_FETCHED

DAY = date(2026, 11, 22)


@dataclass
class Account:
    account: str
    name: str | None
    followers: int | None
    posts: float  # a usual weekday
    reach: int  # a usual post's engagement
    rate: float  # engagement over impressions
    mood: tuple[float, float]  # shares of positive and negative posts
    weekend: float = 0.6
    lang: str = "en"
    since: date = date(2000, 1, 1)
    status: dict[date, tuple[str, str]] = field(default_factory=dict)
    silent: set[date] = field(default_factory=set)


TWELVE = [
    Account("stadiumfc", "Stadium FC", 3_400_000, 14, 4800, 0.027, (0.6, 0.1), weekend=1.2),
    Account("northwindair", "Northwind Air", 1_900_000, 18, 2600, 0.019, (0.4, 0.22)),
    Account("cobaltmotors", "Cobalt Motors", 2_200_000, 9, 2500, 0.016, (0.4, 0.2)),
    Account("pixelforge", "Pixelforge", 305_000, 7, 1500, 0.041, (0.45, 0.15)),
    Account("citymetro", "City Metro", 540_000, 60, 110, 0.006, (0.15, 0.35), weekend=0.9),
    Account("lumenenergy", "Lumen Energy", 412_000, 9, 400, 0.011, (0.4, 0.1), lang="ar"),
    Account("harborbank", "Harbor Bank", 688_000, 19, 230, 0.008, (0.35, 0.15), weekend=0.3),
    Account("fernandpine", "Fern & Pine", 96_000, 5, 620, 0.034, (0.5, 0.1)),
    Account("halcyonhotels", "Halcyon Hotels", 158_000, 4, 180, 0.015, (0.35, 0.3)),
    Account("tideandco", "Tide & Co", 41_000, 3, 90, 0.018, (0.6, 0.05)),
    Account("brightleaf", "Brightleaf", 74_000, 6, 200, 0.02, (0.5, 0.1), weekend=1.0, silent={DAY}),
    Account(
        "orchardtv",
        "Orchard TV",
        1_100_000,
        12,
        300,
        0.012,
        (0.3, 0.2),
        status={DAY: (str(Status.MISSING), "X knows no account @orchardtv")},
    ),
]

WORDS = {
    "positive": "What a great, happy day: thank you all for the wonderful support",
    "neutral": "The timetable for next week is on the website",
    "negative": "We are sorry: a terrible failure has delayed everything and we hate it",
}

MEDIA: list[list[str]] = [["photo"], [], ["video"], [], ["animated_gif"]]


@dataclass(frozen=True, eq=False)
class World:
    """What a lake holds for the report. Equal to itself only, so that what was computed of it can be kept."""

    plan: Plan
    rollups: pl.DataFrame  # all days, one below the other
    posts: pl.DataFrame  # of the last day, and of all days with `every_post`

    @property
    def day(self) -> date:
        return self.plan.day


@kept
def world(
    accounts: list[Account] | None = None,
    *,
    day: date = DAY,
    days: int = 57,
    timezone: str = "UTC",
    gaps: tuple[date, ...] = (),
    read_at: time = time(6, 5),
    stories: bool = True,
    every_post: bool = False,
    seed: int = 7,
) -> World:
    """Return `days` days of `accounts`, the last of them `day`; the same world for the same arguments."""
    accounts = TWELVE if accounts is None else accounts
    rows: list[dict[str, Any]] = []
    posts: list[dict[str, Any]] = []
    for back in range(days - 1, -1, -1):
        now = day - timedelta(days=back)
        if now in gaps:
            continue
        for account in accounts:
            if account.since > now:
                continue
            made = _posts(account, now, timezone, read_at, seed, stories=stories and now == day)
            rows.append(_row(account, now, timezone, read_at, made))
            if (now == day or every_post) and rows[-1].get("posts"):
                posts += made
    plan = Plan(
        day=day,
        timezone=timezone,
        sample=True,
        failed_accounts=0.2,
        quarantined_posts=0.05,
        accounts=tuple(
            PlannedAccount(
                account=a.account,
                handle=a.account,
                name=a.name,
                include=("posts", "quotes", "replies"),
                max_posts=200,
            )
            for a in accounts
            if a.since <= day
        ),
    )
    return World(plan, pl.DataFrame(rows, schema=ROLLUP), pl.DataFrame(posts, schema=POSTS))


def many(count: int) -> list[Account]:
    """Return `count` invented accounts of all sizes."""
    dice = random.Random(count)
    return [
        Account(
            f"account_{n:03d}",
            f"Account number {n}",
            int(10 ** dice.uniform(3, 7)),
            dice.uniform(1, 15),
            int(10 ** dice.uniform(1, 4)),
            dice.uniform(0.005, 0.04),
            (dice.uniform(0.2, 0.6), dice.uniform(0.05, 0.3)),
        )
        for n in range(count)
    ]


def _posts(
    account: Account, day: date, timezone: str, read_at: time, seed: int, *, stories: bool
) -> list[dict[str, Any]]:
    if account.status.get(day, ("ok", ""))[0] not in ("ok", "partial") or day in account.silent:
        return []
    dice = random.Random(f"{seed} {account.account} {day}")
    weekday = account.weekend if day.weekday() >= 5 else 1.0
    bad_day = stories and account.account == "northwindair"
    count = max(0, round(account.posts * weekday * dice.uniform(0.8, 1.2)))
    if bad_day:
        count = 31
    texts = dict(WORDS)
    if bad_day:
        texts["negative"] = (
            "We are sorry. A ground-systems failure has delayed all departures from Terminal 2 this morning. "
            "If you are flying before noon, please do not travel to the airport until you hear from us."
        )
    start = Window(day, timezone).start
    read = datetime.combine(day + timedelta(days=1), read_at, ZoneInfo(timezone)).astimezone(UTC)
    made = []
    hours = sorted(min(23, max(0, round(dice.gauss(13, 3.2)))) for _ in range(count))
    for n, hour in enumerate(hours):
        engagement = max(1, round(account.reach * dice.lognormvariate(0, 0.35)))
        draw = dice.random()
        positive, negative = (0.06, 0.55) if bad_day else account.mood
        mood = "positive" if draw < positive else "negative" if draw < positive + negative else "neutral"
        text = texts[mood]
        if bad_day:
            engagement *= 2
        if stories and account.account == "stadiumfc" and n == count // 2:
            engagement, mood = 124_000, "positive"
            text = (
                "FULL TIME! Ninety-fourth minute, from the halfway line, and the whole ground has lost its mind 🤯💙 "
                "We will be talking about this one for years."
            )
        if stories and account.account == "pixelforge" and n == 1:
            engagement, mood = 9_900, "neutral"
            text = (
                '<script>alert("we shipped dark mode")</script> Yes, that is the whole changelog. 2.4 is out.'
            )
        scored = account.lang == "en" or n % 2 == 0
        lang = "en" if scored else account.lang
        if not scored:
            text = "شكرًا لكل من زار معرض الطاقة المتجددة اليوم. نراكم العام القادم! #طاقة_شمسية"
        likes, reposts = round(engagement * 0.7), round(engagement * 0.17)
        replies = round(engagement * 0.08)
        created = start + timedelta(hours=hour, minutes=dice.randrange(60))
        made.append(
            {
                "post_id": str(
                    1_860_000_000_000_000_000 + day.toordinal() * 10**9 + n * 1000 + dice.randrange(1000)
                ),
                "account": account.account,
                "author_id": "1",
                "created_at": created,
                "text": text,
                "clean_text": text,
                "lang": lang,
                "kind": "post",
                "like_count": likes,
                "repost_count": reposts,
                "reply_count": replies,
                "quote_count": engagement - likes - reposts - replies,
                "bookmark_count": round(engagement * 0.02),
                "impression_count": None if n % 31 == 30 else round(engagement / account.rate),
                "engagement": engagement,
                "hashtags": [account.account.title()] if n % 3 == 0 else [],
                "mentions": [],
                "urls": ["https://www.example.com/news"] if n % 4 == 1 else [],
                "media": MEDIA[n % len(MEDIA)],
                "edited": False,
                "possibly_sensitive": False,
                "neg": 0.0,
                "neu": 1.0,
                "pos": 0.0,
                "compound": {"positive": 0.62, "neutral": 0.0, "negative": -0.54}[mood] if scored else None,
                "sentiment": mood if scored else None,
                "collected_at": read,
                "age_hours": (read - created).total_seconds() / 3600,
                "_hour": hour,
            }
        )
    return made


def _row(
    account: Account, day: date, timezone: str, read_at: time, posts: list[dict[str, Any]]
) -> dict[str, Any]:
    status, reason = account.status.get(day, ("ok", None))
    hours = [post.pop("_hour") for post in posts]
    read = datetime.combine(day + timedelta(days=1), read_at, ZoneInfo(timezone)).astimezone(UTC)
    growth = (day - date(2026, 9, 1)).days * 0.0002
    row: dict[str, Any] = {
        "day": day,
        "account": account.account,
        "handle": account.account,
        "name": account.name,
        "group": None,
        "user_id": "1",
        "followers": None if account.followers is None else round(account.followers * (1 + growth)),
        "followers_on": day,
        "status": status,
        "reason": reason,
        **NOTHING_FETCHED,
        "collected_at": read if status in ("ok", "partial") else None,
        "cost_usd": 0.01 + 0.005 * len(posts),
        "timezone": timezone,
        "sample": True,
        "schema_version": 1,
    }
    if status not in ("ok", "partial"):
        return row
    seen = [post for post in posts if post["impression_count"] is not None]
    moods = [post["sentiment"] for post in posts if post["sentiment"]]
    ranked = pl.Series([post["engagement"] for post in posts], dtype=pl.Int64)
    return row | {
        "fetched": len(posts) + 2,
        "kept": len(posts),
        "filtered": 1,
        "duplicates": 1,
        "posts": len(posts),
        "retweets": 0,
        "likes": sum(post["like_count"] for post in posts),
        "reposts": sum(post["repost_count"] for post in posts),
        "replies": sum(post["reply_count"] for post in posts),
        "quotes": sum(post["quote_count"] for post in posts),
        "bookmarks": sum(post["bookmark_count"] for post in posts) if posts else None,
        "engagement": sum(post["engagement"] for post in posts),
        "impressions": sum(post["impression_count"] for post in seen) if seen else None,
        "impressions_known": len(seen),
        "engagement_seen": sum(post["engagement"] for post in seen),
        "median_engagement": ranked.median(),
        "median_post": pl.Series(
            [p["engagement"] for p in posts if p["kind"] == "post"], dtype=pl.Int64
        ).median(),
        "scored": len(moods),
        "positive": moods.count("positive"),
        "neutral": moods.count("neutral"),
        "negative": moods.count("negative"),
        "compound": 0.1 if moods else None,
        "age_hours": pl.Series([post["age_hours"] for post in posts], dtype=pl.Float64).median(),
        "post_ids": [post["post_id"] for post in posts],
        "post_hours": hours,
        "post_engagements": ranked.to_list(),
        "post_kinds": [post["kind"] for post in posts],
    }
