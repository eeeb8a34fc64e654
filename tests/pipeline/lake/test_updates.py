"""A record that several runs change at once keeps what each of them has changed."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.errors import LakeError
from pipeline.lake.client import Lake
from pipeline.lake.records import Record
from pipeline.lake.updates import MOST_RACES, update

KEY = "plan/x.json"


class Names(Record):
    names: tuple[str, ...] = ()


def with_name(name: str, stored: Names | None) -> Names:
    return Names(names=tuple(sorted({*(stored.names if stored else ()), name})))


def test_what_many_add_at_once_is_all_there(lake: Lake) -> None:
    names = [f"n{number}" for number in range(8)]
    with ThreadPoolExecutor(len(names)) as pool:
        written = list(
            pool.map(lambda name: update(lake, KEY, Names, lambda stored: with_name(name, stored)), names)
        )
    assert lake.find_model(KEY, Names) == Names(names=tuple(names))
    assert all(name in each.names for name, each in zip(names, written, strict=True))


def test_the_same_or_nothing_is_not_written(lake: Lake) -> None:
    assert update(lake, KEY, Names, lambda _: None) is None
    assert not lake.exists(KEY)

    update(lake, KEY, Names, lambda stored: with_name("a", stored))
    etag = lake.etags(KEY)
    lake.put(KEY, b'{"names": ["a"]}')  # the same record, written otherwise
    other = lake.etags(KEY)
    assert update(lake, KEY, Names, lambda stored: with_name("a", stored)) == Names(names=("a",))
    assert lake.etags(KEY) == other != etag


def test_what_others_always_write_first_is_given_up(lake: Lake) -> None:
    called: list[Names | None] = []

    def change(stored: Names | None) -> Names:
        called.append(stored)
        lake.put_model(KEY, Names(names=(f"other{len(called)}",)))
        return Names(names=("mine",))

    with pytest.raises(
        LakeError, match=f"cannot write {KEY}: lost {MOST_RACES} races for it; run the command again"
    ):
        update(lake, KEY, Names, change)
    assert called == [None, *(Names(names=(f"other{number}",)) for number in range(1, MOST_RACES))]
