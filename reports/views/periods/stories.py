"""What happened in a period, in words: each story once, with the days that it held."""

from reports import format as fmt
from reports import thresholds
from reports.figures.periods.period import PeriodFigures
from reports.figures.periods.stories import Story
from reports.views.alerts import Alert, Alerts, place, told
from reports.views.periods import words


def stories(figures: PeriodFigures) -> Alerts:
    """Return the stories as the head of the page shows them."""
    found = tuple(map(_story, figures.stories))
    compared = any(figures.days_before.values())
    return Alerts(
        shown=found[: thresholds.MOST_ALERTS],
        more=max(len(found) - thresholds.MOST_ALERTS, 0),
        ended=(),
        none="No day was unusual." if compared else "There are no days before to compare with.",
    )


def _story(story: Story) -> Alert:
    """Return the day's own words, with all days that the story held."""
    what, evidence = told(story.strongest, story.strongest_on)
    days = len(story.days)
    if days == 1:
        when = f"on {fmt.short_day(story.days[0])}"
    else:
        when = f"on {days} days ({words.day_list(story.days)})"
        evidence = f"Strongest on {fmt.short_day(story.strongest_on)}: {evidence[0].lower()}{evidence[1:]}"
    row = story.strongest.row
    return Alert(
        story.kind.name.lower(),
        story.account,
        fmt.display_name(row["name"], row["handle"]),
        f"{what} {when}",
        evidence,
        f"{story.strongest_on}/account-{story.account}.html",
        place(story.strongest),
    )
