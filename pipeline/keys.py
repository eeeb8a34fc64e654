"""Where everything lies in the lake: one pure function per kind of object.

Keys are part of the product (people and other tools read them), so none is spelt anywhere else.
`account` is always the lower-case handle; `day` is the local day of accounts.yaml's timezone.
"""

import re
from datetime import date

_ACCOUNT = re.compile(r"[a-z0-9_]{1,15}")
_PLACE = re.compile(
    r"(?:raw|posts|csv|quarantine|outcomes)/day=([0-9-]{10})/(?:account=([a-z0-9_]+)(?:/.*|\.json)|([a-z0-9_]+)\.csv)"
)
_DAY = re.compile(r"(?:[a-z]+/day=|reports/)([0-9]{4}-[0-9]{2}-[0-9]{2})[/.]")
_PAGE = re.compile(
    r"reports/(index|latest|\d{4}|\d{4}-\d\d-\d\d/(index|account-[a-z0-9_]{1,15}))\.html"
    r"|csv/day=\d{4}-\d\d-\d\d/all-accounts\.csv",
    re.ASCII,
)
_REPORT_LINES = re.compile(r"reports/days-(\d{4})\.json")


def _account(account: str) -> str:
    """Return `account` unchanged: a key is never built from anything but a checked handle."""
    if not _ACCOUNT.fullmatch(account):
        raise ValueError(f"not a lower-case handle: {account!r}")
    return account


def raw_folder(day: date, account: str) -> str:
    """Return the prefix of an account-day's raw pages."""
    return f"raw/day={day}/account={_account(account)}/"


def raw_page(day: date, account: str, number: int) -> str:
    """Return the key of page `number`, counted from 1, of an account's day."""
    return f"{raw_folder(day, account)}page-{number:04d}.json.zst"


def raw_manifest(day: date, account: str) -> str:
    """Return the key whose presence says that the account's day was read to its end."""
    return f"{raw_folder(day, account)}manifest.json"


def refresh_page(day: date, account: str, number: int) -> str:
    """Return the key of page `number`, counted from 1, of what was read again of the days before `day`."""
    return f"{raw_folder(day, account)}refresh-{number:04d}.json.zst"


def refresh_manifest(day: date, account: str) -> str:
    """Return the key of what reading the days before `day` again has found."""
    return f"{raw_folder(day, account)}refresh-manifest.json"


def posts(day: date, account: str) -> str:
    """Return the key of an account's posts of one day."""
    return f"posts/day={day}/account={_account(account)}/posts.parquet"


def account_csv(day: date, account: str) -> str:
    """Return the key of an account's day for spreadsheets."""
    return f"csv/day={day}/{_account(account)}.csv"


def all_accounts_csv(day: date) -> str:
    """Return the key of every account's day in one spreadsheet. (A handle never holds a hyphen.)"""
    return f"csv/day={day}/all-accounts.csv"


def quarantine(day: date, account: str) -> str:
    """Return the key of an account-day's rejected posts."""
    return f"quarantine/day={day}/account={_account(account)}/rejected.parquet"


def outcome(day: date, account: str) -> str:
    """Return the key of what became of an account's day."""
    return f"outcomes/day={day}/account={_account(account)}.json"


def outcomes_folder(day: date) -> str:
    """Return the prefix of a day's outcomes."""
    return f"outcomes/day={day}/"


def account_of_outcome(key: str) -> str:
    """Return the account whose outcome lies at `key`."""
    return key.rpartition("/account=")[2].removesuffix(".json")


def plan(day: date) -> str:
    """Return the key of the accounts a day was planned for."""
    return f"plans/day={day}.json"


def rollup(day: date) -> str:
    """Return the key of a day's roll-up, one row per planned account."""
    return f"daily/day={day}/rollup.parquet"


def metrics(observed: date, account: str) -> str:
    """Return the key of newer counts of an account's earlier posts, as read again on a local date."""
    return f"metrics/observed={observed}/account={_account(account)}/metrics.parquet"


def users(observed: date) -> str:
    """Return the key of the known accounts of X as of a UTC date."""
    return f"users/observed={observed}/users.parquet"


