"""Forgetting an account: what is its own goes, what it shares with others is redacted, what is others' stays."""

from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.erasure import locate
from pipeline.erasure.account import forget_account, preview_account
from pipeline.erasure.posts import finish
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import put_outcome
from pipeline.lake.frames import find_frame, to_parquet
from pipeline.lake.no_tone import find_no_tone, freeze_no_tone
from pipeline.lake.raw import parse_page
from pipeline.lake.records import ErasureRecord, Outcome, Plan, PlannedAccount
from pipeline.lake.users import KnownUser, known_users, save_users
from pipeline.lake.versions import Version, list_versions, read_version
from pipeline.page import is_tombstone, pack
from pipeline.schema import POSTS
from pipeline.status import Status
from tests.pipeline.given import DAY, a_page, a_post, a_retweet, stored_posts
from tests.promises.holders import versioned  # noqa: F401  # a fixture

IDS = {"nasa": "11", "esa": "12", "jaxa": "13", "isro": "14"}
EVE = DAY - timedelta(days=1)
POSTS_ONLY, WITH_RETWEETS = ("posts",), ("posts", "retweets")


def planned(*accounts: str) -> Plan:
    """Return a plan for these accounts, of which esa alone is read with its retweets."""
    entries = [
        PlannedAccount(
            account=account,
            handle=account.upper(),
            user_id=IDS[account],
            include=WITH_RETWEETS if account == "esa" else POSTS_ONLY,
            max_posts=200,
        )
        for account in accounts
    ]
    return Plan(
        day=DAY,
        timezone="UTC",
        sample=True,
        failed_accounts=0.2,
        quarantined_posts=0.05,
        accounts=tuple(entries),
    )


def a_user(account: str, day: date = DAY) -> KnownUser:
    return KnownUser(IDS[account], account, account.upper(), account.title(), 1, day)


def a_raw_page(account: str, number: int = 1) -> str:
    return f"raw/day={DAY}/account={account}/page-{number:04}.json.zst"


def fill(lake: Lake) -> None:
    """Store a day of three accounts, each object of nasa's own twice."""
    for accounts in (("nasa", "esa"), ("nasa", "esa", "jaxa")):
        lake.put_model(keys.plan(DAY), planned(*accounts))
    save_users(lake, DAY, map(a_user, ("nasa", "esa", "jaxa")))
    freeze_no_tone(lake, DAY, {"nasa": ["Moss"], "esa": ["Mortar"]})
    for account in ("nasa", "nasa", "esa", "jaxa"):
        lake.put(keys.posts(DAY, account), to_parquet(stored_posts({"post_id": "1", "account": account})))
        lake.put(keys.outcome(DAY, account), b"{}")
        lake.put(a_raw_page(account), pack(a_page(a_post(text="RT @nasa: up", author_id=IDS[account]))))


def watch(monkeypatch: pytest.MonkeyPatch, wanted: str) -> list[tuple[str, str]]:
    """Return the requests of an operation to come: their keys and versions."""
    made: list[tuple[str, str]] = []
    original = Lake._send

    def send(self: Lake, operation: str, **asked: Any) -> Any:
        if operation == wanted:
            made.append((asked["Key"], asked.get("VersionId", "")))
        return original(self, operation, **asked)

    monkeypatch.setattr(Lake, "_send", send)
    return made


@pytest.fixture
def filled(versioned: Lake) -> Lake:
    """A bucket with versioning and a day of three accounts in it."""
    fill(versioned)
    return versioned


def own(lake: Lake, account: str) -> set[str]:
    return {
        version.key
        for version in list_versions(lake, "")
        if f"account={account}" in version.key and not version.key.startswith("forgotten/")
    }


def test_what_is_its_own_goes_and_what_it_shares_is_redacted(filled: Lake) -> None:
    others = {key: filled.get(key) for account in ("esa", "jaxa") for key in own(filled, account)}
    previewed = preview_account(filled, "nasa")
    removed = forget_account(filled, "nasa", "asked for")
    assert own(filled, "nasa") == set()
    assert {key: filled.get(key) for key in others} == others
    assert filled.find_model(keys.plan(DAY), Plan) == planned("esa", "jaxa")
    assert set(known_users(filled, DAY)) == {"esa", "jaxa"}
    assert [each.account for each in find_no_tone(filled, DAY).accounts] == ["esa"]
    finish(filled, removed.record)
    assert [each.latest for each in list_versions(filled, keys.plan(DAY))] == [True]
    assert removed.record.account_days == previewed.account_days == ((DAY, "nasa"),)
    assert filled.find_model(keys.erased_account("nasa"), ErasureRecord) == removed.record


