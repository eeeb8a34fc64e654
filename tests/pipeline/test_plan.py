"""A day is planned once: who it is for and how; a repeated run changes nothing and asks X for nothing."""

from datetime import date
from typing import Any

import pytest

from pipeline.collect import collect
from pipeline.errors import ConfigError, LakeError, OverBudget
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes, find_plan, put_outcome
from pipeline.lake.no_tone import find_no_tone
from pipeline.lake.records import Outcome
from pipeline.plan import choose
from pipeline.schema import SCHEMA_VERSION
from pipeline.status import Status
from pipeline.x_api.client import XApi
from tests.conftest import RequestStats
from tests.pipeline.given import DAY, config
from tests.pipeline.planned import finish, planned, the_plan


def test_a_plan_says_who_the_day_is_for_and_how(lake: Lake, x: XApi) -> None:
    [item] = planned(
        lake, x, {"handle": "PixelForge", "group": "games", "max_posts": 7}, timezone="Europe/Berlin"
    )
    entry = the_plan(lake).accounts[0]
    assert (entry.account, entry.handle, entry.group, entry.max_posts) == (
        "pixelforge",
        "pixelforge",
        "games",
        7,
    )
    assert entry.followers is not None
    assert entry.user_id is not None
    assert (item.account, item.user_id, item.day, item.timezone) == (
        "pixelforge",
        entry.user_id,
        DAY,
        "Europe/Berlin",
    )
    assert (the_plan(lake).timezone, the_plan(lake).sample, the_plan(lake).schema_version) == (
        "Europe/Berlin",
        True,
        SCHEMA_VERSION,
    )


def test_a_plan_says_who_each_account_is_as_of_its_look_up(lake: Lake, x: XApi) -> None:
    planned(lake, x, "pixelforge", "orchardtv")
    missing, found = the_plan(lake).accounts
    identity = ("user_id", "name", "followers", "followers_on", "post_count", "created_at")
    assert {getattr(missing, name) for name in identity} == {None}
    assert None not in {getattr(found, name) for name in identity}
    assert found.followers_on == date(2026, 11, 23)


def test_accounts_x_does_not_show_have_their_outcome_and_leave_the_others_alone(lake: Lake, x: XApi) -> None:
    work = planned(lake, x, "pixelforge", "quickdealz", "ateliernoir", "orchardtv")
    statuses = {account: outcome.status for account, outcome in find_outcomes(lake, DAY).items()}
    assert statuses == {
        "quickdealz": Status.SUSPENDED,
        "ateliernoir": Status.PROTECTED,
        "orchardtv": Status.MISSING,
    }
    assert [item.account for item in work] == ["pixelforge", "quickdealz", "ateliernoir", "orchardtv"]
    assert [item.stopped is None for item in work] == [True, False, False, False]
    assert len(the_plan(lake).accounts) == 4


def test_a_refused_account_is_skipped_with_its_reason_and_never_read(
    lake: Lake, x: XApi, request_stats: RequestStats
) -> None:
    [item] = planned(lake, x, "quickdealz")
    before = request_stats.requests()
    assert collect(lake, x, item).skipped == "X has suspended this account"
    assert request_stats.requests() == before


# --- once ----------------------------------------------------------------------------------------


