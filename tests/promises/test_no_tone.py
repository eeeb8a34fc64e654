"""A finished day keeps its phrases without tone, until `report --score-again` says otherwise: without a read from X."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline import run_day
from pipeline.accounts import load_accounts
from pipeline.cli.forget import forget
from pipeline.cli.report import report
from pipeline.errors import ConfigError, ReportError
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcome
from pipeline.lake.frames import find_frame
from pipeline.lake.no_tone import find_no_tone
from pipeline.schema import POSTS, ROLLUP
from pipeline.score_again import score_again
from pipeline.sentiment import score_posts
from pipeline.sentiment.no_tone import NoTone
from pipeline.transform import account_day
from tests.conftest import DAY, RequestStats
from tests.promises.days import etags, expire_pages, points_at_nothing_missing, write_accounts
from tests.promises.kills import Killed, counting, dies_at

ACCOUNTS = "accounts: [{handle: pixelforge, no_tone: [WORDS]}, {handle: citymetro}]\n"
BEFORE, AFTER = ("we", "the moon"), ("the", "is", "a")


@pytest.fixture
def finished(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """A day scored without the phrases BEFORE, and an accounts.yaml that now lists AFTER."""
    write(tmp_path, monkeypatch, *BEFORE)
    run_day(DAY)
    write(tmp_path, monkeypatch, *AFTER)
    return lake


def write(folder: Path, monkeypatch: pytest.MonkeyPatch, *phrases: str) -> None:
    write_accounts(folder, monkeypatch, ACCOUNTS.replace("WORDS", ", ".join(phrases)))


def posts(lake: Lake, account: str = "pixelforge") -> pl.DataFrame:
    found = find_frame(lake, keys.posts(DAY, account), POSTS)
    assert found is not None
    return found


def is_scored_without(lake: Lake, *phrases: str) -> bool:
    """Whether everything that shows the day's scores shows those without the phrases."""
    found = posts(lake)
    own = found.filter(pl.col("kind") != "retweet")["text"]
    rollup = find_frame(lake, keys.rollup(DAY), ROLLUP)
    outcome = find_outcome(lake, DAY, "pixelforge")
    assert rollup is not None
    assert outcome
    counts = dict(rollup.select("account", "no_tone_posts").iter_rows())
    scores = score_posts(found["text"], found["lang"], no_tone=NoTone(phrases))
    words = sum(map(NoTone(phrases).is_in, own))
    return (
        find_no_tone(lake, DAY).phrases_of("pixelforge") == tuple(sorted(phrases))
        and found.select(scores.columns).equals(scores)
        and outcome.scored == scores["compound"].count()
        and counts == {"citymetro": None, "pixelforge": words or None}
        and (not words or f"{words} posts held a phrase without tone" in lake.get(keys.report(DAY)).decode())
    )


def test_a_change_of_the_list_changes_no_finished_day(finished: Lake, request_stats: RequestStats) -> None:
    before, asked = etags(finished), request_stats.requests()
    assert is_scored_without(finished, *BEFORE)
    run_day(DAY)
    assert etags(finished) == before
    finished.delete(keys.posts(DAY, "pixelforge"))
    run_day(DAY)
    assert etags(finished) == before
    assert request_stats.requests() == asked


def test_scored_again_a_day_shows_the_new_list_and_a_later_run_leaves_it(
    finished: Lake, request_stats: RequestStats
) -> None:
    before, asked = etags(finished), request_stats.requests()
    report(day=str(DAY), again=True)
    assert is_scored_without(finished, *AFTER)
    after = etags(finished)
    unchanged = {key for key in before if before[key] == after[key]}
    assert {key for key in before if key.startswith("raw/") or "citymetro.csv" in key} <= unchanged
    assert keys.plan(DAY) in unchanged
    run_day(DAY)
    assert etags(finished) == after
    finished.delete(keys.posts(DAY, "pixelforge"))  # and what is made of the pages again is the same
    run_day(DAY)
    assert etags(finished) == after
    assert request_stats.requests() == asked


def test_a_day_whose_pages_have_expired_is_scored_again_from_its_posts(finished: Lake) -> None:
    expire_pages(finished, DAY, "pixelforge")
    report(day=str(DAY), again=True)
    assert is_scored_without(finished, *AFTER)
    after = etags(finished)
    run_day(DAY)
    assert etags(finished) == after