def test_outcomes_go_first_and_of_each_object_the_newest_version_last(
    filled: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that comes between must not take the day for finished, nor find what had been replaced."""
    versions = {(each.key, each.version_id): each.latest for each in list_versions(filled, "")}
    deleted = watch(monkeypatch, "delete_object")
    forget_account(filled, "nasa", "asked for")
    outcomes = [key.startswith("outcomes/") for key, _ in deleted if "account=nasa" in key]
    assert outcomes == sorted(outcomes, reverse=True)
    assert True in outcomes
    for wanted in (keys.outcome(DAY, "nasa"), keys.posts(DAY, "nasa"), a_raw_page("nasa")):
        assert [versions[place] for place in deleted if place[0] == wanted] == [False, True]


def test_only_of_accounts_read_with_their_retweets_pages_are_searched(
    filled: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = watch(monkeypatch, "get_object")
    preview_account(filled, "nasa")
    searched = {key for key, _ in asked}
    assert a_raw_page("esa") in searched
    assert a_raw_page("jaxa") not in searched


def test_what_others_repeat_of_it_goes_with_it_in_every_version(filled: Lake) -> None:
    rows = [{"post_id": "1", "kind": "retweet", "text": "RT @nasa: up"}, {"post_id": "2"}]
    page = a_page(a_retweet(1, text="RT @nasa: up", author_id="12"), a_post(2, author_id="12"))
    second = a_raw_page("esa", 2)
    for _ in range(2):
        filled.put(second, pack(page))
    filled.put(keys.posts(DAY, "esa"), to_parquet(stored_posts(*({"account": "esa"} | row for row in rows))))
    put_outcome(filled, DAY, "esa", Outcome(status=Status.OK))

    removed = forget_account(filled, "nasa", "asked for")

    assert removed.record.account_days == ((DAY, "esa"), (DAY, "nasa"))
    left = find_frame(filled, keys.posts(DAY, "esa"), POSTS)
    assert left is not None
    assert left["post_id"].to_list() == ["2"]
    finish(filled, removed.record)
    [stored] = list_versions(filled, second)
    body = read_version(filled, stored)
    assert body
    assert [is_tombstone(item) for item in parse_page(filled, second, body).items] == [True, False]


def test_what_is_deleted_during_the_search_is_not_written_again(
    filled: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By hand, or because the bucket lets it expire."""
    shared = [keys.plan(DAY), keys.users(DAY)]

    def find_matches(*arguments: Any) -> list[Version]:
        found = locate.find_matches(*arguments)
        for key in shared:
            filled.delete(key)
        return found

    monkeypatch.setattr("pipeline.erasure.account.find_matches", find_matches)
    forget_account(filled, "nasa", "asked for")
    assert [key for key in shared if filled.exists(key)] == []


@pytest.mark.parametrize("known_by", ["plan", "users"])
def test_an_account_is_known_by_its_plans_and_by_its_look_ups(lake: Lake, known_by: str) -> None:
    if known_by == "plan":
        lake.put_model(keys.plan(DAY), planned(*IDS))
    else:
        save_users(lake, EVE, map(a_user, IDS))
    assert forget_account(lake, "nasa", "asked for").record.user_ids == ("11",)


def test_a_look_up_meanwhile_is_not_lost_and_does_not_bring_the_account_back(
    filled: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_if, users = Lake.put_if, keys.users(DAY)
    meanwhile = [a_user("isro")]

    def after_another(self: Lake, key: str, *arguments: Any, **options: Any) -> str | None:
        if key == users and meanwhile:
            save_users(filled, DAY, [meanwhile.pop()])
        return put_if(self, key, *arguments, **options)

    monkeypatch.setattr(Lake, "put_if", after_another)
    forget_account(filled, "nasa", "asked for")
    assert set(known_users(filled, DAY)) == {"esa", "jaxa", "isro"}


def test_an_account_that_a_run_plans_meanwhile_stays_planned(
    filled: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_if = Lake.put_if
    meanwhile = [planned("nasa", "esa", "jaxa", "isro")]

    def after_another(self: Lake, key: str, *arguments: Any, **options: Any) -> str | None:
        if key == keys.plan(DAY) and meanwhile:
            filled.put_model(key, meanwhile.pop())
        return put_if(self, key, *arguments, **options)

    monkeypatch.setattr(Lake, "put_if", after_another)
    forget_account(filled, "nasa", "asked for")
    assert filled.find_model(keys.plan(DAY), Plan) == planned("esa", "jaxa", "isro")