def test_a_finished_day_planned_again_is_the_same_bytes_and_asks_x_for_nothing(
    lake: Lake, x: XApi, request_stats: RequestStats, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(lake, x, "pixelforge", "quickdealz")
    finish(lake, "pixelforge")
    before, asked = lake.find(keys.plan(DAY)), request_stats.requests()
    monkeypatch.setenv("AVIARY_NOW", "2027-01-23T06:00:00Z")
    work = planned(lake, x, "pixelforge", "quickdealz", run_id="another")
    assert lake.find(keys.plan(DAY)) == before
    assert request_stats.requests() == asked
    assert len(work) == 2


def test_a_finished_days_followers_stay_those_of_then(
    lake: Lake, x: XApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(lake, x, "pixelforge")
    finish(lake, "pixelforge")
    before = lake.find(keys.plan(DAY))
    monkeypatch.setenv("AVIARY_NOW", "2026-12-23T06:00:00Z")
    later = date(2026, 12, 22)
    planned(lake, x, "pixelforge", day=later)
    [then], [now] = the_plan(lake).accounts, the_plan(lake, later).accounts
    assert now.followers != then.followers
    planned(lake, x, "pixelforge")
    assert lake.find(keys.plan(DAY)) == before


def test_a_day_keeps_the_kind_of_sum_that_it_was_first_planned_with(lake: Lake, x: XApi) -> None:
    planned(lake, x, "pixelforge")
    first = the_plan(lake)
    other = "plain" if first.sums == "compensated" else "compensated"
    lake.put_model(keys.plan(DAY), first.model_copy(update={"sums": other}))
    planned(lake, x, "pixelforge")
    assert the_plan(lake).sums == other


def test_changed_settings_apply_to_accounts_not_planned_yet(lake: Lake, x: XApi) -> None:
    planned(lake, x, "pixelforge")
    finish(lake, "pixelforge")
    planned(lake, x, "pixelforge", "citymetro", defaults={"max_posts": 9, "include": ["posts"]})
    entries = {entry.account: entry for entry in the_plan(lake).accounts}
    assert (entries["pixelforge"].max_posts, entries["citymetro"].max_posts) == (200, 9)
    assert entries["pixelforge"].include == ("posts", "quotes", "replies")


def test_an_unfinished_day_keeps_its_settings_too(lake: Lake, x: XApi) -> None:
    first = {"max_posts": 7, "include": ["posts"], "refresh_days": 2, "mentions": True, "completeness": True}
    later = {
        "max_posts": 9,
        "include": ["replies"],
        "refresh_days": 3,
        "mentions": False,
        "completeness": False,
    }
    [item] = planned(lake, x, {"handle": "pixelforge", "group": "games", **first})
    planned_first = the_plan(lake)
    [again] = planned(lake, x, {"handle": "pixelforge", "group": "toys", **later})
    assert (again, the_plan(lake)) == (item, planned_first)
    [entry] = planned_first.accounts
    assert {name: getattr(entry, name) for name in first} == first | {"include": ("posts",)}
    assert entry.group == "games"


def test_an_account_keeps_the_phrases_without_tone_that_its_day_was_planned_with(lake: Lake, x: XApi) -> None:
    planned(lake, x, "pixelforge", defaults={"no_tone": ["War Zone"]})
    planned(lake, x, "pixelforge", "citymetro", defaults={"no_tone": ["Killer Whale"]})
    lists = find_no_tone(lake, DAY)
    assert lists.phrases_of("pixelforge") == ("War Zone",)
    assert lists.phrases_of("citymetro") == ("Killer Whale",)


@pytest.mark.parametrize("status", [Status.FAILED, Status.OVER_BUDGET])
def test_what_is_not_finished_is_tried_again(lake: Lake, x: XApi, status: Status) -> None:
    put_outcome(lake, DAY, "pixelforge", Outcome(status=status, reason="so"))
    [item] = planned(lake, x, "pixelforge")
    assert (item.stopped, item.user_id is None) == (None, False)


def test_an_account_that_left_stays_in_the_days_it_was_stored_for(lake: Lake, x: XApi) -> None:
    planned(lake, x, "pixelforge", "citymetro", "northwindair")
    finish(lake, "pixelforge", "citymetro")
    planned(lake, x, "pixelforge")
    assert [entry.account for entry in the_plan(lake).accounts] == ["citymetro", "pixelforge"]


# --- some accounts only, and again ---------------------------------------------------------------


def test_a_run_for_some_accounts_leaves_the_others_in_the_plan(
    lake: Lake, x: XApi, request_stats: RequestStats
) -> None:
    planned(lake, x, "pixelforge", "citymetro")
    asked = request_stats.users()
    [item] = planned(lake, x, "pixelforge", "citymetro", "northwindair", only=["@NorthWindAir"])
    assert item.account == "northwindair"
    assert [entry.account for entry in the_plan(lake).accounts] == ["citymetro", "northwindair", "pixelforge"]
    assert request_stats.users() == asked + 1


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("pixelforg", "did you mean pixelforge?"),
        ("zzz", "add it there first"),
        ("a\nb", "add it there first"),
    ],
)
def test_a_stranger_is_told_and_nothing_is_started(
    lake: Lake, x: XApi, request_stats: RequestStats, name: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        planned(lake, x, "pixelforge", only=["pixelforge", name])
    assert caught.value.problems == (f"--account {name!r} is not in accounts.yaml; {hint}",)
    assert lake.keys("") == []
    assert request_stats.requests() == 0


def test_accounts_are_chosen_in_any_letter_case_and_in_the_files_order() -> None:
    accounts = config("NASA", "esa", "jaxa").accounts
    assert [account.handle for account in choose(accounts, ["@Jaxa", "nasa", "nasa"])] == ["NASA", "jaxa"]
    assert choose(accounts, []) == list(accounts)


def test_refetching_takes_todays_settings_and_changes_nothing_yet(lake: Lake, x: XApi) -> None:
    planned(lake, x, "pixelforge", "citymetro")
    finish(lake, "pixelforge", "citymetro")
    lake.put(keys.raw_page(DAY, "pixelforge", 1), b"")
    before = lake.etags("")
    [item] = planned(
        lake,
        x,
        "pixelforge",
        "citymetro",
        only=["pixelforge"],
        refetch=True,
        defaults={"max_posts": 9, "include": ["posts"], "mentions": True, "completeness": True},
    )
    assert (item.refetch, item.confirmed, item.max_posts) == (True, False, 9)
    assert (item.include, item.mentions, item.completeness) == (("posts",), True, True)
    assert lake.etags("") | {"spend/": ""} == before | {"spend/": ""}


# --- refused before anything starts --------------------------------------------------------------


def test_a_day_that_is_not_over_is_refused_before_anything_starts(
    lake: Lake, x: XApi, request_stats: RequestStats
) -> None:
    with pytest.raises(ConfigError, match="2026-11-22 is not over in Pacific/Honolulu"):
        planned(lake, x, "pixelforge", timezone="Pacific/Honolulu")
    assert (lake.keys(""), request_stats.requests()) == ([], 0)


def test_a_day_stored_with_another_timezone_is_run_again_by_its_plan(
    lake: Lake, x: XApi, request_stats: RequestStats
) -> None:
    planned(lake, x, "pixelforge")
    finish(lake, "pixelforge")
    before, asked = lake.find(keys.plan(DAY)), request_stats.requests()
    [item] = planned(lake, x, "pixelforge", timezone="Asia/Tokyo")
    assert item.timezone == "UTC"
    assert (lake.find(keys.plan(DAY)), request_stats.requests()) == (before, asked)


@pytest.mark.parametrize(
    ("first", "then", "words"), [(True, False, "holds sample data"), (False, True, "holds posts of X")]
)
def test_sample_data_and_xs_posts_are_not_mixed(
    lake: Lake, x: XApi, first: bool, then: bool, words: str
) -> None:
    planned(lake, x, "pixelforge", sample=first)
    with pytest.raises(ConfigError, match=words):
        planned(lake, x, "pixelforge", sample=then, refetch=True)


def test_a_look_up_beyond_the_budget_plans_nothing(lake: Lake, x: XApi, request_stats: RequestStats) -> None:
    with pytest.raises(OverBudget):
        planned(lake, x, "pixelforge", "citymetro", budget={"usd_per_run": 0.01})
    assert find_plan(lake, DAY) is None
    assert request_stats.requests() == 0


# --- several runs, and renamed accounts ----------------------------------------------------------


def test_two_runs_of_a_new_day_plan_the_accounts_of_both(
    lake: Lake, x: XApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second writes its plan between the first one's reading and writing of it."""
    crossed: list[str] = []
    original = Lake.put_if

    def put_if(self: Lake, key: str, body: bytes, etag: str | None, **options: Any) -> str | None:
        if key == keys.plan(DAY) and not crossed:
            crossed.append(key)
            planned(lake, x, "pixelforge", "tideandco", only=["tideandco"])
        return original(self, key, body, etag, **options)

    monkeypatch.setattr(Lake, "put_if", put_if)
    planned(lake, x, "pixelforge", "tideandco", only=["pixelforge"])
    assert [entry.account for entry in the_plan(lake).accounts] == ["pixelforge", "tideandco"]


@pytest.mark.parametrize("contested", [keys.plan(DAY), keys.no_tone(DAY)])
def test_what_others_always_write_first_is_given_up(
    lake: Lake, x: XApi, monkeypatch: pytest.MonkeyPatch, contested: str
) -> None:
    original = Lake.put_if

    def put_if(self: Lake, key: str, *arguments: Any, **options: Any) -> str | None:
        return None if key == contested else original(self, key, *arguments, **options)

    monkeypatch.setattr(Lake, "put_if", put_if)
    with pytest.raises(LakeError, match=f"cannot write {contested}: lost 40 races for it; run"):
        planned(lake, x, "pixelforge", defaults={"no_tone": ["War Zone"]})
