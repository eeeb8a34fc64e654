"""Every kind of object that the lake stores: one entry each, and nothing else knows a prefix. Pure.

`forget`, retention, `open`, the demo's copy, SQL, the table of keys in docs/lake.md and the bucket's template follow
from these entries. A new kind of object is one new entry; the tests ask the rest of the product whether it obeys.
"""

from datetime import date
from typing import Final

from pipeline.lake.kinds import Expiry, ObjectKind, Redaction

_JSON, _PARQUET, _CSV = "application/json", "application/vnd.apache.parquet", "text/csv; charset=utf-8"
_ZSTD, _HTML = "application/zstd", "text/html; charset=utf-8"
_OLDER_VERSION = "restore an older version of it"
_READ_AGAIN = f"{_OLDER_VERSION}, or read the day again: ./aviary run --day DAY --account HANDLE --refetch"
_RUN_AGAIN = "delete it and run the day again, which reads nothing from X that is stored"
_REPORT_AGAIN = "make it again: ./aviary report --day DAY"


def _record(
    name: str, pattern: str, holds: str, when_damaged: str, *, expires: Expiry = Expiry.NEVER, **more: bool
) -> ObjectKind:
    """Return a kind of records: JSON without posts."""
    return ObjectKind(name, pattern, holds, _JSON, Redaction.NO_POSTS, when_damaged, expires, **more)


def _of_day(name: str, pattern: str, holds: str) -> ObjectKind:
    """Return a kind of frames that the stage report makes of all accounts' day."""
    return ObjectKind(name, pattern, holds, _PARQUET, Redaction.DAY, _REPORT_AGAIN)


