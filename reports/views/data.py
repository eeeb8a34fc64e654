"""What the figures are based on, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from pipeline.status import Status
from reports import format as fmt
from reports.figures.data import DataFigures
from reports.figures.day import DayFigures
from reports.figures.metrics import is_incomplete
from reports.figures.per_account import AccountFigures
from reports.languages import language
from reports.views.counts import counts
from reports.views.definitions import definitions
from reports.views.deletions import deletions

_OPEN_NOTES: Final = 12  # up to here the list of accounts with a note is open
_OPEN_DAYS: Final = 5  # and that of days
_NAMED: Final = 3  # accounts of a status are named up to here
_NOT_SHOWN: Final = (Status.SUSPENDED, Status.PROTECTED)


@dataclass(frozen=True)
class Fact:
    """A fact about the data; `warn` marks what is missing."""

    name: str
    text: str
    warn: bool = False


@dataclass(frozen=True)
class Note:
    """What is wrong with an account's day, and why. `name` is the account's, or the day."""

    name: str
    handle: str | None
    status: str
    why: str


@dataclass(frozen=True)
class Notes:
    """A list of notes that can be folded."""

    title: str
    notes: tuple[Note, ...]
    open: bool


@dataclass(frozen=True)
class Data:
    """The facts, what is incomplete, the definitions, and the foot of the page."""

    today: tuple[Note, ...]  # of the only account
    facts: tuple[Fact, ...]
    notes: Notes | None
    made: str
    schema: str
    definitions: tuple[tuple[str, str], ...]


def data(figures: DayFigures) -> Data:
    """Return what a day's page shows of its data."""
    return Data(
        today=(),
        facts=_facts(figures, accounts=True),
        notes=_notes("Accounts with a note", _account_notes(figures), _OPEN_NOTES),
        made=_made(figures),
        schema=_schema(figures.data),
        definitions=definitions(mentions=not figures.mentions_asked.is_empty()),
    )


def account_data(found: AccountFigures) -> Data:
    """Return what an account's page shows of its data: its day, and those of the 28 days before that have a note."""
    figures = found.day
    days = tuple(
        Note(
            name=fmt.short_day(row["day"]),
            handle=None,
            status="truncated" if row["status"] == Status.OK else fmt.status_name(row["status"]),
            why=_why(row, "max_posts was reached; the day’s earliest posts are missing"),
        )
        for row in found.incomplete_days.iter_rows(named=True)
    )
    return Data(
        today=_account_notes(figures),
        facts=_facts(figures, accounts=False),
        notes=_notes("Days of the last 28 with a note", days, _OPEN_DAYS),
        made=_made(figures),
        schema=_schema(figures.data),
        definitions=definitions(mentions=not figures.mentions_asked.is_empty()),
    )


def not_compared(figures: DayFigures) -> str:
    """Return which days are not compared, and why; empty where all are."""
    found = figures.not_compared
    reasons = []
    if found.hours is not None:
        reasons.append(
            f"this day is {fmt.duration(found.hours)} long, because the timezone changed beside it, and is not compared"
        )
    if found.timezones:
        reasons.append(
            f"days counted in {fmt.listing(list(found.timezones))} are not compared with days of "
            f"{figures.window.timezone}"
        )
    if found.partial_days:
        are = (
            "is not a whole local day and is"
            if found.partial_days == 1
            else "are not whole local days and are"
        )
        reasons.append(f"{fmt.plural(found.partial_days, 'day')} {are} not compared")
    return "; ".join(reasons)


def _made(figures: DayFigures) -> str:
    collected_at = figures.data.collected_at
    if collected_at is None:
        return "No data was read"
    return f"Data of {fmt.moment(collected_at.astimezone(ZoneInfo(figures.window.timezone)))}"


def _schema(found: DataFigures) -> str:
    return ", ".join(str(version) for version in found.schema_versions) or "1"


def _facts(figures: DayFigures, *, accounts: bool) -> tuple[Fact, ...]:
    found = figures.data
    return (
        _collected(figures),
        *([_accounts(figures)] if accounts else []),
        _posts(found),
        _sentiment(found),
        _impressions(found),
        _history(figures),
        *_overlap(figures),
        _age(found),
        *(Fact(name, text, warn=True) for name, text in deletions(figures.accounts)),
        *(Fact(name, text, warn=warn) for name, text, warn in counts(figures.accounts)),
        Fact(
            f"Cost of {'the run' if accounts else 'its posts'}",
            f"{fmt.dollars(found.cost_usd)} at X’s price per read"
            + (", if this were not sample data" if figures.sample else ""),
        ),
        *(_usage(figures) if accounts else []),
    )


def _usage(figures: DayFigures) -> list[Fact]:
    """Return both counts of the posts read on a UTC day, where they differ."""
    usage = figures.usage
    if usage is None or (figures.sample and usage.posts == 0):  # the sandbox loses its counters when it stops
        return []
    why = (
        "other programs may share the token"
        if usage.posts > usage.ledger_posts
        else "X bills a post once a UTC day, and perhaps not the originals of retweets"
    )
    text = (
        f"on {fmt.short_day(usage.day)} (UTC) X counted {fmt.plural(usage.posts, 'post')} read, and the ledger "
        f"{usage.ledger_posts:,}: {why}"
    )
    return [Fact("Checked against X", text, warn=True)]


def _collected(figures: DayFigures) -> Fact:
    read = figures.data.collected_at
    if read is None:
        return Fact("Collected", "nothing was read", warn=True)
    after = fmt.duration((read - figures.window.end).total_seconds() / 3600)
    local = fmt.moment(read.astimezone(ZoneInfo(figures.window.timezone)))
    return Fact("Collected", f"{local}, {after} after the day closed")


