"""Promise: a forgotten account is as if it had never been listed."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline import run_day
from pipeline.cli.forget import forget
from pipeline.errors import ConfigError, RunFailed
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.doubts import DeletedPosts
from pipeline.lake.periods import Unit, period_of
from tests.conftest import DAY, RequestStats
from tests.promises.days import etags, write_accounts
from tests.promises.holders import ACCOUNTS, ONLY_COBALT, accounts, everything, versioned  # noqa: F401  # fixtures
from tests.reports.links import broken_links


def test_an_account_is_as_if_it_had_never_been_listed(
    versioned: Lake, accounts: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for day in (DAY - timedelta(days=1), DAY):
        run_day(day)
    run_day(DAY, refetch=True)
    versioned.put_model(keys.deleted_posts(DAY, "pixelforge"), DeletedPosts(days={}))
    write_accounts(accounts.parent, monkeypatch, ONLY_COBALT)
    bought = etags(versioned, without="-")

    forget(account="@PixelForge")

    assert "nothing is left in" in capsys.readouterr().out
    assert broken_links(versioned) == []
    assert not versioned.exists(keys.deleted_posts(DAY, "pixelforge"))
    assert [text for key, text in everything(versioned) if "pixelforge" in (key + text).lower()] == []
    assert {key: tag for key, tag in bought.items() if key.startswith("spend/")}.items() <= etags(
        versioned, without="-"
    ).items()
    forgotten = etags(versioned)
    for day in (DAY - timedelta(days=1), DAY):
        run_day(day)
    assert etags(versioned) == forgotten


def test_no_week_shows_a_forgotten_account_neither_its_own_nor_one_that_names_it_as_listed_no_more(
    lake: Lake, accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_day(DAY - timedelta(days=7))
    write_accounts(accounts.parent, monkeypatch, ONLY_COBALT)
    run_day(DAY)
    week = period_of(DAY, Unit.WEEK)
    pages = [keys.period_report(each) for each in (week, week.previous)]
    assert "Listed no more, and so not in the comparison: Pixelforge" in lake.get(pages[0]).decode()
    assert "account-pixelforge.html" in lake.get(pages[1]).decode()

    forget(account="pixelforge", yes=True)

    for page in pages:
        html = lake.get(page).decode()
        assert "pixelforge" not in html.lower()
        assert "account-cobaltmotors.html" in html
    assert broken_links(lake) == []


def test_a_listed_account_is_not_forgotten(
    lake: Lake, accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_day(DAY)
    before = etags(lake)
    with pytest.raises(ConfigError, match=r"@pixelforge is still listed in .*remove it there first"):
        forget(account="PixelForge")
    assert etags(lake) == before


def test_a_forgotten_account_that_is_listed_again_is_not_read_and_says_why(
    lake: Lake, request_stats: RequestStats, accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_accounts(accounts.parent, monkeypatch, ONLY_COBALT)
    forget(account="pixelforge", yes=True)
    write_accounts(accounts.parent, monkeypatch, ACCOUNTS)
    with pytest.raises(RunFailed, match=r"delete forgotten/account=pixelforge.json from the lake"):
        run_day(DAY)
    assert not [key for key in lake.keys("") if key.startswith(("raw/", "posts/")) and "pixelforge" in key]
    lake.delete(keys.erased_account("pixelforge"))
    assert run_day(DAY).statuses == {"ok": 2}


def test_the_only_account_of_a_day_leaves_an_empty_report(
    lake: Lake, accounts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_accounts(accounts.parent, monkeypatch, "accounts: [pixelforge]\n")
    run_day(DAY)
    write_accounts(accounts.parent, monkeypatch, ONLY_COBALT)
    forget(account="pixelforge")
    assert "pixelforge" not in lake.get(keys.report(DAY)).decode().lower()


@pytest.mark.parametrize("account", ["", "no handle", "way_too_long_a_handle", "https://x.com/nasa"])
def test_what_is_no_handle_is_refused(account: str, lake: Lake, accounts: Path) -> None:
    with pytest.raises(ConfigError, match="is not an X handle"):
        forget(account=account)
