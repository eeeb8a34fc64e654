"""What was forgotten is gone, stays gone, and is still counted: whenever the forgetting was killed."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline import run_day
from pipeline.cli.forget import forget
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes
from pipeline.lake.frames import find_frame, put_frame
from pipeline.lake.periods import Unit, period_of
from pipeline.lake.raw import read_pages
from pipeline.report import report
from pipeline.schema import POSTS, ROLLUP
from reports import publish
from tests.conftest import DAY
from tests.promises.days import adds_up, etags, expire_pages
from tests.promises.holders import (
    a_thread,
    accounts,  # noqa: F401  # fixtures
    everything,
    holders,
    the_best,
)


def a_retweeted(lake: Lake) -> dict[str, str]:
    """Return somebody's post that cobaltmotors has retweeted."""
    (page,) = read_pages(lake, DAY, "cobaltmotors")
    retweeted = {
        reference["id"]
        for item in page.items
        for reference in item.get("referenced_tweets", [])
        if reference["type"] == "retweeted"
    }
    return next(post for post in page.included if post["id"] in retweeted)


def test_a_post_is_nowhere_any_more_and_is_counted_as_forgotten(
    lake: Lake, accounts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_day(DAY)
    post = the_best(lake, "pixelforge")
    before = find_outcomes(lake, DAY)["pixelforge"]
    metrics = pl.DataFrame({"post_id": [post["post_id"], "1"], "like_count": [5, 6]})
    put_frame(lake, "metrics/observed=2026-11-24/account=pixelforge/metrics.parquet", metrics)
    # raw, posts, all accounts' posts, topics, both spreadsheets, roll-up, report, the account's, the week's and the
    # latest; and these.
    assert len(holders(lake, post["post_id"])) == 12
    assert post["post_id"] in lake.get(keys.period_report(period_of(DAY, Unit.WEEK))).decode()

    forget(post=post["post_id"])

    assert holders(lake, post["post_id"], post["text"]) == []
    after = find_outcomes(lake, DAY)["pixelforge"]
    assert adds_up(after)
    assert after == before.model_copy(
        update={
            "counts": before.counts.model_copy(
                update={"kept": before.counts.kept - 1, "forgotten": 1},
            ),
            "scored": before.scored - (post["compound"] is not None),
            "made_from": after.made_from,
            "made": after.made,
        }
    )
    assert "1 forgotten" in lake.get(keys.report(DAY)).decode()
    told = capsys.readouterr().out
    in_each = "2 in csv, 1 in daily, 1 in metrics, 1 in posts, 1 in posts_daily, 1 in raw, 4 in reports, 1 in topics"
    counted = f"12 objects ({in_each})"
    assert f"to remove: 1 post, in {counted}" in told
    assert f"removed from {counted}" in told
    assert "nothing is left in" in told


def test_a_post_that_others_speak_of_leaves_no_trace_in_them(lake: Lake, accounts: Path) -> None:
    run_day(DAY)
    post = a_thread(lake)
    assert len(holders(lake, post["id"])) > 5
    kept = find_outcomes(lake, DAY)["pixelforge"].counts.kept

    forget(post=f"https://x.com/pixelforge/status/{post['id']}?s=20")

    assert holders(lake, post["id"], post["text"]) == []
    assert find_outcomes(lake, DAY)["pixelforge"].counts.kept == kept - 1


def test_a_retweet_goes_with_its_original(lake: Lake, accounts: Path) -> None:
    run_day(DAY)
    original = a_retweeted(lake)
    before = find_outcomes(lake, DAY)["cobaltmotors"]

    forget(post=original["id"])

    assert holders(lake, original["id"], original["text"]) == []
    after = find_outcomes(lake, DAY)["cobaltmotors"]
    assert (after.counts.forgotten, after.counts.fetched) == (1, before.counts.fetched)
    assert after.cost_usd == before.cost_usd


def test_a_forgotten_post_stays_forgotten_whatever_is_run(
    lake: Lake, accounts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_day(DAY)
    post = the_best(lake, "pixelforge")
    forget(post=post["post_id"])
    forgotten = etags(lake)

    run_day(DAY)
    assert etags(lake) == forgotten

    report(lake, DAY, publish)
    assert etags(lake) == forgotten

    run_day(DAY, refetch=True)  # X still shows it
    refetched = etags(lake)
    assert {key: etag for key, etag in refetched.items() if not key.startswith("raw/")} == {
        key: etag for key, etag in forgotten.items() if not key.startswith("raw/")
    }
    assert holders(lake, post["post_id"], post["text"]) == []

    forget(post=post["post_id"])
    assert etags(lake) == refetched
    assert "not found" in capsys.readouterr().out


def test_a_post_may_be_forgotten_before_it_is_ever_read(lake: Lake, accounts: Path) -> None:
    run_day(DAY)
    post = the_best(lake, "pixelforge")
    for key in lake.keys(""):
        lake.delete(key)

    forget(post=post["post_id"], yes=True)
    run_day(DAY)

    assert holders(lake, post["post_id"], post["text"]) == []
    assert find_outcomes(lake, DAY)["pixelforge"].counts.forgotten == 1


def test_the_days_after_are_as_if_it_had_been_forgotten_before_they_were_made(
    lake: Lake, accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their pages compare with the day's roll-up, which changes."""
    for day in (DAY, DAY + timedelta(days=1)):
        monkeypatch.setenv("AVIARY_NOW", f"{day + timedelta(days=1)}T06:00:00Z")
        run_day(day)
    before = etags(lake)
    forget(post=the_best(lake, "pixelforge")["post_id"])
    forgotten = etags(lake)
    later = keys.report(DAY + timedelta(days=1))
    assert forgotten[later] != before[later]

    run_day(DAY)
    run_day(DAY + timedelta(days=1))

    assert etags(lake) == forgotten


def test_when_the_raw_pages_have_expired_what_was_made_of_them_is_redacted(
    lake: Lake, accounts: Path
) -> None:
    run_day(DAY)
    post, thread = the_best(lake, "pixelforge"), a_thread(lake)
    original = a_retweeted(lake)
    for account in ("pixelforge", "cobaltmotors"):
        expire_pages(lake, DAY, account)
    fetched = find_outcomes(lake, DAY)["pixelforge"].counts.fetched

    gone = {post["post_id"], thread["id"]}
    for post_id in gone:
        forget(post=post_id)

    assert holders(lake, *gone, post["text"], thread["text"]) == []
    counts = find_outcomes(lake, DAY)["pixelforge"].counts
    assert (counts.fetched, counts.forgotten) == (fetched, len(gone))
    rollup = find_frame(lake, keys.rollup(DAY), ROLLUP)
    assert rollup is not None
    assert rollup["forgotten"].sum() == len(gone)
    assert original["text"] in dict(everything(lake))[keys.posts(DAY, "cobaltmotors")]
    after = etags(lake)
    run_day(DAY)
    assert etags(lake) == after


def test_a_retweet_whose_raw_page_has_expired_goes_with_a_listed_accounts_post(
    lake: Lake, accounts: Path
) -> None:
    """Its row does not tell what it is of, but it reads like it."""
    run_day(DAY)
    post = the_best(lake, "pixelforge")
    stored = find_frame(lake, keys.posts(DAY, "cobaltmotors"), POSTS)
    assert stored is not None
    copy = stored.filter(pl.col("kind") == "retweet")[0].with_columns(
        text=pl.lit(f"RT @PixelForge: {post['text']}"), post_id=pl.lit("1234567890123456789")
    )
    put_frame(lake, keys.posts(DAY, "cobaltmotors"), pl.concat([stored, copy]))
    expire_pages(lake, DAY, "cobaltmotors")
    report(lake, DAY, publish)

    forget(post=post["post_id"])

    assert holders(lake, post["post_id"], post["text"], "1234567890123456789") == []
