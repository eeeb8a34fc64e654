"""Promise 4: one bad account costs one account."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import run_day
from pipeline.errors import RunFailed
from pipeline.lake.client import Lake
from pipeline.lake.days import find_outcomes
from pipeline.sandbox.app import create_app
from pipeline.sandbox.x.server import serving
from pipeline.status import Status
from tests.conftest import DAY
from tests.promises.broken import Broken, break_accounts
from tests.promises.days import write_accounts

FIVE = ["stadiumfc", "pixelforge", "tideandco", "1729", "lumenenergy"]


@pytest.fixture
def broken(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Broken]:
    app = Broken(create_app(environment["X_BEARER_TOKEN"]))
    with serving(app) as address:  # type: ignore[arg-type]
        monkeypatch.setenv("X_API_URL", address)
        yield app


def test_an_account_x_does_not_deliver_costs_itself_only(
    broken: Broken, lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_accounts(tmp_path, monkeypatch, "accounts: [" + ", ".join(FIVE) + "]\n")
    break_accounts(broken, "pixelforge")

    done = run_day(DAY)  # one of five is the 20% tolerated

    outcomes = find_outcomes(lake, DAY)
    assert done.statuses == {"ok": 4, "failed": 1}
    assert outcomes["pixelforge"].status == Status.FAILED
    assert "503" in (outcomes["pixelforge"].reason or "")


def test_one_more_and_the_run_fails_naming_both_and_the_rest_is_there(
    broken: Broken, lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_accounts(tmp_path, monkeypatch, "accounts: [" + ", ".join(FIVE) + "]\n")
    break_accounts(broken, "pixelforge", "1729")

    with pytest.raises(
        RunFailed, match=r"2 of 5 accounts failed.*@pixelforge.*|2 of 5 accounts failed.*@1729.*"
    ):
        run_day(DAY)

    statuses = [outcome.status for outcome in find_outcomes(lake, DAY).values()]
    assert statuses.count(Status.OK) == 3
    assert lake.exists(f"reports/{DAY}/index.html")


def test_the_bad_account_is_read_by_the_next_run(
    broken: Broken, lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_accounts(tmp_path, monkeypatch, "accounts: [" + ", ".join(FIVE) + "]\n")
    break_accounts(broken, "pixelforge")
    run_day(DAY)
    broken.ids = set()

    assert run_day(DAY).statuses == {"ok": 5}
