"""The stage `analyze`, on a real lake: what it writes, and what it keeps when pages are missing."""

from typing import Any

import pytest

from pipeline.analyze import analyze
from pipeline.erasure.posts import forget_posts
from pipeline.errors import AnalyzeError, LakeDamaged
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome, put_outcome
from pipeline.lake.frames import find_frame
from pipeline.lake.records import AccountTask, Counts, Manifest, Outcome
from pipeline.page import Page, pack
from pipeline.schema import POSTS
from pipeline.status import Status
from pipeline.transform import account_day
from pipeline.transform.spreadsheet import from_csv
from tests.pipeline.given import COLLECTED_AT, DAY, a_page, a_post, work


def store(lake: Lake, *pages: Page, stated: int | None = None, truncated: bool = False) -> None:
    for number, page in enumerate(pages, 1):
        lake.put(keys.raw_page(DAY, "nasa", number), pack(page))
    manifest = Manifest(
        pages=stated or len(pages),
        posts=sum(len(page.items) for page in pages),
        truncated=truncated,
        collected_at=COLLECTED_AT,
    )
    lake.put(keys.raw_manifest(DAY, "nasa"), manifest.model_dump_json().encode())


def analyzed(lake: Lake, today: AccountTask | None = None) -> Outcome:
    today = today or work()
    analyze(lake, today)
    outcome = find_outcome(lake, DAY, "nasa")
    assert outcome is not None
    return outcome


def test_a_day_is_written_as_parquet_csv_and_outcome(lake: Lake) -> None:
    store(lake, a_page(a_post(3), a_post(2), token="t"), a_page(a_post(1)))
    outcome = analyzed(lake)
    frame = find_frame(lake, keys.posts(DAY, "nasa"), POSTS)
    assert frame is not None
    assert frame["post_id"].str.tail(1).to_list() == ["1", "2", "3"]
    csv = from_csv(lake.get(keys.account_csv(DAY, "nasa")))
    assert csv["post_id"].to_list() == frame["post_id"].to_list()
    assert outcome.model_copy(update={"made_from": None, "made": {}}) == Outcome(
        status=Status.OK,
        counts=Counts(fetched=3, kept=3),
        cost_usd=0.015,
        pages=2,
        scored=3,
        collected_at=COLLECTED_AT,
    )
    assert not lake.exists(keys.quarantine(DAY, "nasa"))


def test_a_quarantine_share_just_tolerated_is_ok_and_one_more_is_partial(lake: Lake) -> None:
    today = work(quarantined_posts=0.29)  # 0.29 * 100 is 28.999... to a computer
    good, bad = (
        [a_post(number) for number in range(71)],
        [a_post(number, lang=5) for number in range(71, 100)],
    )
    store(lake, a_page(*good, *bad))
    assert analyzed(lake, today).status == Status.OK
    store(lake, a_page(*good[1:], *bad, 7))
    outcome = analyzed(lake, today)
    assert outcome.status == Status.PARTIAL
    assert outcome.reason == (
        "30 of 100 posts are quarantined, more than the 29% tolerated; see "
        "quarantine/day=2026-11-22/account=nasa/rejected.parquet"
    )
    assert lake.exists(keys.quarantine(DAY, "nasa"))


def test_a_quarantine_of_an_earlier_analysis_goes_when_nothing_is_rejected_any_more(lake: Lake) -> None:
    store(lake, a_page(a_post(1, lang=5)))
    analyzed(lake)
    store(lake, a_page(a_post(1)))
    analyzed(lake)
    assert not lake.exists(keys.quarantine(DAY, "nasa"))


def test_a_day_cut_at_max_posts_is_truncated_even_when_x_had_no_further_page(lake: Lake) -> None:
    store(lake, a_page(*(a_post(number) for number in (5, 4, 3, 2, 1))))  # five is the least X gives
    assert analyzed(lake, work(max_posts=2)).truncated
    assert not analyzed(lake, work(max_posts=5)).truncated


def test_a_day_never_read_to_its_end_is_refused(lake: Lake) -> None:
    with pytest.raises(AnalyzeError, match="@NASA: 2026-11-22 was not read to its end"):
        analyze(lake, work())


@pytest.mark.parametrize("gone", [1, 2])
def test_a_finished_day_keeps_what_it_has_when_its_pages_expire_one_by_one(lake: Lake, gone: int) -> None:
    store(lake, a_page(a_post(2), token="t"), a_page(a_post(1)))
    before = analyzed(lake)
    lake.delete(keys.raw_page(DAY, "nasa", gone))
    assert analyzed(lake) == before
    lake.delete(keys.raw_manifest(DAY, "nasa"))
    assert analyzed(lake) == before
    assert before.counts.kept == 2


def test_a_page_lost_before_the_day_was_analyzed_makes_it_partial(lake: Lake) -> None:
    store(lake, a_page(a_post(2), token="t"), stated=2)
    outcome = analyzed(lake)
    assert outcome.status == Status.PARTIAL
    assert outcome.reason == "1 of 2 raw pages is lost; run the day again with --refetch"
    assert outcome.counts == Counts(fetched=1, kept=1)


def test_a_failure_leaves_its_outcome_before_it_is_raised(lake: Lake) -> None:
    store(lake, a_page(a_post(1)))
    lake.put(keys.raw_page(DAY, "nasa", 1), b"no zstandard")
    with pytest.raises(LakeDamaged):
        analyze(lake, work())
    outcome = find_outcome(lake, DAY, "nasa")
    assert outcome is not None
    assert outcome.status == Status.FAILED
    assert outcome.reason is not None
    assert "page-0001.json.zst is damaged (" in outcome.reason


def test_an_account_without_posts_is_handed_on_as_it_ended(lake: Lake) -> None:
    put_outcome(lake, DAY, "nasa", Outcome(status=Status.SUSPENDED, reason="X has suspended this account"))
    assert analyze(lake, work()).status == Status.SUSPENDED
    assert not lake.exists(keys.posts(DAY, "nasa"))


def test_a_post_that_is_forgotten_while_its_day_is_analyzed_does_not_come_back(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(lake, a_page(a_post(2), a_post(1)))
    crossed: list[int] = []
    original = account_day.make

    def make(*args: Any) -> Outcome:
        outcome = original(*args)
        if not crossed:
            crossed.append(1)
            forget_posts(lake, "nasa", ["1990000000000000002"], [DAY], "asked for")
            original(*args)  # as if this run had written after the other's search
        return outcome

    monkeypatch.setattr(account_day, "make", make)
    outcome = analyzed(lake)
    assert (outcome.counts.kept, outcome.counts.forgotten) == (1, 1)
    posts = find_frame(lake, keys.posts(DAY, "nasa"), POSTS)
    assert posts is not None
    assert posts["post_id"].to_list() == ["1990000000000000001"]
