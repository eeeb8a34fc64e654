"""The model of accounts.yaml: every key, its default and what is allowed.

These models are the only source: `pipeline.accounts.file` validates with them, and `pipeline.accounts.json_schema`
generates `config/accounts.schema.json` from them; editors show the docstrings of fields. A `ValueError` raised here has
a clause that follows the key's name ("must be ...") and sometimes a hint.
"""

import difflib
import re
import zoneinfo
from datetime import time
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from pipeline.accounts.handles import check_handle
from pipeline.ids import HANDLE
from pipeline.share import percent
from pipeline.x_api.limits import DEPTH

Kind = Literal["posts", "quotes", "replies", "retweets"]
MAX_PHRASES = 500  # without tone, for one account, the defaults' included
MAX_PHRASE = 60  # characters of one


def _handle(value: object) -> str:
    return check_handle(value if isinstance(value, str) else "")


def _user_id(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch("[1-9][0-9]{0,18}", value):
        raise ValueError("must be X's number for the account, such as 11348282")
    return value


def _address(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(_ADDRESS, value, re.ASCII):
        raise ValueError(
            "must be mailto: and an address, or connection: and the name of an Airflow Connection",
            "such as mailto:team@example.org or connection:team_chat; tokens belong in the Connection",
        )
    return value


def _line(value: object) -> str:
    if (
        not isinstance(value, str)
        or not value.isprintable()
        or value != value.strip()
        or not 0 < len(value) <= 200
    ):
        raise ValueError("must be one line of 1 to 200 printable characters")
    return value


def _phrase(value: object) -> str:
    if (
        not isinstance(value, str)
        or not value.isprintable()
        or value != value.strip()
        or not 0 < len(value) <= MAX_PHRASE
    ):
        raise ValueError(f"must be one line of 1 to {MAX_PHRASE} printable characters")
    return value


# The machine's own zone, and the placeholder for none, which polars does not know.
_NO_ZONES = {"localtime", "Factory"}


def _timezone(value: object) -> str:
    zones = zoneinfo.available_timezones() - _NO_ZONES
    if isinstance(value, str):
        if value in zones:
            return value
        known = {zone.lower(): zone for zone in sorted(zones)}
        if close := difflib.get_close_matches(value[:60].lower(), known, 1):
            raise ValueError("must be an IANA name such as UTC", f"did you mean {known[close[0]]}?")
    raise ValueError("must be an IANA name such as UTC or Europe/Berlin")


def _time_of_day(value: object) -> time:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise ValueError('must be hours and minutes from "00:00" to "23:59", such as "06:00"')
    return time.fromisoformat(value)


def _fraction(value: object) -> float:
    """Accept only percent strings, because a bare 20 or 0.2 leaves open which of the two is meant."""
    if isinstance(value, float) and 0 <= value <= 1:
        return value
    if not isinstance(value, str) or not re.fullmatch(r"(100(\.0{1,9})?|[0-9]{1,2}(\.[0-9]{1,9})?)%", value):
        raise ValueError("must be a percentage from 0% to 100%, such as 20%")
    return float(Fraction(value[:-1]) / 100)


def _decimal(value: object) -> object:
    return Decimal(str(value)) if type(value) in {int, float} else value


def _no_repeats(kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
    if len(set(kinds)) < len(kinds):
        raise ValueError("must name each kind once")
    return kinds


def _without_default(schema: dict[str, Any]) -> None:
    del schema["default"]  # null does not mean "left out"


_ADDRESS = (
    r"mailto:[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,8}"
    r"|connection:[A-Za-z0-9_.-]{1,200}"
)
# Editors take a bare 1729 for a number, true for a boolean and null for null; here they are handles.
_HANDLE_SCHEMA: JsonSchemaValue = {
    "type": ["string", "number", "boolean", "null"],
    "pattern": f"^{HANDLE}$",
    "minimum": 0,
    "examples": ["nasa", "esa"],
}
_LINE_SCHEMA: JsonSchemaValue = {"type": "string", "minLength": 1, "maxLength": 200}
_PERCENT_PATTERN = r"^(100(\.0{1,9})?|[0-9]{1,2}(\.[0-9]{1,9})?)%$"

Handle = Annotated[str, BeforeValidator(_handle), WithJsonSchema(_HANDLE_SCHEMA)]
Group = Annotated[
    Annotated[str, BeforeValidator(_line)] | None,
    WithJsonSchema({**_LINE_SCHEMA, "type": ["string", "number", "boolean"]}),
]
Phrase = Annotated[
    str,
    BeforeValidator(_phrase),
    WithJsonSchema({"type": ["string", "number", "boolean"], "minLength": 1, "maxLength": MAX_PHRASE}),
]
UserId = Annotated[
    Annotated[str, BeforeValidator(_user_id)] | None,
    WithJsonSchema({"type": ["string", "integer"], "pattern": "^[1-9][0-9]{0,18}$", "minimum": 1}),
]
Address = Annotated[
    str, BeforeValidator(_address), WithJsonSchema({"type": "string", "pattern": f"^({_ADDRESS})$"})
]
Timezone = Annotated[str, BeforeValidator(_timezone), WithJsonSchema({"type": "string", "minLength": 1})]
TimeOfDay = Annotated[
    time,
    BeforeValidator(_time_of_day),
    PlainSerializer(lambda value: f"{value:%H:%M}", str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}),
]
Share = Annotated[
    float,
    BeforeValidator(_fraction),
    PlainSerializer(percent, str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": _PERCENT_PATTERN}),
]
Usd = Annotated[
    Decimal,
    Field(strict=True, gt=0, le=1_000_000),
    BeforeValidator(_decimal),
    PlainSerializer(float, float, when_used="json"),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000}),
]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ReadSettings(_Section):
    """How much of an account is read, and what of it carries no tone."""

    max_posts: Annotated[int, Field(strict=True, ge=1, le=DEPTH)] = 200
    """Maximum number of posts per account and day, the newest. `./aviary check` prints what that costs."""
    include: Annotated[tuple[Kind, ...], Field(min_length=1, json_schema_extra={"uniqueItems": True})] = (
        "posts",
        "quotes",
        "replies",
    )
    """Kinds of posts to keep. Retweets are left out unless listed, and cost more to read."""
    refresh_days: Annotated[int, Field(strict=True, ge=0, le=30)] = 0
    """Number of earlier days whose posts are read again for newer counts. X bills each post again."""
    no_tone: Annotated[tuple[Phrase, ...], Field(max_length=MAX_PHRASES, examples=[["War Zone"]])] = ()
    """Words and phrases that carry no tone here, such as names and titles. An account's add to those of `defaults`."""
    mentions: Annotated[bool, Field(strict=True)] = False
    """Whether X counts, by the hour, how often others mention the account. X bills $0.005 an account and day for it."""
    completeness: Annotated[bool, Field(strict=True)] = False
    """Whether X counts the account's posts where some may be missing. X bills $0.005 an account and day for it."""

    _include_once = field_validator("include")(_no_repeats)


class _Who(_Section):
    handle: Handle
    """The account's name on X, without the @. Read as it is written: 007 stays 007."""
    group: Group = Field(None, json_schema_extra=_without_default)
    """Shown with the account in the report, which can be filtered by group."""
    id: UserId = Field(None, json_schema_extra=_without_default)
    """The account's numeric id on X. Set it to confirm that the handle now belongs to another account."""


class Account(ReadSettings, _Who):  # in this order of bases, `handle`, `group` and `id` come first
    """One account. A handle is enough; keys that are left out come from `defaults`."""

    @property
    def key(self) -> str:
        """The handle in lower case, which identifies the account and names it in the lake."""
        return self.handle.lower()

    @model_validator(mode="before")
    @classmethod
    def _bare_handle(cls, value: object) -> object:
        return {"handle": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Allow the short form, a handle alone, beside the mapping."""
        long = handler.resolve_ref_schema(handler(core))
        return {"anyOf": [{**_HANDLE_SCHEMA, "description": "A handle, without the @."}, long]}


class Budget(_Section):
    """Spending limits in US dollars, checked before each page is bought."""

    usd_per_run: Usd = Decimal("5.00")
    """The most one day's run may spend."""
    usd_per_month: Usd = Decimal("100.00")
    """The most a calendar month (UTC) may spend, all runs together."""


class Tolerate(_Section):
    """How many failures are tolerated."""

    failed_accounts: Share = 0.20
    """When more of the planned accounts than this fail, the run fails."""
    quarantined_posts: Share = 0.05
    """When more of an account's posts than this break the data contract, the account is partial."""


class Retention(_Section):
    """How long objects are kept."""

    raw_days: Annotated[int, Field(strict=True, ge=1, le=3650)] = 30
    """Days for which X's raw pages are kept. Everything derived from them stays."""


class AccountsConfig(_Section):
    """The accounts that Aviary reads, and how. Checked as a whole before anything starts."""

    timezone: Timezone = Field("UTC", examples=["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo"])
    """The timezone in which days begin and end: any IANA name."""
    collect_at: TimeOfDay = Field(time(6), examples=["06:00"])
    """Local time on the following morning at which a day is collected. By then, counts have settled."""
    defaults: ReadSettings = ReadSettings()
    """Used for every account that does not set its own."""
    profile_days: Annotated[int, Field(strict=True, ge=1, le=365)] = 7
    """Days between two look-ups of names and follower counts. X bills each look-up."""
    budget: Budget = Budget()
    """Spending limits in US dollars."""
    tolerate: Tolerate = Tolerate()
    """How many failures are tolerated."""
    retention: Retention = Retention()
    """How long objects are kept."""
    notify: tuple[Address, ...] = Field((), examples=[["mailto:team@example.org"]])
    """Who is notified of each run: `mailto:` and an address, or `connection:` and an Airflow Connection (Apprise)."""
    accounts: Annotated[tuple[Account, ...], Field(min_length=1)]
    """The accounts to read: each a handle, or a handle with its own settings."""

    @field_validator("accounts")
    @classmethod
    def _with_defaults(cls, accounts: tuple[Account, ...], info: ValidationInfo) -> tuple[Account, ...]:
        defaults = info.data.get("defaults")
        if defaults is None:  # invalid, and reported by its own field
            return accounts
        return tuple(
            account.model_copy(
                update={
                    name: getattr(defaults, name)
                    for name in ReadSettings.model_fields
                    if name not in account.model_fields_set
                }
                | {"no_tone": tuple(dict.fromkeys((*defaults.no_tone, *account.no_tone)))}
            )
            for account in accounts
        )
