"""Lake to pages: reads a day's roll-up and those before it, renders, publishes.

A pure function of the lake: nothing reads the clock, and a day's page reads no roll-up after that day, so that it
can be rendered again to the byte whatever came later. Hence no link to the next day.
"""

import itertools
import logging
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from pipeline.errors import AviaryError
from pipeline.lake import catalogue, keys
from pipeline.lake.frames import find_frame, read_frames
from pipeline.lake.periods import Period
from pipeline.lake.records import Plan, UsageDay
from pipeline.lake.topics import DayTopics, find_topics
from pipeline.schema import POSTS, ROLLUP
from reports import format as fmt
from reports import index, periods, thresholds
from reports.figures.comparable import NotCompared, comparable
from reports.figures.day import DayFigures, day_figures
from reports.figures.per_account import AccountFigures, per_account
from reports.figures.per_group import per_group
from reports.figures.posts import COLUMNS
from reports.render import render_account, render_group, render_report

if TYPE_CHECKING:
    from pipeline.lake.client import Lake

log = logging.getLogger(__name__)

_WRITERS: Final = 16  # pages on their way to S3 at once


def publish(lake: "Lake", day: date) -> str:
    """Render and store the pages of `day`, and of its week and month where these are over; return the report's key.

    Each is written after what it links to: the accounts' pages, the report, week and month, the index of all days, the
    latest report. Raises `AviaryError` when the day has no plan or roll-up, or when posts that the roll-up counts are
    missing, `LakeError` when the lake cannot be read or written.
    """
    return _publish(lake, day, with_periods=True)


def publish_day(lake: "Lake", day: date) -> str:
    """Do as `publish`, but for week and month: of many days, make these once, with `publish_periods`."""
    return _publish(lake, day, with_periods=False)


def publish_periods(lake: "Lake", days: Collection[date]) -> list[Period]:
    """Render and store the weeks and months of days that are over, and the indexes that link to them; return them."""
    made = periods.publish(lake, days)
    if made:
        index.draw(lake, _years_of(made))
    return made


def publish_period(lake: "Lake", period: Period) -> str:
    """Render and store the page of one week or month, and the indexes that link to it; return its key."""
    periods.put(lake, period)
    index.draw(lake, _years_of([period]))
    return keys.period_report(period)


def _publish(lake: "Lake", day: date, *, with_periods: bool) -> str:
    source = _source(lake, day)
    figures = _figures(source)
    key = keys.report(day)
    before = lake.etags(catalogue.REPORT.prefix(day=day).removesuffix("index.html"))
    stored = _account_and_group_pages(before)
    pages = _put_pages(lake, source, figures, stored)
    lake.put_html(key, render_report(figures, "../"))
    index.record(lake, index.day_line(figures, source.plan.failed_accounts))
    made = periods.publish(lake, [day]) if with_periods else []
    newest = index.draw(lake, {day.year, *_years_of(made)})
    if with_periods and newest > day and lake.etags(key).get(key) != before.get(key):
        _name_later(lake, day)
    if newest == day:
        lake.put_html(keys.REPORTS_LATEST, render_report(figures, ""))
        # Another run may have published a newer day just before this one wrote the latest: put that back.
        newest = index.newest(lake)
        if newest > day:
            publish(lake, newest)
    # Those of accounts and groups that are no longer in the plan; nothing links to them.
    for page in stored.keys() - pages:
        lake.delete(page)
    return key


def _name_later(lake: "Lake", day: date) -> None:
    """Say which later reports compare with a day that has just changed: theirs are as they were."""
    first, last = day + timedelta(days=1), day + timedelta(days=thresholds.READ_DAYS)
    if found := index.days_of(lake, first, last):
        log.warning(
            "%s compare with %s: render again with ./aviary report --from %s --to %s",
            fmt.plural(len(found), "later report"),
            day,
            found[0],
            found[-1],
        )


def _years_of(made: Collection[Period]) -> set[int]:
    """Return the years whose pages link to these weeks and months: both, where a week is of two."""
    return {day.year for period in made for day in (period.first, period.last)}


