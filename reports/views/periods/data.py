"""What a period's figures are based on, in words."""

from typing import Any, Final

from reports import format as fmt
from reports.figures.periods.accounts import without_data
from reports.figures.periods.period import PeriodFigures
from reports.views.data import Data, Fact, Note, Notes
from reports.views.periods import words

_OPEN_NOTES: Final = 12

_MENTIONS: Final = (
    "Mentions",
    "posts by others that mention the account, as X counts them: the mean of the days on which it counted. A day "
    "without a count is absent, not zero; accounts for which X was not asked are in no sum.",
)
_DEFINITIONS: Final = (
    (
        "Per day",
        "for each account the mean of the days on which it was read, and the sum of these means: a day without data is "
        "absent, not zero. An account that was listed on some of the days only counts for these.",
    ),
    (
        "Compared",
        "the accounts that have data in this period and in an earlier one, the same on both sides: means per day read. "
        "Where one has no data in one of the four periods before, its mean of the others stands in. The median is that "
        "of these four periods. Days whose counts were read at more than twice or less than half the age of this "
        "period’s, and days that are no whole local day, are left out of it.",
    ),
    (
        "Group",
        "each day counts in the group that the account had then; a group that was renamed is two groups, and one that "
        "is new is not compared.",
    ),
    (
        "Worth a look",
        "the alerts of its days that are about figures, each day judged by the eight weeks before it as on its own "
        "page. An account’s days of one kind are told once, with the strongest.",
    ),
    (
        "Followers",
        "as of the newest look-up; the growth is from the last look-up of the period before, or else from the first "
        "one in this. Profiles are looked up every few days (profile_days).",
    ),
    (
        "Net sentiment, rate and median",
        "of all posts of the period together, as in a day’s report. Counts are those of each day’s own reading.",
    ),
)


def data(figures: PeriodFigures) -> Data:
    """Return what a period's page says of its data."""
    return Data(
        today=(),
        facts=_facts(figures),
        notes=_notes(figures),
        made=f"Data of {fmt.moment(figures.collected_at)}" if figures.collected_at else "No data was read",
        schema=str(figures.schema or fmt.NONE),
        definitions=_DEFINITIONS if figures.mentions_asked.is_empty() else (*_DEFINITIONS, _MENTIONS),
    )


def _facts(figures: PeriodFigures) -> tuple[Fact, ...]:
    unit = figures.period.unit
    whole = figures.accounts.height - without_data(figures.accounts).height
    facts = [
        Fact("Days", _days(figures), warn=bool(figures.unread)),
        Fact("Accounts", f"{figures.accounts.height} listed, {whole} read on each day that was run"),
        Fact("Compared with", _earlier(figures)),
        Fact("Timezone", ", ".join(figures.timezones) or "unknown", warn=len(figures.timezones) > 1),
    ]
    if figures.other_age:
        left = fmt.plural(figures.other_age, "day")
        text = f"{left} of the {unit}s before, whose counts were read at another age: not compared"
        facts.append(Fact("Age of the counts", text, warn=True))
    return tuple(facts)


def _days(figures: PeriodFigures) -> str:
    if not figures.unread:
        return f"all {len(figures.days)} read"
    missing = words.day_list(figures.unread)
    return f"{len(figures.read)} of {len(figures.days)} read; missing: {missing}"


def _earlier(figures: PeriodFigures) -> str:
    parts = [
        f"{words.short(period)} ({fmt.plural(count, 'day')})"
        for period, count in zip(figures.period.earlier, figures.days_before.values(), strict=True)
        if count
    ]
    return ", ".join(parts) or "nothing: no earlier data"


def _notes(figures: PeriodFigures) -> Notes | None:
    absent = without_data(figures.accounts)
    notes = tuple(_note(row) for row in absent.iter_rows(named=True))
    return (
        Notes("Accounts that were not read on all days", notes, len(notes) <= _OPEN_NOTES) if notes else None
    )


def _note(row: dict[str, Any]) -> Note:
    reason = fmt.one_line(row["reason"] or "", 200)
    last = f"on the last day {fmt.status_name(row['status'])}" + (f": {reason}" if reason else "")
    return Note(
        name=fmt.display_name(row["name"], row["handle"]),
        handle=row["handle"],
        status=f"read on {row['read']} of {fmt.plural(row['listed'], 'day')}",
        why=last,
    )