RAW_PAGE = ObjectKind(
    "raw page",
    "raw/day={day}/account={account}/page-{number}.json.zst",
    "X's answers as they came: `{request, collected_at, body}`",
    _ZSTD,
    Redaction.PAGE,
    _READ_AGAIN,
    Expiry.RAW_DAYS,
    is_source=True,
)
RAW_MANIFEST = _record(
    "manifest",
    "raw/day={day}/account={account}/manifest.json",
    "that the day was read to its end, and how",
    _READ_AGAIN,
    expires=Expiry.RAW_DAYS,
)
REFETCHED_PAGE = ObjectKind(
    "refetched page",
    "raw/day={day}/account={account}/refetch-{reading}-{number}.json.zst",
    "X's answers when the day was read again (`--refetch`); the manifest names those that count",
    _ZSTD,
    Redaction.PAGE,
    _READ_AGAIN,
    Expiry.RAW_DAYS,
    is_source=True,
)
REFRESH_PAGE = ObjectKind(
    "refresh page",
    "raw/day={day}/account={account}/refresh-{number}.json.zst",
    "X's answers about the days before, which were read again with this one",
    _ZSTD,
    Redaction.PAGE,
    f"{_OLDER_VERSION}, or delete the refresh-* objects beside it: the earlier days keep their first counts",
    Expiry.RAW_DAYS,
    is_source=True,
)
REFRESH_MANIFEST = _record(
    "refresh manifest",
    "raw/day={day}/account={account}/refresh-manifest.json",
    "that the days before were read again, and how",
    f"{_OLDER_VERSION}, or delete the refresh-* objects beside it: the earlier days keep their first counts",
    expires=Expiry.RAW_DAYS,
)
LOOKUP_PAGE = ObjectKind(
    "look-up",
    "raw/day={day}/account={account}/lookup-{number}.json.zst",
    "X's answers about posts by their ids, which it did not show any more when the days before were read again",
    _ZSTD,
    Redaction.PAGE,
    f"{_OLDER_VERSION}, or delete it: X is asked again with a later day",
    Expiry.RAW_DAYS,
    is_source=True,
)
POSTS = ObjectKind(
    "posts",
    "posts/day={day}/account={account}/posts.parquet",
    "the posts of the day, scored",
    _PARQUET,
    Redaction.ACCOUNT_DAY,
    _RUN_AGAIN,
    is_source=True,
)
POSTS_DAILY = _of_day(
    "posts of all accounts",
    "posts_daily/day={day}/posts.parquet",
    "all accounts' posts of the day in one file, as of the last report: what SQL and other readers open",
)
ACCOUNT_CSV = ObjectKind(
    "spreadsheet",
    "csv/day={day}/{account}.csv",
    "the same for spreadsheets",
    _CSV,
    Redaction.ACCOUNT_DAY,
    _RUN_AGAIN,
)
ALL_ACCOUNTS_CSV = ObjectKind(
    "spreadsheet of all accounts",
    "csv/day={day}/all-accounts.csv",  # a handle never holds a hyphen
    "all accounts of the day for spreadsheets",
    _CSV,
    Redaction.DAY,
    _REPORT_AGAIN,
    is_served=True,
)
QUARANTINE = ObjectKind(
    "quarantine",
    "quarantine/day={day}/account={account}/rejected.parquet",
    "posts that break the contract, each with its reasons and as X sent it",
    _PARQUET,
    Redaction.ACCOUNT_DAY,
    _RUN_AGAIN,
    is_source=True,
)
OUTCOME = _record(
    "outcome",
    "outcomes/day={day}/account={account}.json",
    "how the account's day ended: `ok`, `partial`, `over_budget`, `missing`, `suspended`, `protected`, `failed`; "
    "its counts; what it cost",
    _RUN_AGAIN,
)
PLAN = _record(
    "plan",
    "plans/day={day}.json",
    "the accounts the day was planned for, with their settings",
    f"{_OLDER_VERSION}, or delete it and run the day again, by the settings of today",
    names_accounts=True,
)
NO_TONE = ObjectKind(
    "phrases without tone",
    "no_tone/day={day}.json",
    "the words and phrases that carry no tone (`no_tone`), as they were when the day was planned; absent without any",
    _JSON,
    Redaction.NO_POSTS,
    f"{_OLDER_VERSION}, or delete it: ./aviary report --day DAY --score-again stores the lists of now",
    names_accounts=True,
)
TOPICS = _of_day(
    "topics",
    "topics/day={day}/topics.parquet",
    "how many posts of each account have which hashtag, word, pair of words, link domain and format",
)
ROLLUP = _of_day(
    "roll-up",
    "daily/day={day}/rollup.parquet",
    "one row per planned account: what the report is made from",
)
USERS = ObjectKind(
    "users",
    "users/observed={observed}/users.parquet",
    "the accounts known on that UTC date: id, handle, name, followers",
    _PARQUET,
    Redaction.NO_POSTS,
    f"{_OLDER_VERSION}, or delete it: the accounts are looked up again",
    names_accounts=True,
)
METRICS = ObjectKind(
    "metrics",
    "metrics/observed={observed}/account={account}/metrics.parquet",
    "newer counts of earlier days' posts, as read again on the morning of that local date (`refresh_days`)",
    _PARQUET,
    Redaction.ROWS,
    f"{_OLDER_VERSION}, or delete it: the posts keep their first counts",
    is_source=True,
)
MENTIONS = _record(
    "mentions",
    "mentions/day={day}/account={account}.json",
    "how often others mentioned the account, by the hour, as X counts it, or why it does not (`mentions`)",
    _READ_AGAIN,
)
COMPLETENESS = _record(
    "completeness",
    "completeness/day={day}/account={account}.json",
    "how many posts X counts for the account's day, where some may be missing (`completeness`)",
    _READ_AGAIN,
)
TRIAL = ObjectKind(
    "trial",
    "trials/{name}.parquet",
    "an object that was written to see whether the lake can be used, and removed at once",
    _PARQUET,
    Redaction.NO_POSTS,
    "delete it",
)
SPEND = _record(
    "ledger",
    "spend/month={month}.json",
    "what was bought: per run, per day of the lake and per UTC day; what is held for requests under way",
    f"{_OLDER_VERSION}; deleting it would forget what was spent this month",
)
USAGE = _record(
    "usage",
    "spend/usage/day={day}.json",
    "how many posts were read on that UTC day, by X and by the ledger",
    f"{_OLDER_VERSION}, or delete it: X is asked again",
)
ERASED_POST = _record(
    "erased post",
    "forgotten/post={post}.json",
    "what must stay forgotten: the ids, the days, when and why; no content",
    f"{_OLDER_VERSION}, or forget the post again: ./aviary forget --post ID",
)
ERASED_ACCOUNT = _record(
    "erased account",
    "forgotten/account={account}.json",
    "the same for an account",
    f"{_OLDER_VERSION}, or forget the account again: ./aviary forget --account HANDLE",
)
DELETED_POSTS = _record(
    "deleted posts",
    "forgotten/gone/day={day}/account={account}.json",
    "the ids of earlier posts that X did not show when that day was run; written by the first release only",
    f"{_OLDER_VERSION}, or delete it: the posts stay in the lake",
)
DOUBTS = _record(
    "doubts",
    "forgotten/doubts/account={account}.json",
    "the ids of the account's posts that X did not show any more, and what it answered about them; no content",
    f"{_OLDER_VERSION}, or delete it: what X does not show is doubted afresh",
)


