"""The records of the lake: what is stored as JSON, as pydantic models. Pure.

Fields keep the names they were first stored under (their aliases), so that old lakes stay readable.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from pipeline.accounts.model import Kind
from pipeline.schema import SCHEMA_VERSION, Scorer
from pipeline.sentiment.sums import Sums
from pipeline.status import Status
from pipeline.window import Window

AccountDay = tuple[date, str]  # a local day, and the lower-case handle of an account


class Record(BaseModel):
    """What all records have in common: they never change, and read what newer versions added without it."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class PlannedAccount(Record):
    """One account of a day, as accounts.yaml and X described it when the day was planned."""

    account: str  # the lower-case handle: the name of its keys
    handle: str  # as X spells it, or as accounts.yaml does while X has not answered
    group: str | None = None
    user_id: str | None = None  # null when X knows no such account
    name: str | None = None
    followers: int | None = None
    followers_on: date | None = None  # the UTC date of the look-up
    post_count: int | None = Field(default=None, alias="published")  # posts since the account was made
    created_at: AwareDatetime | None = None
    include: tuple[Kind, ...]
    max_posts: int
    refresh_days: int = 0
    mentions: bool = False
    completeness: bool = False


class PlannedDay(Record):
    """The part of a plan that says when its day begins and ends."""

    day: date
    timezone: str
    start: AwareDatetime | None = None  # null where the day is the local day from midnight to midnight
    end: AwareDatetime | None = None

    @property
    def window(self) -> Window:
        """The day's `[start, end)`."""
        return Window(self.day, self.timezone, self.start, self.end)


class DaySettings(PlannedDay):
    """All that an account's day is derived by, apart from its raw pages."""

    account: str
    include: tuple[Kind, ...]
    max_posts: int
    refresh_days: int = 0
    mentions: bool = False
    completeness: bool = False
    quarantined_posts: float  # share of the account's posts that may be quarantined
    sums: Sums | None = None
    scorers: tuple[Scorer, ...] = ("vader-en",)
    no_tone: str | None = (
        None  # the hash of its list (`pipeline.lake.no_tone`); null without one, and until it is looked up
    )

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits that other settings do not have, apart from those that the manifest names."""
        settings = self.model_dump_json(
            include={"timezone", "refresh_days", "quarantined_posts", "sums", "scorers", "no_tone"}
        )
        return hashlib.sha256(settings.encode()).hexdigest()[:16]


# What `AccountTask.mapping` calls settings with long names: an account is handed on in at most 600 bytes.
_SHORT: Final = {
    "completeness": "complete",
    "post_count": "posts",
    "quarantined_posts": "tolerate",
    "refresh_days": "refresh",
    "usd_per_month": "month",
    "usd_per_run": "run",
}
_LONG: Final = {short: name for name, short in _SHORT.items()}


class AccountTask(DaySettings):
    """One account's task in one run: what `plan` hands to `collect` and `analyze`, small enough for XCom."""

    handle: str
    user_id: str | None = None
    post_count: int | None = None
    created_at: AwareDatetime | None = None
    run_id: str
    stopped: str | None = None  # why nothing may be read, found while planning
    unchanged: bool = False  # finished, and all that was made of it lies in the lake as it should
    refetch: bool = False  # read the day again although it is finished
    refetch_id: str | None = None  # a run that, repeated, reads a day again once; null: each attempt does
    confirmed: bool = False  # ... and keep what that shows even where it is surprisingly little
    usd_per_run: float
    usd_per_month: float

    @model_validator(mode="before")
    @classmethod
    def _with_what_follows(cls, given: Any) -> Any:
        """Fill in what `mapping` leaves out, and take its short names."""
        if not isinstance(given, Mapping):
            return given
        long = {_LONG.get(name, name): value for name, value in given.items()}
        once = {"refetch": True, "refetch_id": given.get("run_id")} if given.get("refetch_once") else {}
        return {"account": str(given.get("handle", "")).lower()} | once | long

    def mapping(self) -> dict[str, Any]:
        """Return the task as JSON for Airflow, short: without what is at its default or follows from the rest."""
        given = self.model_dump(mode="json", exclude_defaults=True)
        if self.account == self.handle.lower():
            del given["account"]
        if self.refetch and self.refetch_id == self.run_id:
            del given["refetch"], given["refetch_id"]
            given["refetch_once"] = True
        return {_SHORT.get(name, name): value for name, value in given.items()}


class Plan(PlannedDay):
    """A day's accounts. A finished day is repeated by its plan, whatever accounts.yaml says by then."""

    sample: bool  # read from the sandbox, not from X
    failed_accounts: float  # share of the accounts that may fail
    quarantined_posts: float  # share of an account's posts that may be quarantined
    sums: Sums | None = None  # how floats are added in scores; null: as the interpreter at hand does
    scorers: tuple[Scorer, ...] = ("vader-en",)  # what posts are scored with; plans before schema 5 name none
    schema_version: int = SCHEMA_VERSION
    accounts: tuple[PlannedAccount, ...]

    def settings_of(self, account: str) -> DaySettings | None:
        """Return what the account's day is derived by, or None when the day was not planned for it."""
        entry = next((entry for entry in self.accounts if entry.account == account), None)
        return None if entry is None else self.settings_for(entry)

    def settings_for(self, entry: PlannedAccount) -> DaySettings:
        """Return what the day of an account of the plan is derived by."""
        return DaySettings(
            day=self.day,
            timezone=self.timezone,
            start=self.start,
            end=self.end,
            account=entry.account,
            include=entry.include,
            max_posts=entry.max_posts,
            refresh_days=entry.refresh_days,
            mentions=entry.mentions,
            completeness=entry.completeness,
            quarantined_posts=self.quarantined_posts,
            sums=self.sums,
            scorers=self.scorers,
        )


