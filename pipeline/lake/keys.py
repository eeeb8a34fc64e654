"""Where each object lies: one typed function per kind of `pipeline.lake.catalogue`. Pure.

Keys are part of the product (people and other tools read them), so none is spelt anywhere else.
`account` is always the lower-case handle; `day` is the local day of accounts.yaml's timezone.
"""

from datetime import date

from pipeline.ids import group_name, is_account
from pipeline.lake import catalogue
from pipeline.lake.periods import Period, Unit


def _account(account: str) -> str:
    """Return `account` unchanged: a key is never built from anything but a checked handle."""
    if not is_account(account):
        raise ValueError(f"not a lower-case handle: {account!r}")
    return account


def raw_folder(day: date, account: str) -> str:
    """Return the prefix of an account-day's raw pages."""
    return catalogue.RAW_PAGE.prefix(day=day, account=_account(account)).removesuffix("page-")


def raw_page(day: date, account: str, number: int) -> str:
    """Return the key of page `number`, counted from 1, of an account's day."""
    return catalogue.RAW_PAGE.key(day=day, account=_account(account), number=f"{number:04d}")


def refetched_page(day: date, account: str, reading: int, number: int) -> str:
    """Return the key of page `number` of the day's `reading` by --refetch, both counted from 1."""
    return catalogue.REFETCHED_PAGE.key(
        day=day, account=_account(account), reading=f"{reading:02d}", number=f"{number:04d}"
    )


def raw_manifest(day: date, account: str) -> str:
    """Return the key whose presence says that the account's day was read to its end."""
    return catalogue.RAW_MANIFEST.key(day=day, account=_account(account))


def refresh_page(day: date, account: str, number: int) -> str:
    """Return the key of page `number`, counted from 1, of what was read again of the days before `day`."""
    return catalogue.REFRESH_PAGE.key(day=day, account=_account(account), number=f"{number:04d}")


def refresh_manifest(day: date, account: str) -> str:
    """Return the key of what reading the days before `day` again has found."""
    return catalogue.REFRESH_MANIFEST.key(day=day, account=_account(account))


def lookup_page(day: date, account: str, number: int) -> str:
    """Return the key of look-up `number`, counted from 1, of posts that X did not show when `day` was run."""
    return catalogue.LOOKUP_PAGE.key(day=day, account=_account(account), number=f"{number:04d}")


def posts(day: date, account: str) -> str:
    """Return the key of an account's posts of one day."""
    return catalogue.POSTS.key(day=day, account=_account(account))


def account_csv(day: date, account: str) -> str:
    """Return the key of an account's day for spreadsheets."""
    return catalogue.ACCOUNT_CSV.key(day=day, account=_account(account))


def all_accounts_csv(day: date) -> str:
    """Return the key of every account's day in one spreadsheet."""
    return catalogue.ALL_ACCOUNTS_CSV.key(day=day)


def quarantine(day: date, account: str) -> str:
    """Return the key of an account-day's rejected posts."""
    return catalogue.QUARANTINE.key(day=day, account=_account(account))


def outcome(day: date, account: str) -> str:
    """Return the key of what became of an account's day."""
    return catalogue.OUTCOME.key(day=day, account=_account(account))


def trial(name: str) -> str:
    """Return the key of an object that is written and removed to see whether the lake can be used."""
    return catalogue.TRIAL.key(name=name)


def plan(day: date) -> str:
    """Return the key of the accounts a day was planned for."""
    return catalogue.PLAN.key(day=day)


def no_tone(day: date) -> str:
    """Return the key of the phrases without tone that a day's accounts are scored by."""
    return catalogue.NO_TONE.key(day=day)


def posts_daily(day: date) -> str:
    """Return the key of all accounts' posts of one day."""
    return catalogue.POSTS_DAILY.key(day=day)


def topics(day: date) -> str:
    """Return the key of what all accounts' posts of a day are about."""
    return catalogue.TOPICS.key(day=day)


def rollup(day: date) -> str:
    """Return the key of a day's roll-up, one row per planned account."""
    return catalogue.ROLLUP.key(day=day)


def metrics(observed: date, account: str) -> str:
    """Return the key of newer counts of an account's earlier posts, as read again on a local date."""
    return catalogue.METRICS.key(observed=observed, account=_account(account))


def mentions(day: date, account: str) -> str:
    """Return the key of how often others mentioned an account on one day."""
    return catalogue.MENTIONS.key(day=day, account=_account(account))


def completeness(day: date, account: str) -> str:
    """Return the key of how many posts X counts for an account's day."""
    return catalogue.COMPLETENESS.key(day=day, account=_account(account))


def users(observed: date) -> str:
    """Return the key of the known accounts of X as of a UTC date."""
    return catalogue.USERS.key(observed=observed)


def spend(month: str) -> str:
    """Return the key of the spending ledger of a UTC month such as 2026-11."""
    return catalogue.SPEND.key(month=month)


def usage(utc_day: date) -> str:
    """Return the key of what X says was read on a UTC day."""
    return catalogue.USAGE.key(day=utc_day)


def erased_post(post_id: str) -> str:
    """Return the key of what says that a post must stay forgotten. Keys sort like the ids' numbers."""
    return catalogue.ERASED_POST.key(post=f"{post_id:0>19}")


def erased_account(account: str) -> str:
    """Return the key of what says that an account must stay forgotten."""
    return catalogue.ERASED_ACCOUNT.key(account=_account(account))


def deleted_posts(day: date, account: str) -> str:
    """Return the key of which earlier posts X did not show when the first release ran an account's day."""
    return catalogue.DELETED_POSTS.key(day=day, account=_account(account))


def doubts(account: str) -> str:
    """Return the key of the account's posts that X did not show any more."""
    return catalogue.DOUBTS.key(account=_account(account))


def report(day: date) -> str:
    """Return the key of a day's report."""
    return catalogue.REPORT.key(day=day)


def account_report(day: date, account: str) -> str:
    """Return the key of an account's page of a day."""
    return catalogue.ACCOUNT_REPORT.key(day=day, account=_account(account))


def group_report(day: date, group: str) -> str:
    """Return the key of the page of a group's day; the group may be any text."""
    return catalogue.GROUP_REPORT.key(day=day, group=group_name(group))


def period_report(period: Period) -> str:
    """Return the key of the page of a week or a month."""
    if period.unit is Unit.WEEK:
        return catalogue.WEEK_REPORT.key(week=period.name)
    return catalogue.MONTH_REPORT.key(month=period.name)


def report_lines(year: int) -> str:
    """Return the key of the lines that a year's reports leave for the pages of all days."""
    return catalogue.REPORT_LINES.key(year=f"{year:04d}")


def report_year(year: int) -> str:
    """Return the key of the page of a year's reports."""
    return catalogue.REPORT_YEAR.key(year=f"{year:04d}")


REPORTS_INDEX = catalogue.REPORTS_INDEX.key()
REPORTS_LATEST = catalogue.REPORTS_LATEST.key()