def _account_and_group_pages(listed: Mapping[str, str]) -> dict[str, str]:
    """Return the ETags of the accounts' and the groups' pages among those of a day."""
    kinds = (catalogue.ACCOUNT_REPORT, catalogue.GROUP_REPORT)
    return {key: etag for key, etag in listed.items() if any(kind.fields(key) for kind in kinds)}


def _put_pages(lake: "Lake", source: "_Source", figures: DayFigures, stored: Mapping[str, str]) -> set[str]:
    """Render and store the page of each account and each group, unless it is `stored` as it is; return their keys."""

    def put(page: AccountFigures | DayFigures) -> str:
        if isinstance(page, AccountFigures):
            key, html = keys.account_report(figures.day, page.account), render_account(page)
        else:
            key, html = keys.group_report(figures.day, page.group or ""), render_group(page)
        lake.put_html(key, html, known_etag=stored.get(key))
        return key

    accounts = per_account(figures, source.rollups, source.posts)
    groups = per_group(figures, source.rollups, source.posts)
    with ThreadPoolExecutor(_WRITERS) as pool:
        return set(pool.map(put, itertools.chain(accounts, groups)))


def read(lake: "Lake", day: date) -> DayFigures:
    """Return the figures of a day. Raises as `publish` does."""
    return _figures(_source(lake, day))


@dataclass(frozen=True)
class _Source:
    """What a day's pages are made from: its plan, its posts, its roll-up and those of the twelve weeks before."""

    plan: Plan
    rollups: pl.DataFrame  # of the day, and of those it is compared with
    posts: pl.DataFrame
    not_compared: NotCompared
    usage: UsageDay | None  # of the UTC day before, the newest that is known when the day is first run
    topics: DayTopics | None


def _figures(source: _Source) -> DayFigures:
    return day_figures(
        source.plan, source.rollups, source.posts, source.not_compared, source.usage, source.topics
    )


def _source(lake: "Lake", day: date) -> _Source:
    run_first = f"run the day first: ./aviary run --day {day}"
    plan = lake.find_model(keys.plan(day), Plan)
    if plan is None:
        raise AviaryError(f"{day} was never planned in {lake.url}; {run_first}")
    first = day - timedelta(days=thresholds.READ_DAYS)
    wanted = {keys.rollup(first + timedelta(days=n)) for n in range(thresholds.READ_DAYS + 1)}
    listed = lake.keys(
        catalogue.ROLLUP.prefix(), after=keys.rollup(first - timedelta(days=1)), last=keys.rollup(day)
    )
    stored = [key for key in listed if key in wanted]
    if keys.rollup(day) not in stored:
        raise AviaryError(f"there is no roll-up of {day} in {lake.url}; {run_first}")
    again = f"run the day again: ./aviary run --day {day}"
    rollups = read_frames(lake, stored, ROLLUP, again).drop("post_ids")
    with_posts = rollups.filter(pl.col("day") == day, pl.col("posts") > 0)["account"].sort()
    posts = _posts(lake, day, with_posts.to_list(), again)
    compared, not_compared = comparable(plan, rollups)
    usage = lake.find_model(keys.usage(day - timedelta(days=1)), UsageDay)
    topics = find_topics(lake, day, thresholds.USUAL_DAYS)
    return _Source(plan, compared, posts.select(COLUMNS), not_compared, usage, topics)


def _posts(lake: "Lake", day: date, accounts: list[str], again: str) -> pl.DataFrame:
    """Return the day's POSTS: from the file of all accounts, which the first release did not write yet."""
    daily = find_frame(lake, keys.posts_daily(day), POSTS)
    if daily is None:
        return read_frames(lake, [keys.posts(day, account) for account in accounts], POSTS, again)
    if missing := set(accounts) - set(daily["account"]):
        raise AviaryError(
            f"{lake.url}/{keys.posts_daily(day)} lacks posts of {', '.join(sorted(missing))} that the day counts; "
            f"{again}"
        )
    return daily