def _accounts(figures: DayFigures) -> Fact:
    found = figures.data
    complete = found.by_status.get(Status.OK, 0)
    parts = [f"{complete} of {found.accounts} complete" if found.accounts else "none planned"]
    for status, count in found.by_status.items():
        if status == Status.OK:
            continue
        named = [
            fmt.display_name(row["name"], row["handle"])
            for row in figures.accounts.filter(pl.col("status") == status).iter_rows(named=True)
        ]
        what = "incomplete" if status == Status.PARTIAL else fmt.status_name(status)
        parts.append(f"{fmt.listing(named) if count <= _NAMED else count} {what}")
    return Fact("Accounts", "; ".join(parts), warn=complete < found.accounts)


def _posts(found: DataFigures) -> Fact:
    """The sum that shows that nothing was lost; a difference would be a fault, and is shown as one."""
    counts = {
        name: getattr(found, name) for name in ("kept", "filtered", "duplicates", "quarantined", "forgotten")
    }
    parts = " + ".join(f"{count:,} {name}" for name, count in counts.items())
    total = sum(counts.values())
    text = f"{found.fetched:,} fetched = {parts}"
    if total != found.fetched:
        text = f"{found.fetched:,} fetched, but {parts} add up to {total:,}"
    if found.retweets:
        are = "is a retweet" if found.retweets == 1 else "are retweets"
        text += f"; {found.retweets:,} of the kept posts {are}, which the figures do not count"
    return Fact("Posts", text, warn=total != found.fetched or found.quarantined > 0)


def _sentiment(found: DataFigures) -> Fact:
    by = f": {found.scored - found.french:,} English by VADER, {found.french:,} French by a lexicon"
    text = f"{found.scored:,} of {fmt.plural(found.posts, 'post')} scored{by if found.french else ''}"
    if not_scored := [f"{count:,} {language(code)}" for code, count in found.not_scored]:
        text += f"; not scored: {fmt.listing(not_scored, 6)}"
    if found.no_tone_posts:
        text += f"; {fmt.plural(found.no_tone_posts, 'post')} held a phrase without tone"
    return Fact("Sentiment", text)


def _impressions(found: DataFigures) -> Fact:
    if not found.posts:
        return Fact("Impressions", "no posts")
    if not found.impressions_known:
        return Fact("Impressions", "not known for any post; rates are per follower", warn=True)
    share = fmt.percent(100 * found.impressions_known / found.posts)
    return Fact("Impressions", f"known for {share} of posts; rates use only those")


def _history(figures: DayFigures) -> Fact:
    found, other = figures.data, not_compared(figures)
    if not found.days_expected:
        return Fact(
            "History", f"none yet: {other}" if other else "none: this is the first day", warn=bool(other)
        )
    text = f"{found.days_read} of {fmt.plural(found.days_expected, 'day')} before this one"
    if found.gaps:
        was = "was" if len(found.gaps) == 1 else "were"
        text += f"; {fmt.listing([fmt.short_day(day) for day in found.gaps])} {was} not collected"
    if found.other_age:
        text += f"; {fmt.plural(len(found.other_age), 'day')} read at a different age (by a backfill), not compared"
    if other:
        text += f"; {other}"
    return Fact("History", text, warn=bool(found.gaps or found.other_age or other))


def _overlap(figures: DayFigures) -> tuple[Fact, ...]:
    """Days that an earlier version read by different timezones may share hours."""
    hours = figures.not_compared.overlap_hours
    if not hours:
        return ()
    text = f"{fmt.duration(hours)} belong to the day before as well; posts of these hours are counted on both days"
    return (Fact("Overlap", text, warn=True),)


def _age(found: DataFigures) -> Fact:
    if found.age_hours is None:
        return Fact("Age of the counts", "no posts")
    age = fmt.duration(found.age_hours)
    return Fact("Age of the counts", f"median {age} after posting; counts of recent posts still grow")


def _account_notes(figures: DayFigures) -> tuple[Note, ...]:
    """Return the notes of the day's incomplete accounts."""
    incomplete = figures.accounts.filter(is_incomplete())
    return tuple(_note(row) for row in incomplete.iter_rows(named=True))


def _note(row: dict[str, Any]) -> Note:
    kept = fmt.plural(row["kept"], "post") if row["truncated"] else ""
    why = _why(row, f"max_posts was reached after {kept}; the day’s earliest posts are missing")
    return Note(
        name=fmt.display_name(row["name"], row["handle"]),
        handle=row["handle"],
        status=fmt.status_name(row["status"]),
        why=why,
    )


def _why(row: dict[str, Any], truncated: str) -> str:
    """Return the reason, `truncated` where the day was, and since when there is no data where there is none."""
    why = [fmt.one_line(row["reason"], 300)] if row["reason"] else []
    if row["truncated"]:
        why.append(truncated)
    if row["status"] in _NOT_SHOWN and row.get("last_data"):
        command = f"./aviary forget --account {row['account']}"
        why.append(
            f"what is stored of it stays; to remove it, take it out of accounts.yaml and run {command}"
        )
    if row.get("has_data") is False:
        why.append(f"last data: {fmt.short_day(row['last_data']) if row['last_data'] else 'never'}")
    return "; ".join(why) or "no reason was given"


def _notes(title: str, notes: Sequence[Note], most_open: int) -> Notes | None:
    return Notes(title, tuple(notes), open=len(notes) <= most_open) if notes else None
