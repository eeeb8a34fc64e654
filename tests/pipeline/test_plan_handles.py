"""Which of two handles of one account a day is read by."""

from datetime import date
from typing import Any

import pytest

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.users import KnownUser, save_users
from pipeline.x_api.client import XApi
from tests.pipeline.given import DAY
from tests.pipeline.planned import finish, planned, the_plan


def test_a_renamed_account_keeps_the_handle_that_its_day_was_planned_with(lake: Lake, x: XApi) -> None:
    """X's id tells; under its new handle the day would be bought and counted again."""
    [first] = planned(lake, x, "pixelforge")
    known = the_plan(lake)
    renamed = known.accounts[0].model_copy(update={"account": "oldname", "handle": "oldname"})
    lake.put_model(keys.plan(DAY), known.model_copy(update={"accounts": (renamed,)}))
    finish(lake, "oldname")
    [again] = planned(lake, x, "pixelforge")
    assert (again.account, again.user_id) == ("oldname", first.user_id)
    assert [entry.account for entry in the_plan(lake).accounts] == ["oldname"]


def known(account: str, looked_up_on: date, **changes: Any) -> KnownUser:
    """Return what is known of one account on X, under one of its handles."""
    plain: dict[str, Any] = {"name": account, "followers": 10, "post_count": 100, "protected": False}
    return KnownUser("77", account, account, looked_up_on=looked_up_on, **plain | changes)


def stopped(lake: Lake, x: XApi) -> dict[str, bool]:
    """Plan a day for an account that is listed under both of its handles; return which of them is not read."""
    return {item.account: item.stopped is not None for item in planned(lake, x, "old", "new")}


@pytest.mark.parametrize("newer", ["old", "new"])
def test_of_two_handles_of_one_account_the_one_that_was_looked_up_last_is_read(
    lake: Lake, x: XApi, newer: str
) -> None:
    for account in ("old", "new"):
        eve = date(2026, 11, 22)
        save_users(lake, eve, [known(account, date(2026, 11, 23) if account == newer else eve)])
    other = {"old": "new", "new": "old"}[newer]
    assert stopped(lake, x) == {newer: False, other: True}


def test_of_two_handles_of_one_account_the_one_that_is_planned_is_read(lake: Lake, x: XApi) -> None:
    save_users(lake, date(2026, 11, 22), [known("old", date(2026, 11, 22))])
    planned(lake, x, "old")
    save_users(lake, date(2026, 11, 23), [known("new", date(2026, 11, 23))])
    assert stopped(lake, x) == {"old": False, "new": True}


def test_a_planned_handle_that_is_another_accounts_by_now_stops_only_itself(lake: Lake, x: XApi) -> None:
    save_users(lake, date(2026, 11, 22), [known("old", date(2026, 11, 22))])
    planned(lake, x, "old")
    today = date(2026, 11, 23)
    save_users(lake, today, [known("old", today, owner_id="78"), known("new", today)])
    assert stopped(lake, x) == {"old": True, "new": False}
