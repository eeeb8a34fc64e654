"""Roll-ups to the pages of weeks and months, made with the last of their days and with each that follows late.

As with a day's page, nothing reads the clock: a period is over when its last day, or a later one, has a report.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from pipeline.errors import AviaryError, ReportError
from pipeline.lake import catalogue, keys
from pipeline.lake.frames import find_frame, read_frames
from pipeline.lake.periods import JUDGED_BY, Period, Unit, periods_of
from pipeline.schema import POSTS, ROLLUP
from reports import index
from reports.figures.periods.period import PeriodFigures, period_figures
from reports.figures.posts import COLUMNS
from reports.render import render_period

if TYPE_CHECKING:
    from pipeline.lake.client import Lake

log = logging.getLogger(__name__)
_SHOWN = pl.Schema({name: POSTS[name] for name in COLUMNS})  # of the top posts


def publish(lake: "Lake", days: Collection[date]) -> list[Period]:
    """Render and store the weeks and months of `days` that are over; return them, in order.

    Also those of the report before each of the days, where they have no page yet: the last day of a period may never
    have been run. Where a page changed, a warning names the stored ones that compare with it. Raises `AviaryError`
    where a roll-up, or posts that it counts, cannot be read.
    """
    newest = index.newest(lake)
    made = [period for period in sorted(_due(lake, days)) if period.last <= newest]
    changed = [period for period in made if put(lake, period)]
    if stale := later(lake, changed, made):
        log.warning(
            "%s compare with what changed: render again with ./aviary report %s",
            ", ".join(period.name for period in stale),
            "; ./aviary report ".join(f"--{period.unit} {period.name}" for period in stale),
        )
    return made


def _due(lake: "Lake", days: Collection[date]) -> set[Period]:
    own = {period for day in days for period in periods_of(day)}
    eves = {eve for day in days if (eve := index.day_before(lake, day))}
    before = {period for eve in eves for period in periods_of(eve)} - own
    return own | {period for period in before if not lake.exists(keys.period_report(period))}


def ended_with(lake: "Lake", day: date) -> list[Period]:
    """Return the weeks and months that ended with a day's report, in order: over on it, not yet on the one before.

    Usually the day is the last of them. Only those that have a page.
    """
    eve = index.day_before(lake, day) or day - timedelta(days=1)
    ended = {period for each in (eve, day) for period in periods_of(each) if eve < period.last <= day}
    return [period for period in sorted(ended) if lake.exists(keys.period_report(period))]


def put(lake: "Lake", period: Period) -> bool:
    """Render and store the page of a period; return whether it changed. What changes meanwhile is on it in the end.

    Raises `ReportError` where none of its days has a report.
    """
    key = keys.period_report(period)
    before = lake.etags(key)
    source = _source(lake, period)
    while True:
        before_it = period.previous
        linked = before_it if lake.exists(keys.period_report(before_it)) else None
        figures = _figures(lake, period, source)
        html = render_period(figures, _top_posts(lake, figures), linked)
        lake.put_html(key, html, known_etag=before.get(key))
        now = _source(lake, period)
        if now == source:
            return lake.etags(key) != before
        source = now


def read(lake: "Lake", period: Period) -> PeriodFigures:
    """Return the figures of a period. Raises as `put` does."""
    return _figures(lake, period, _source(lake, period))


@dataclass(frozen=True)
class _Source:
    """What a page is made from: its days that have a report, and the roll-ups with their ETags."""

    reported: list[date]
    rollups: dict[str, str]


def _source(lake: "Lake", period: Period) -> _Source:
    """Read what tells whether a page is current."""
    first = min(period.earlier[-1].first, period.first - timedelta(weeks=JUDGED_BY))
    before = keys.rollup(first - timedelta(days=1))
    return _Source(
        index.days_of(lake, period.first, period.last),
        lake.etags(catalogue.ROLLUP.prefix(), after=before, last=keys.rollup(period.last)),
    )


def _figures(lake: "Lake", period: Period, source: _Source) -> PeriodFigures:
    if not source.reported:
        raise ReportError(
            f"no day of {period.name} has a report in {lake.url}; run its days first: "
            f"./aviary backfill --from {period.first} --to {period.last}"
        )
    again = f"render the page again: ./aviary report --{period.unit} {period.name}"
    rollups = read_frames(lake, list(source.rollups), ROLLUP, again)
    return period_figures(rollups, period, source.reported)


def later(lake: "Lake", changed: Collection[Period], made: Collection[Period] = ()) -> list[Period]:
    """Return the stored periods that compare with those that `changed`, in order; `made` are those just made."""
    after = {each for period in changed for each in period.later} - set(made)
    stored = {period.name for unit in Unit for period in stored_periods(lake, unit, after)}
    return sorted(period for period in after if period.name in stored)


def stored_periods(lake: "Lake", unit: Unit, among: Collection[Period]) -> list[Period]:
    """Return those of the periods of a unit that have a page, in order; one request, however many."""
    wanted = sorted(period for period in among if period.unit is unit)
    if not wanted:
        return []
    keys_of = {keys.period_report(period): period for period in wanted}
    before, last = keys.period_report(wanted[0].previous), keys.period_report(wanted[-1])
    kind = catalogue.WEEK_REPORT if unit is Unit.WEEK else catalogue.MONTH_REPORT
    return [keys_of[key] for key in lake.keys(kind.prefix(), after=before, last=last) if key in keys_of]


def _top_posts(lake: "Lake", figures: PeriodFigures) -> pl.DataFrame:
    """Return the posts of `figures.top`, with their texts."""
    frames = [pl.DataFrame(schema=_SHOWN)]
    for (day,), wanted in figures.top.partition_by("day", as_dict=True).items():
        again = f"run the day again: ./aviary run --day {day}"
        stored = find_frame(lake, keys.posts_daily(day), _SHOWN)
        if stored is None:  # the first release had no file of all posts, only those of the accounts
            accounts = wanted["account"].unique().sort().to_list()
            stored = read_frames(lake, [keys.posts(day, account) for account in accounts], _SHOWN, again)
        found = stored.join(wanted, on=["account", "post_id"], how="semi")
        if found.height < wanted.height:
            raise AviaryError(f"{lake.url}/{keys.posts_daily(day)} lacks posts that the day counts; {again}")
        frames.append(found)
    return pl.concat(frames)
