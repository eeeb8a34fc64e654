"""`./aviary check --live` tells everything that is wrong at once."""

import sys
from pathlib import Path

import pytest

from pipeline.cli import main
from tests.conftest import RequestStats
from tests.promises.days import write_accounts


def test_without_a_lake_the_token_is_tried_all_the_same(
    request_stats: RequestStats,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    write_accounts(tmp_path, monkeypatch)
    monkeypatch.setenv("AVIARY_LAKE", "s3://no-such-bucket")
    for token, works in (("", True), ("not-the-token", False)):
        if token:
            monkeypatch.setenv("X_BEARER_TOKEN", token)
        monkeypatch.setattr(sys, "argv", ["pipeline", "check", "--live", "--yes"])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert ended.value.code == 2
        assert "there is no bucket 'no-such-bucket'" in err
        assert ("the token works" in out) is works
        assert ("X refuses the bearer token (401)" in err) is not works
    assert request_stats.users() == 0
