"""Where the days that a page draws lead."""

from datetime import timedelta

from reports.views.days import page_of
from reports.views.hours import hours
from reports.views.tone import tone
from reports.views.trend import trend
from tests.reports.rendered import accounts_of, figures_of
from tests.reports.rows import SUNDAY, figures, missing, row
from tests.reports.world import TWELVE, world

SATURDAY, FRIDAY = SUNDAY - timedelta(days=1), SUNDAY - timedelta(days=2)


def test_a_day_that_was_read_leads_to_its_page_and_no_other_does() -> None:
    found = figures(row(0), missing(1), row(2))
    assert page_of(found, FRIDAY) == "2026-11-20/index.html"
    assert page_of(found, SATURDAY) == ""
    assert page_of(found, SUNDAY - timedelta(days=3)) == ""
    assert page_of(found, SUNDAY) == ""


def test_an_accounts_page_leads_to_pages_of_the_account() -> None:
    found = accounts_of(world(TWELVE[:2], days=3))["stadiumfc"].day
    assert [row.page for row in trend(found).rows[:4]] == [
        "",
        "2026-11-21/account-stadiumfc.html",
        "2026-11-20/account-stadiumfc.html",
        "",
    ]
    assert [row.page for row in tone(found).rows] == [
        page_of(found, day) for day in (SUNDAY, SATURDAY, FRIDAY)
    ]


def test_the_chart_tells_of_enter_only_where_it_opens_a_day() -> None:
    assert trend(figures(row(0), row(1))).plots[0].label.endswith(" Enter opens the day.")
    assert "Enter" not in trend(figures(row(0))).plots[0].label


def test_the_days_own_hours_lead_to_its_posts() -> None:
    several = hours(figures_of(world(TWELVE[:2], days=2))).newest
    assert [(one.weekday, one.page, one.place) for one in several] == [
        (6, "2026-11-21/index.html", ""),
        (7, "", "accounts"),
    ]
    (only,) = hours(figures(row(0, post_engagements=[5]))).newest
    assert (only.page, only.place) == ("2026-11-22/account-nasa.html", "order=earliest")


def test_hours_older_than_the_map_and_days_without_posts_have_no_link() -> None:
    assert hours(figures(row(0), row(28, post_engagements=[5]))).newest == ()
    (oldest,) = hours(figures(row(0), row(27, post_engagements=[5]))).newest
    assert oldest.name == "Mon 26 Oct"
