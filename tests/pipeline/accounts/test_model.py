"""The model of accounts.yaml: defaults, and what a value becomes."""

from datetime import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.accounts.model import Account, AccountsConfig
from pipeline.share import percent


def test_a_handle_is_enough() -> None:
    config = AccountsConfig.model_validate({"accounts": ["nasa"]})
    assert config.accounts == (Account(handle="nasa"),)
    assert (config.timezone, config.collect_at, config.profile_days) == ("UTC", time(6), 7)
    assert (config.budget.usd_per_run, config.budget.usd_per_month) == (Decimal("5.00"), Decimal("100.00"))
    assert (config.tolerate.failed_accounts, config.tolerate.quarantined_posts) == (0.2, 0.05)
    assert (config.retention.raw_days, config.notify) == (30, ())


def test_an_account_left_out_nothing_of_the_defaults_it_does_not_change() -> None:
    config = AccountsConfig.model_validate(
        {
            "defaults": {"max_posts": 7, "include": ["posts"], "refresh_days": 2, "mentions": True},
            "accounts": ["nasa", {"handle": "esa", "max_posts": 200}],
        }
    )
    nasa, esa = config.accounts
    assert (nasa.max_posts, nasa.include, nasa.refresh_days, nasa.mentions) == (7, ("posts",), 2, True)
    assert (esa.max_posts, esa.include, esa.refresh_days) == (200, ("posts",), 2)


def test_an_account_is_known_by_its_handle_in_lower_case() -> None:
    assert Account(handle="NASA").key == "nasa"
    assert Account(handle="NASA").handle == "NASA"


@pytest.mark.parametrize(
    ("written", "share"),
    [
        ("0%", 0.0),
        ("5%", 0.05),
        ("20%", 0.2),
        ("33.3%", 0.333),
        ("0.1%", 0.001),
        ("100%", 1.0),
        ("100.0%", 1.0),
    ],
)
def test_a_percentage_is_the_nearest_fraction(written: Any, share: Any) -> None:
    config = AccountsConfig.model_validate({"accounts": ["a"], "tolerate": {"failed_accounts": written}})
    assert config.tolerate.failed_accounts == share


@given(st.integers(0, 100), st.integers(1, 300))
def test_exactly_the_tolerated_share_is_tolerated(whole: Any, accounts: Any) -> None:
    """So many failed of so many is never above the share it equals: no rounding tips the verdict."""
    config = AccountsConfig.model_validate({"accounts": ["a"], "tolerate": {"failed_accounts": f"{whole}%"}})
    failed = accounts * whole // 100
    assert not failed / accounts > config.tolerate.failed_accounts


@given(st.integers(0, 10**6))
def test_a_share_is_written_as_it_was_read(millionths: Any) -> None:
    assert percent(0.2) == "20%"
    share = millionths / 10**6
    config = AccountsConfig.model_validate(
        {"accounts": ["a"], "tolerate": {"failed_accounts": percent(share)}}
    )
    assert config.tolerate.failed_accounts == share


@pytest.mark.parametrize(
    "name", ["Berlin", "utc", "localtime", "../etc/passwd", "America", "", "UTC\n", "UTC\x00"]
)
def test_only_iana_names_are_timezones(name: Any) -> None:
    with pytest.raises(ValidationError, match="must be an IANA name"):
        AccountsConfig(accounts=("a",), timezone=name)


def test_money_is_counted_exactly() -> None:
    config = AccountsConfig.model_validate({"accounts": ["a"], "budget": {"usd_per_run": 0.1}})
    assert config.budget.usd_per_run == Decimal("0.1")


def test_a_configuration_cannot_be_changed_by_what_reads_it() -> None:
    config = AccountsConfig.model_validate({"accounts": ["a"]})
    with pytest.raises(ValidationError, match="frozen"):
        config.timezone = "Europe/Berlin"  # type: ignore[misc]
