"""Where the days that a page draws lead: each to its own page, of the same account where the page is an account's."""

from datetime import date

from reports.figures.day import DayFigures


def page_of(figures: DayFigures, day: date) -> str:
    """Return the page of an earlier day, from `reports/`; empty on the day itself, and where a day was not read.

    A day with data has a roll-up, and so a page, and one for each account in it. A group's page leads to the day's own:
    its members may have been in no group then.
    """
    if day >= figures.day or day not in figures.totals("posts"):
        return ""
    name = f"account-{figures.accounts['account'][0]}" if figures.is_account else "index"
    return f"{day}/{name}.html"
