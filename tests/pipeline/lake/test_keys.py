"""A key says what lies there, comes from a checked handle only, and belongs to one thing."""

from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.lake import catalogue, keys
from pipeline.lake.catalogue import account_of

accounts = st.from_regex(r"[a-z0-9_]{1,15}", fullmatch=True)
days = st.dates(date(2006, 3, 21), date(2100, 1, 1))
PER_ACCOUNT = [keys.raw_manifest, keys.posts, keys.account_csv, keys.quarantine, keys.outcome, keys.metrics]
PER_DAY = [keys.all_accounts_csv, keys.plan, keys.rollup, keys.users, keys.report]

things = st.one_of(
    st.tuples(st.sampled_from(PER_ACCOUNT), days, accounts),
    st.tuples(st.just(keys.raw_page), days, accounts, st.integers(1, 20_000)),
    st.tuples(st.sampled_from(PER_DAY), days),
    st.tuples(st.just(keys.spend), days.map(lambda day: f"{day:%Y-%m}")),
    st.tuples(st.sampled_from([keys.report_lines, keys.report_year]), st.integers(2006, 2100)),
)


@given(things, things)
def test_two_different_things_never_share_a_key(one: Any, other: Any) -> None:
    assume(one != other)
    assert one[0](*one[1:]) != other[0](*other[1:])


@given(days, accounts)
def test_no_object_is_mistaken_for_the_reports_own(day: date, account: str) -> None:
    fixed = {keys.REPORTS_INDEX, keys.REPORTS_LATEST}
    assert not fixed & {make(day, account) for make in PER_ACCOUNT}
    assert not fixed & {make(day) for make in PER_DAY}


@given(st.text())
def test_a_key_is_never_built_from_anything_but_a_lower_case_handle(text: str) -> None:
    assume(
        not (
            text.isascii()
            and 1 <= len(text) <= 15
            and set(text) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
        )
    )
    for make in [keys.raw_folder, *PER_ACCOUNT]:
        with pytest.raises(ValueError, match="not a lower-case handle"):
            make(date(2026, 11, 22), text)


@pytest.mark.parametrize("text", ["", "NASA", "nasa\n", "../nasa", "nasa/..", "na sa", "naſa", "٣", "a" * 16])
def test_what_looks_almost_like_a_handle_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a lower-case handle"):
        keys.outcome(date(2026, 11, 22), text)


@given(days, accounts)
def test_an_outcomes_account_reads_back_from_its_key(day: date, account: str) -> None:
    key = keys.outcome(day, account)
    assert key.startswith(catalogue.OUTCOME.prefix(day=day))
    assert account_of(key) == account


@given(st.integers(2006, 2100), days)
def test_a_years_lines_are_found_by_their_prefix_and_name_the_year(year: int, day: date) -> None:
    key = keys.report_lines(year)
    assert key.startswith(catalogue.REPORT_LINES.prefix())
    assert catalogue.REPORT_LINES.fields(key) == {"year": str(year)}
    others = [keys.report_year(year), keys.report(day), f"{key}.old", keys.REPORTS_INDEX]
    assert [catalogue.REPORT_LINES.fields(other) for other in others] == [None] * 4


@given(days, accounts, st.integers(1, 20_000))
def test_pages_and_manifest_lie_in_the_account_days_folder(day: date, account: str, number: int) -> None:
    folder = keys.raw_folder(day, account)
    assert keys.raw_page(day, account, number).startswith(folder)
    assert keys.raw_manifest(day, account).startswith(folder)


def test_the_keys_of_the_contract() -> None:
    day = date(2026, 11, 22)
    assert keys.raw_page(day, "nasa", 1) == "raw/day=2026-11-22/account=nasa/page-0001.json.zst"
    assert keys.raw_manifest(day, "nasa") == "raw/day=2026-11-22/account=nasa/manifest.json"
    assert keys.posts(day, "nasa") == "posts/day=2026-11-22/account=nasa/posts.parquet"
    assert keys.account_csv(day, "nasa") == "csv/day=2026-11-22/nasa.csv"
    assert keys.all_accounts_csv(day) == "csv/day=2026-11-22/all-accounts.csv"
    assert keys.quarantine(day, "nasa") == "quarantine/day=2026-11-22/account=nasa/rejected.parquet"
    assert keys.outcome(day, "007") == "outcomes/day=2026-11-22/account=007.json"
    assert keys.plan(day) == "plans/day=2026-11-22.json"
    assert keys.rollup(day) == "daily/day=2026-11-22/rollup.parquet"
    assert keys.users(day) == "users/observed=2026-11-22/users.parquet"
    assert keys.report(day) == "reports/2026-11-22/index.html"
    assert keys.report_lines(2026) == "reports/days-2026.json"
    assert keys.report_year(2026) == "reports/2026.html"
    assert (keys.REPORTS_INDEX, keys.REPORTS_LATEST) == ("reports/index.html", "reports/latest.html")