def spend(month: str) -> str:
    """Return the key of the spending ledger of a UTC month such as 2026-11."""
    return f"spend/month={month}.json"


def account_content(day: date, account: str) -> tuple[str, ...]:
    """Return the prefixes below which an account's own content of one day lies."""
    return (
        raw_folder(day, account),
        posts(day, account),
        account_csv(day, account),
        quarantine(day, account),
    )


def place(key: str) -> tuple[date, str] | None:
    """Return the day and the account that the object at `key` belongs to alone; None when to more than one."""
    match = _PLACE.fullmatch(key)
    return (date.fromisoformat(match[1]), match[2] or match[3]) if match else None


def belongs_to(key: str, account: str) -> bool:
    """Whether the object at `key` belongs to an account alone."""
    return f"/account={account}/" in key or key.endswith(
        (f"/account={account}.json", f"/{_account(account)}.csv")
    )


def day_of(key: str) -> date | None:
    """Return the day that the object at `key` is of; None when of no single one."""
    match = _DAY.match(key)
    return date.fromisoformat(match[1]) if match else None


def forgotten_post(post_id: str) -> str:
    """Return the key of what says that a post must stay forgotten. Keys sort like the ids' numbers."""
    return f"{FORGOTTEN_POSTS}{post_id:0>19}.json"


def gone(day: date, account: str) -> str:
    """Return the key of which earlier posts were gone from X when an account's day was run."""
    return f"forgotten/gone/day={day}/account={_account(account)}.json"


def forgotten_account(account: str) -> str:
    """Return the key of what says that an account must stay forgotten."""
    return f"{FORGOTTEN_ACCOUNTS}{_account(account)}.json"


def name_of_forgotten(key: str) -> str:
    """Return the id or the account that lies forgotten at `key`."""
    name = key.rpartition("=")[2].removesuffix(".json")
    return name.lstrip("0") or "0" if key.startswith(FORGOTTEN_POSTS) else name


def report(day: date) -> str:
    """Return the key of a day's report."""
    return f"reports/{day}/index.html"


def account_report(day: date, account: str) -> str:
    """Return the key of an account's page of a day. (Handles may be `index` or, on Windows a device, `con`.)"""
    return f"{account_reports_prefix(day)}{_account(account)}.html"


def account_reports_prefix(day: date) -> str:
    """Return what the keys of a day's account pages begin with."""
    return f"reports/{day}/account-"


def report_lines(year: int) -> str:
    """Return the key of the lines that a year's reports leave for the pages of all days."""
    return f"{REPORT_LINES_PREFIX}{year:04d}.json"


def year_of_report_lines(key: str) -> int | None:
    """Return the year whose lines lie at `key`; None when it is no such key."""
    match = _REPORT_LINES.fullmatch(key)
    return int(match[1]) if match else None


def report_year(year: int) -> str:
    """Return the key of the page of a year's reports."""
    return f"reports/{year:04d}.html"


def is_page(key: str) -> bool:
    """Whether `key` is a page of the reports, or the spreadsheet that each day's page links to."""
    return bool(_PAGE.fullmatch(key))


# Every object of a kind, as DuckDB and polars take it.
ALL_POSTS = "posts/*/*/posts.parquet"
ALL_ROLLUPS = "daily/*/rollup.parquet"
ALL_METRICS = "metrics/*/*/metrics.parquet"

# Where objects lie that belong to one account alone.
OF_ACCOUNTS = ("raw/", "posts/", "csv/", "quarantine/", "metrics/", "outcomes/", "forgotten/gone/")
# What holds posts, and what is made of these, a day at a time: the beginnings that a day follows.
OF_POSTS = ("raw/day=", "posts/day=", "quarantine/day=", "metrics/observed=")
OF_DAYS = ("csv/day=", "daily/day=", "reports/")
FORGOTTEN_POSTS = "forgotten/post="
FORGOTTEN_ACCOUNTS = "forgotten/account="
REPORT_LINES_PREFIX = "reports/days-"
REPORTS_INDEX = "reports/index.html"
REPORTS_LATEST = "reports/latest.html"