def test_without_a_list_the_day_is_scored_as_it_always_was(
    finished: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, monkeypatch)
    report(day=str(DAY), again=True)
    assert is_scored_without(finished)
    assert find_no_tone(finished, DAY).lists == {}


def test_an_account_that_is_no_longer_listed_keeps_its_list(
    finished: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = etags(finished)
    write_accounts(tmp_path, monkeypatch, "accounts: [{handle: citymetro, no_tone: [the]}]\n")
    report(day=str(DAY), again=True)
    assert etags(finished)[keys.posts(DAY, "pixelforge")] == before[keys.posts(DAY, "pixelforge")]
    assert [each.account for each in find_no_tone(finished, DAY).accounts] == ["citymetro", "pixelforge"]


@pytest.mark.parametrize("has_pages", [True, False], ids=["with its pages", "without"])
def test_a_post_that_is_forgotten_later_leaves_the_others_scored_as_they_were(
    finished: Lake, has_pages: bool
) -> None:
    report(day=str(DAY), again=True)
    if not has_pages:
        expire_pages(finished, DAY, "pixelforge")
    first, *_ = posts(finished)["post_id"]
    forget(post=first, yes=True)
    assert first not in posts(finished)["post_id"]
    assert is_scored_without(finished, *AFTER)


@pytest.mark.parametrize("has_pages", [True, False], ids=["with its pages", "without"])
def test_a_post_that_is_forgotten_meanwhile_does_not_come_back(
    finished: Lake, has_pages: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_pages:
        expire_pages(finished, DAY, "pixelforge")
    first, *_ = posts(finished)["post_id"]
    original = account_day.posts_by_key

    def forgets(day: date, account: str, found: pl.DataFrame) -> dict[str, bytes]:
        made = original(day, account, found)
        if account == "pixelforge":
            monkeypatch.setattr(account_day, "posts_by_key", original)
            forget(post=first, yes=True)
        return made

    monkeypatch.setattr(account_day, "posts_by_key", forgets)
    report(day=str(DAY), again=True)
    assert first not in posts(finished)["post_id"]
    assert first not in finished.get(keys.account_csv(DAY, "pixelforge")).decode()
    assert is_scored_without(finished, *AFTER)


def test_an_account_that_is_forgotten_meanwhile_does_not_come_back(
    finished: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load_accounts(tmp_path / "accounts.yaml")
    write_accounts(tmp_path, monkeypatch, "accounts: [citymetro]\n")
    put = Lake.put

    def forgets(lake: Lake, key: str, body: bytes) -> str:
        if key == keys.account_csv(DAY, "pixelforge"):
            monkeypatch.setattr(Lake, "put", put)
            forget(account="pixelforge", yes=True)
        return put(lake, key, body)

    monkeypatch.setattr(Lake, "put", forgets)
    assert score_again(finished, config, DAY) == 1
    left = [key for key in finished.keys("") if "pixelforge" in key]
    assert left == [keys.erased_account("pixelforge")]
    assert "pixelforge" not in finished.get(keys.no_tone(DAY)).decode()


def test_killed_before_any_write_it_is_finished_by_the_same_command(
    finished: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows is the stage report, which the same command runs next."""
    new = load_accounts(tmp_path / "accounts.yaml")
    write(tmp_path, monkeypatch, *BEFORE)
    old = load_accounts(tmp_path / "accounts.yaml")
    monkeypatch.setattr("pipeline.score_again.READERS", 1)
    writes: list[int] = []
    with monkeypatch.context() as patch:
        counting(patch, writes.append)
        score_again(finished, new, DAY)
    expected = etags(finished)
    assert len(writes) == 7  # the lists; posts, spreadsheet and outcome of two accounts
    for last in range(1, 8):
        score_again(finished, old, DAY)
        with monkeypatch.context() as dying:
            counting(dying, dies_at(last))
            with pytest.raises(Killed):
                score_again(finished, new, DAY)
        points_at_nothing_missing(finished)
        score_again(finished, new, DAY)
        assert etags(finished) == expected, f"killed before write {last}"


def test_what_cannot_be_scored_again_says_why(finished: Lake) -> None:
    with pytest.raises(ReportError, match=r"there is no plan for 2026-11-20 in .*; run that day first"):
        report(day="2026-11-20", again=True)
    with pytest.raises(ConfigError, match="write --score-again with --day DAY"):
        report(from_="2026-11-20", to=str(DAY), again=True)
