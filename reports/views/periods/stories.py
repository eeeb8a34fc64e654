"""What happened in a period, in words: each story once, with the days that it held."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from reports import format as fmt
from reports import thresholds
from reports.figures.alerts import Kind
from reports.figures.periods.period import PeriodFigures
from reports.figures.periods.stories import Story
from reports.views.alerts import Alert, Alerts
from reports.views.periods import words

Row = dict[str, Any]


def stories(figures: PeriodFigures) -> Alerts:
    """Return the stories as the head of the page shows them."""
    found = tuple(map(_story, figures.stories))
    compared = any(figures.days_before.values())
    return Alerts(
        shown=found[: thresholds.MOST_ALERTS],
        more=max(len(found) - thresholds.MOST_ALERTS, 0),
        ended=(),
        none="No day was beyond the 28 days before."
        if compared
        else "There are no days before to compare with.",
    )


def _story(story: Story) -> Alert:
    what, evidence = _WORDS[story.kind](story.strongest.row)
    days = len(story.days)
    when = (
        f"on {fmt.short_day(story.days[0])}"
        if days == 1
        else f"on {days} days ({words.day_list(story.days)})"
    )
    evidence = (
        fmt.capitalized(evidence)
        if days == 1
        else f"Strongest on {fmt.short_day(story.strongest_on)}: {evidence}"
    )
    row = story.strongest.row
    name = fmt.display_name(row["name"], row["handle"])
    page = f"{story.strongest_on}/account-{story.account}.html"
    return Alert(
        story.kind.name.lower(),
        story.account,
        name,
        f"{what} {when}",
        evidence,
        page,
        _place(story),
    )


def _place(story: Story) -> str:
    """Return the fragment of the account's page of the strongest day at which the evidence is."""
    row = story.strongest.row
    if story.kind is Kind.VIRAL_POST and row["best_id"]:
        return f"p-{row['best_id']}"
    if story.strongest.metric == "net":
        return f"order={'positive' if row['net'] > row['most_net'] else 'negative'}"
    return ""


def _engagement(row: Row) -> tuple[str, str]:
    return "got far more engagement than before", _reach(row)


def _viral_post(row: Row) -> tuple[str, str]:
    share = fmt.percent(100 * row["best"] / max(row["engagement"], 1))
    return "had a post go viral", f"it made {share} of the day: {_reach(row)}"


def _reach(row: Row) -> str:
    most = fmt.compact(row["most_engagement"])
    return f"engagement {fmt.compact(row['engagement'])}, at most {most} on the 28 days before"


def _went_quiet(row: Row) -> tuple[str, str]:
    usual = fmt.compact(row["usual_posts"])
    return "posted nothing", f"it posted on all of the 28 days before, {usual} a day"


def _post_count(row: Row) -> tuple[str, str]:
    posts = fmt.plural(row["posts"], "post")
    return "posted far more than before", f"{posts}, at most {row['most_posts']} on the 28 days before"


def _tone(row: Row) -> tuple[str, str]:
    lower = row["net"] < row["least_net"]
    edge = f"at {'least' if lower else 'most'} {fmt.points(row['least_net' if lower else 'most_net'])}"
    what = (
        "turned negative"
        if lower and row["net"] < 0
        else f"was far more {'negative' if lower else 'positive'}"
    )
    scored = fmt.plural(row["scored"], "scored post")
    return what, f"net sentiment {fmt.points(row['net'])} from {scored}, {edge} on the 28 days before"


_WORDS: Final[Mapping[Kind, Callable[[Row], tuple[str, str]]]] = {
    Kind.ENGAGEMENT: _engagement,
    Kind.VIRAL_POST: _viral_post,
    Kind.WENT_QUIET: _went_quiet,
    Kind.POST_COUNT: _post_count,
    Kind.TURNED_NEGATIVE: _tone,
    Kind.TONE: _tone,
}