class Counts(BaseModel):
    """Where every fetched item went: fetched is the sum of the other five."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fetched: int = 0
    kept: int = 0
    filtered: int = 0
    duplicates: int = 0
    quarantined: int = 0
    forgotten: int = 0


class MadeFrom(Record):
    """What an account's day was made from. Where all of it is as it was, making it again gives the same bytes."""

    pages: tuple[str, ...]  # ETags of the raw pages, in their order
    settings: str  # the fingerprint of the settings
    maker: str  # the fingerprint of the code (see `pipeline.transform.maker`)


class Outcome(Record):
    """One account's day, as written to `outcomes/` after everything it speaks of."""

    status: Status
    reason: str | None = None
    counts: Counts = Counts()
    truncated: bool = False
    cost_usd: float = 0.0
    pages: int = 0
    scored: int = 0
    refreshed: tuple[date, ...] = ()  # the earlier days read again with this one
    refresh_stopped_because: str | None = Field(default=None, alias="refresh_short")
    deleted: int = Field(default=0, alias="gone")  # earlier posts that X no longer has, and are forgotten
    doubted: int = 0  # earlier posts that X no longer shows, marked until X has said what became of them
    doubted_days: tuple[date, ...] = ()  # the days of these posts
    posts_refused: int = 0  # of these posts, those that X has, and refuses to show
    deletions_waiting: int = 0  # posts that X no longer has, too many at once to forget them unasked
    mention_count: int | None = None  # by others, as X counts; null where it was not asked, or did not tell
    mentions_not_counted_because: str | None = None
    x_post_count: int | None = None  # about; by X's count, where some may be missing and it was asked
    posts_not_counted_because: str | None = None
    collected_at: AwareDatetime | None = None
    start: AwareDatetime | None = None  # of the day, where it is not the local day from midnight to midnight
    end: AwareDatetime | None = None
    made_from: MadeFrom | None = None  # null where nothing was made
    made: dict[str, tuple[int, str]] = {}  # size in bytes and ETag of what was made, by key
    schema_version: int = SCHEMA_VERSION


NO_OUTCOME = Outcome(
    status=Status.FAILED, reason="its task ended without leaving an outcome; see the log of the run"
)


class Manifest(Record):
    """Says that an account's day was read to its end, and how.

    Writing it is what makes the pages that it names the account's day. Manifests of the first release name none: their
    pages are those numbered up to `pages`, and were read with the settings and the window of the plan.
    """

    pages: int
    names: tuple[str, ...] = ()  # of the pages' objects, in the order they were read
    posts: int
    include: tuple[Kind, ...] | None = None  # the settings and the window that the pages were read with
    max_posts: int | None = None
    mentions: bool | None = None  # were to be counted too, now or in an earlier reading of the day
    completeness: bool | None = None  # its posts were to be counted by X, because some may be missing
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    refetch_id: str | None = None  # the `refetch_id` of the task that read them
    truncated: bool
    depth_reached: bool = False  # X shows no more of the account's posts than these
    collected_at: AwareDatetime

    def applied_to(self, settings: DaySettings) -> DaySettings:
        """Return the settings with what the pages were really read with."""
        names = ("include", "max_posts", "mentions", "completeness")
        changed = {name: value for name in names if (value := getattr(self, name)) is not None}
        window = {"start": self.start, "end": self.end} if self.names else {}
        return settings.model_copy(update=changed | window)


class RefreshManifest(Record):
    """Says that the days before an account's day were read again, and how. Names no post."""

    pages: int
    billed: int  # post reads, those of look-ups included
    days: tuple[date, ...]  # the days read again
    deleted: int = Field(alias="gone")  # posts that X no longer has, which this run forgets
    doubted: int | None = None  # as in `Outcome`; null in the first release, which took absence for deletion
    doubted_days: tuple[date, ...] = ()
    posts_refused: int = 0
    deletions_waiting: int = 0
    stopped_because: str | None = Field(default=None, alias="short")


class UsageDay(Record):
    """How many posts were read on a UTC day that is over, by X and by the ledger."""

    day: date
    posts: int  # by X, whichever programs share the token's project
    ledger_posts: int
    asked_at: AwareDatetime


class ErasureRecord(Record):
    """One erasure. It stands at each of its posts, so that whoever begins it again knows how far it reaches."""

    post_ids: tuple[str, ...] = ()  # with their versions and the retweets of them that were found
    account: str | None = None
    user_ids: tuple[str, ...] = ()  # of the account
    account_days: tuple[AccountDay, ...] = Field(default=(), alias="places")  # that held any of it
    reason: str
    forgotten_at: AwareDatetime

    @property
    def days(self) -> list[date]:
        """The local days that held any of it."""
        return sorted({day for day, _ in self.account_days})

    def extended(self, post_ids: Iterable[str], account_days: Iterable[AccountDay]) -> "ErasureRecord":
        """Return the record with these posts and account-days as well."""
        others = sorted(set(post_ids) - set(self.post_ids), key=int)
        return self.model_copy(
            update={
                "post_ids": (*self.post_ids, *others),
                "account_days": tuple(sorted({*self.account_days, *account_days})),
            }
        )
