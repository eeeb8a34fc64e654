"""What a day was planned for: the frozen settings every later stage works by."""

from datetime import date

from pydantic import AwareDatetime, BaseModel, ConfigDict

from pipeline import keys
from pipeline.accounts import Kind
from pipeline.lake import Lake
from pipeline.schema import SCHEMA_VERSION
from pipeline.window import Window


class PlannedAccount(BaseModel):
    """One account of a day, as accounts.yaml and X described it when the day was planned."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    account: str  # the lower-case handle: the name of its keys
    handle: str  # as X spells it, or as accounts.yaml does while X has not told
    group: str | None = None
    user_id: str | None = None  # null when X knows no such account
    name: str | None = None
    followers: int | None = None
    followers_on: date | None = None  # the UTC date of the look-up
    published: int | None = None  # posts since the account was made, as of then
    created_at: AwareDatetime | None = None
    include: tuple[Kind, ...]
    max_posts: int
    refresh_days: int = 0


class Plan(BaseModel):
    """A day's accounts. A finished day is repeated by its plan, whatever accounts.yaml says by then."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    day: date
    timezone: str
    sample: bool  # read from the sandbox, not from X
    failed_accounts: float  # share of the accounts that may fail
    quarantined_posts: float  # share of an account's posts that may be quarantined
    schema_version: int = SCHEMA_VERSION
    accounts: tuple[PlannedAccount, ...]

    @property
    def window(self) -> Window:
        """The day's `[start, end)`."""
        return Window(self.day, self.timezone)


def find_plan(lake: Lake, day: date) -> Plan | None:
    """Return the plan of a day, or None when it was never planned."""
    body = lake.find(keys.plan(day))
    return Plan.model_validate_json(body) if body else None


class AccountDay(PlannedAccount):
    """One account's work of one run: what `plan` hands to `collect` and `analyze`, small enough for XCom."""

    day: date
    timezone: str
    run_id: str
    stopped: str | None = None  # why nothing may be read, found while planning
    quarantined_posts: float
    usd_per_run: float
    usd_per_month: float

    @property
    def window(self) -> Window:
        """The day's `[start, end)`."""
        return Window(self.day, self.timezone)
