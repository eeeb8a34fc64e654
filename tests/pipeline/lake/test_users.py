"""What was once learned about X's accounts is kept, by date, and concurrent look-ups lose nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import find_frame
from pipeline.lake.users import USERS, KnownUser, known_users, save_users

TODAY = date(2026, 11, 23)


def user(account: str, **changes: Any) -> KnownUser:
    values: dict[str, Any] = {
        "user_id": "1", "account": account, "handle": account.upper(), "name": "N",
        "followers": 5, "looked_up_on": TODAY,
    }  # fmt: skip
    return KnownUser(**(values | changes))


def test_nobody_is_known_at_first(lake: Lake) -> None:
    assert known_users(lake, TODAY) == {}


def test_who_is_remembered_is_known(lake: Lake) -> None:
    people = [user("nasa"), user("007", followers=None, name="Bond \U0001f378")]
    save_users(lake, TODAY, people)
    assert known_users(lake, TODAY) == {person.account: person for person in people}


def test_each_snapshot_carries_the_earlier_ones_on(lake: Lake) -> None:
    save_users(lake, TODAY - timedelta(days=300), [user("esa", name="old"), user("nasa", name="old")])
    save_users(lake, TODAY, [user("nasa", name="new")])
    assert {account: person.name for account, person in known_users(lake, TODAY).items()} == {
        "esa": "old",
        "nasa": "new",
    }


def test_what_was_learned_later_is_not_known_earlier(lake: Lake) -> None:
    save_users(lake, TODAY, [user("nasa")])
    assert known_users(lake, TODAY - timedelta(days=1)) == {}


def test_people_not_looked_up_for_long_are_still_known(lake: Lake) -> None:
    save_users(lake, TODAY - timedelta(days=300), [user("nasa")])
    assert set(known_users(lake, TODAY)) == {"nasa"}


def test_looking_up_nobody_writes_nothing(lake: Lake) -> None:
    save_users(lake, TODAY, [])
    assert lake.keys("") == []


def test_look_ups_at_once_lose_nobody(lake: Lake) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: save_users(lake, TODAY, [user(f"a{number}")]), range(6)))
    assert set(known_users(lake, TODAY)) == {f"a{number}" for number in range(6)}


def test_a_snapshot_is_sorted_and_has_its_columns(lake: Lake) -> None:
    save_users(lake, TODAY, [user("nasa"), user("esa")])
    frame = find_frame(lake, keys.users(TODAY), USERS)
    assert frame is not None
    assert frame["account"].to_list() == ["esa", "nasa"]