def _rendered(name: str, pattern: str, holds: str) -> ObjectKind:
    return ObjectKind(name, pattern, holds, _HTML, Redaction.RENDERED, _REPORT_AGAIN, is_served=True)


REPORT = _rendered("report", "reports/{day}/index.html", "the page of a day")
# Handles may be `index` or, on Windows a device, `con`
ACCOUNT_REPORT = _rendered("account's page", "reports/{day}/account-{account}.html", "an account's day")
GROUP_REPORT = _rendered("group's page", "reports/{day}/group-{group}.html", "a group's day")
WEEK_REPORT = _rendered("week's page", "reports/week={week}/index.html", "the page of an ISO week")
MONTH_REPORT = _rendered("month's page", "reports/month={month}/index.html", "the page of a month")
REPORT_LINES = ObjectKind(
    "index lines",
    "reports/days-{year}.json",
    "the line that each day of the year has in the index",
    _JSON,
    Redaction.RENDERED,
    "delete it and render its days again: ./aviary report --day DAY",
)
REPORT_YEAR = _rendered("index of a year", "reports/{year}.html", "the page of a year's reports")
REPORTS_INDEX = _rendered("index", "reports/index.html", "the page of all days")
REPORTS_LATEST = _rendered("latest report", "reports/latest.html", "the way to the newest day")

KINDS: Final = tuple(kind for kind in list(globals().values()) if isinstance(kind, ObjectKind))  # those above


def find_kind(key: str) -> ObjectKind | None:
    """Return the kind of the object at `key`, or None when the lake has no such kind."""
    return next((kind for kind in KINDS if kind.fields(key) is not None), None)


def content_type_of(key: str) -> str:
    """Return the content type that the object at `key` is stored with."""
    kind = find_kind(key)
    return kind.content_type if kind else "application/octet-stream"


def day_of(key: str) -> date | None:
    """Return the day of the object at `key`; None for kinds that are not of one day."""
    kind = find_kind(key)
    day = (kind.fields(key) or {}).get("day") if kind else None
    return date.fromisoformat(day) if day else None


def account_of(key: str) -> str | None:
    """Return the account that the object at `key` belongs to alone; None when to more than one."""
    kind = find_kind(key)
    return (kind.fields(key) or {}).get("account") if kind and kind.is_of_account else None


def account_day_of(key: str) -> tuple[date, str] | None:
    """Return the day and the account that the object at `key` belongs to alone, or None."""
    day, account = day_of(key), account_of(key)
    return (day, account) if day and account else None


def sources() -> tuple[str, ...]:
    """Return the prefixes, up to the date, below which posts are looked for."""
    return tuple(dict.fromkeys(kind.date_prefix for kind in KINDS if kind.is_source))


def is_served(key: str) -> bool:
    """Whether `key` is a page of the reports, or the spreadsheet that each day's page links to."""
    kind = find_kind(key)
    return kind is not None and kind.is_served
