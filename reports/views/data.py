"""What the figures rest on, in words."""

from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from pipeline.status import Status
from reports import thresholds, words
from reports.figures.day import DayFigures
from reports.figures.freshness import Freshness
from reports.languages import language
from reports.views.deletions import deletions
from reports.views.metrics import View

_NOT_SHOWN: Final = (Status.SUSPENDED, Status.PROTECTED)
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


def data(figures: DayFigures) -> View:
    """Return the facts, the accounts with a note, the definitions and the foot of the page."""
    fresh = figures.freshness
    zone = ZoneInfo(figures.window.timezone)
    made = (
        f"Data of {words.moment(fresh.collected_at.astimezone(zone))}"
        if fresh.collected_at
        else "No data read"
    )
    return {
        "facts": [
            _collected(figures, zone),
            _accounts(figures),
            _posts(fresh),
            _sentiment(fresh),
            _impressions(fresh),
            _history(figures),
            _age(fresh),
            *(_fact(name, text, warn=True) for name, text in deletions(figures.accounts)),
            _fact(
                "Cost of the run",
                f"{words.dollars(fresh.cost_usd)} at X’s price per read"
                + (", as it would be: this is sample data" if figures.sample else ""),
            ),
        ],
        "noted": [_noted(row) for row in figures.accounts.filter(_has_note()).iter_rows(named=True)],
        "definitions": DEFINITIONS,
        "made": made,
        "schema": ", ".join(str(version) for version in fresh.schema_versions) or "1",
    }


def _fact(name: str, text: str, *, warn: bool = False) -> View:
    return {"name": name, "text": text, "warn": warn}


def _collected(figures: DayFigures, zone: ZoneInfo) -> View:
    read = figures.freshness.collected_at
    if read is None:
        return _fact("Collected", "nothing was read", warn=True)
    after = (read - figures.window.end).total_seconds() / 3600
    return _fact(
        "Collected", f"{words.moment(read.astimezone(zone))}, {words.hours(after)} after the day closed"
    )


def _accounts(figures: DayFigures) -> View:
    fresh = figures.freshness
    complete = fresh.by_status.get(Status.OK, 0)
    text = f"{complete} of {fresh.accounts} complete" if fresh.accounts else "none planned"
    for status, count in fresh.by_status.items():
        if status == Status.OK:
            continue
        named = [
            words.display_name(row["name"], row["handle"])
            for row in figures.accounts.filter(pl.col("status") == status).iter_rows(named=True)
        ]
        what = "incomplete" if status == Status.PARTIAL else status.replace("_", " ")
        text += f"; {words.listing(named)} {what}" if count <= 3 else f"; {count} {what}"
    return _fact("Accounts", text, warn=complete < fresh.accounts)


def _posts(fresh: Freshness) -> View:
    """The sum that shows that nothing was lost; a difference would be a fault, and is shown as one."""
    parts = [f"{fresh.kept:,} kept"]
    parts += [
        f"{count:,} {name}"
        for name, count in (
            ("filtered", fresh.filtered),
            ("duplicates", fresh.duplicates),
            ("quarantined", fresh.quarantined),
            ("forgotten", fresh.forgotten),
        )
    ]
    total = fresh.kept + fresh.filtered + fresh.duplicates + fresh.quarantined + fresh.forgotten
    text = f"{fresh.fetched:,} fetched = {' + '.join(parts)}"
    if total != fresh.fetched:
        text = f"{fresh.fetched:,} fetched, but {' + '.join(parts)} make {total:,}"
    if fresh.retweets:
        text += f"; of the kept, {words.plural(fresh.retweets, 'retweet')} not counted in the figures"
    return _fact("Posts", text, warn=total != fresh.fetched or fresh.quarantined > 0)


def _sentiment(fresh: Freshness) -> View:
    text = f"{fresh.scored:,} of {words.plural(fresh.posts, 'post')} scored"
    silent = [f"{count:,} {language(code)}" for code, count in fresh.not_scored]
    if silent:
        text += f"; not scored: {words.listing(silent, 6)}"
    return _fact("Sentiment", text)


def _impressions(fresh: Freshness) -> View:
    if not fresh.posts:
        return _fact("Impressions", "no posts")
    if not fresh.impressions_known:
        return _fact("Impressions", "known for no post; rates are per follower", warn=True)
    share = words.percent(100 * fresh.impressions_known / fresh.posts)
    return _fact("Impressions", f"known for {share} of posts; rates use only those")


def other_timezones(figures: DayFigures) -> str:
    """Return why days of another timezone are no history, or nothing where there are none."""
    if not figures.elsewhere:
        return ""
    return (
        f"days counted in {words.listing(list(figures.elsewhere))} are not compared with days of "
        f"{figures.window.timezone}"
    )


def _history(figures: DayFigures) -> View:
    fresh, other = figures.freshness, other_timezones(figures)
    if not fresh.days_expected:
        return _fact(
            "History", f"none yet: {other}" if other else "none: this is the first day", warn=bool(other)
        )
    text = f"{fresh.days_read} of {words.plural(fresh.days_expected, 'day')} before this one"
    if fresh.gaps:
        was = "was" if len(fresh.gaps) == 1 else "were"
        text += f"; {words.listing([words.short_day(day) for day in fresh.gaps])} {was} not collected"
    if fresh.other_age:
        text += (
            f"; {words.plural(len(fresh.other_age), 'day')} read at another age (a backfill), not compared"
        )
    if other:
        text += f"; {other}"
    return _fact("History", text, warn=bool(fresh.gaps or fresh.other_age or other))


def _age(fresh: Freshness) -> View:
    if fresh.age_hours is None:
        return _fact("Age of the counts", "no posts")
    return _fact(
        "Age of the counts",
        f"{words.hours(fresh.age_hours)} after posting, in the median; late posts still grow",
    )


def _has_note() -> pl.Expr:
    return (pl.col("status") != str(Status.OK)) | pl.col("truncated").fill_null(value=False)


def _noted(row: dict[str, Any]) -> View:
    why = [words.one_line(row["reason"], 300)] if row["reason"] else []
    if row["truncated"]:
        why.append(
            f"max_posts was reached after {words.plural(row['kept'], 'post')}; the day’s earliest are not here"
        )
    if row["status"] in _NOT_SHOWN and row["last_data"]:
        command = f"python -m pipeline forget --account {row['account']}"
        why.append(
            f"what is stored of it stays; to remove it, take it out of accounts.yaml and run {command}"
        )
    if not row["has_data"]:
        since = words.short_day(row["last_data"]) if row["last_data"] else "never"
        why.append(f"last data: {since}")
    return {
        "name": words.display_name(row["name"], row["handle"]),
        "handle": row["handle"],
        "status": Status(row["status"]).replace("_", " "),
        "why": "; ".join(why) or "no reason was given",
    }
