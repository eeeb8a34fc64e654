"""The report of 500 accounts, and of twelve after years, from a real S3 server."""

import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import put_frame
from pipeline.lake.periods import JUDGED_BY, Unit, period_of
from pipeline.sandbox.serve import UNSET, running
from pipeline.transform.topics import count_topics
from reports.figures.index import DayLine
from reports.index import record
from reports.periods import put
from reports.publish import publish, read
from reports.render import render_report
from reports.thresholds import READ_DAYS
from tests.bench.harness import Row, bench, best_in_turn
from tests.reports.folder_lake import fill
from tests.reports.world import DAY, World, many, world

SECONDS = 3.0  # of processor time, for 500 accounts with 28 days before, reading and topics included
WORDS = 20  # of an invented post, drawn by Zipf's law
VOCABULARY = 20_000
WEEK_SECONDS = 1.0  # the same for a week's page, with the eight weeks before
WEEK = period_of(DAY, Unit.WEEK)  # DAY is its Sunday
YEARS = 3
ROUNDS = 5


@contextmanager
def lakes(*names: str) -> Iterator[list[Lake]]:
    """Run the sandbox's S3 server; yield an empty lake for each name."""
    with TemporaryDirectory() as folder, running(Path(folder)) as sandbox:
        before = dict(os.environ)
        for name in UNSET:
            os.environ.pop(name, None)
        os.environ |= sandbox.environment
        try:
            yield [Lake(f"{sandbox.environment['AVIARY_LAKE']}/{name}") for name in names]
        finally:
            os.environ.clear()
            os.environ |= before


@bench
def five_hundred_accounts() -> Iterator[Row]:
    with lakes("many") as (lake,):
        fill_many(lake)

        def work() -> None:
            render_report(read(lake, DAY), "../")

        (took,) = best_in_turn([work], ROUNDS)
    yield Row(
        "report of 500 accounts, 28 days before, with reading and topics",
        f"{SECONDS:g} s of CPU",
        SECONDS / took,
        1.0,
        f"{took:.2f} s of CPU",
    )


@bench
def years_of_history() -> Iterator[Row]:
    with lakes("weeks", "years") as found:
        for lake in found:
            fill(lake, world(days=READ_DAYS + 1, every_post=True))
            publish(lake, DAY)
        grow(found[1], DAY - timedelta(days=READ_DAYS + 1), 365 * YEARS)
        weeks, years = best_in_turn([partial(publish, lake, DAY) for lake in found], ROUNDS)
    yield Row(
        f"publishing a day of 12 accounts after {YEARS} years",
        "after twelve weeks",
        weeks / years,
        0.9,
        f"{years:.3f} and {weeks:.3f} s of CPU",
    )


def fill_many(lake: Lake) -> None:
    """Store 500 accounts with 28 days before, whose posts have as many words as real ones."""
    made = world(many(500), days=29, every_post=True)
    dice = random.Random(7)
    names = [f"{'bcdfghklmnprst'[n % 14]}{'aeiou'[n % 5]}{n}x" for n in range(VOCABULARY)]
    weights = list(accumulate(1 / n for n in range(1, VOCABULARY + 1)))
    texts = [" ".join(dice.choices(names, cum_weights=weights, k=WORDS)) for _ in range(made.posts.height)]
    posts = made.posts.with_columns(pl.Series("text", texts))
    fill(lake, replace(made, posts=posts.filter(of_day() == DAY)))
    for (day,), part in posts.group_by(of_day()):
        put_frame(lake, keys.topics(day), count_topics(part, day))


def of_day() -> pl.Expr:
    """Return the day of the posts of a world, whose days are read the morning after."""
    return pl.col("collected_at").dt.date().dt.offset_by("-1d")


@bench
def a_week_of_five_hundred_accounts() -> Iterator[Row]:
    """The week's page, made from all nine weeks that it takes, and again after years of days."""
    made = world(many(500), days=7 * (JUDGED_BY + 1), every_post=True)
    with lakes("weeks", "years") as found:
        for lake in found:
            store_week(lake, made)
        grow(found[1], DAY - timedelta(days=7 * (JUDGED_BY + 1)), 365 * YEARS)
        weeks, years = best_in_turn([partial(put, lake, WEEK) for lake in found], ROUNDS)
    yield Row(
        "week's page of 500 accounts, with reading",
        f"{WEEK_SECONDS:g} s of CPU",
        WEEK_SECONDS / weeks,
        1.0,
        f"{weeks:.2f} s of CPU",
    )
    yield Row(
        f"week's page of 500 accounts after {YEARS} years",
        "after nine weeks",
        weeks / years,
        0.9,
        f"{years:.2f} and {weeks:.2f} s of CPU",
    )


def store_week(lake: Lake, made: World) -> None:
    """Store what a week's page is made from: roll-ups, the week's posts by day, and the index lines of its days."""
    for (day,), rollup in made.rollups.group_by("day"):
        put_frame(lake, keys.rollup(day), rollup)
    for day in WEEK.days:
        posts = made.posts.filter(pl.col("created_at").dt.date() == day)
        put_frame(lake, keys.posts_daily(day), posts)
        put_frame(lake, keys.topics(day), count_topics(posts, day))
        nothing = dict.fromkeys(("posts", "engagement", "usual", "net", "collected_at"))
        record(lake, DayLine(day=day, sample=True, planned=500, read=500, unusual=False, notes=(), **nothing))


def grow(lake: Lake, newest: date, days: int) -> None:
    """Give a lake the roll-ups, topics and index lines of earlier days, which nothing but a list should meet."""
    rollup, topics = lake.get(keys.rollup(DAY)), lake.get(keys.topics(DAY))
    line = json.loads(lake.get(keys.report_lines(DAY.year)))["days"][-1]
    by_year: dict[int, list[dict[str, object]]] = {DAY.year: [line]}
    for back in range(days):
        day = newest - timedelta(days=back)
        lake.put(keys.rollup(day), rollup)
        lake.put(keys.topics(day), topics)
        by_year.setdefault(day.year, []).insert(0, line | {"day": str(day)})
    for year, lines in by_year.items():
        if year != DAY.year:
            lake.put(keys.report_lines(year), json.dumps({"days": lines}).encode())
