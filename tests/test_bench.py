"""`make bench` compares what gives the same result; only the times are its own."""

from tests.bench.compute import days, ours, straightforward


def test_an_account_day_has_the_same_files_by_either_way() -> None:
    pages = days(5)[0]
    assert ours(pages) == straightforward(pages)
