"""Promise 6: hostile text is inert in keys, records, logs, terminals and CSV. (In HTML: tests/reports.)"""

import json
import logging
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import run_day
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import find_frame
from pipeline.page import decompress
from pipeline.schema import POSTS
from pipeline.text import one_line
from pipeline.transform.spreadsheet import from_csv
from tests.conftest import DAY
from tests.promises.days import write_accounts


@given(st.text())
def test_a_line_for_people_moves_no_cursor_and_hides_nothing(text: str) -> None:
    line = one_line(text)

    assert line.isprintable()
    assert len(line) <= 500


def test_no_post_reaches_a_key_a_record_or_a_log_and_no_secret_a_log(
    lake: Lake,
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """pixelforge is the sandbox's account that writes script tags, formulas and bidi overrides."""
    write_accounts(tmp_path, monkeypatch, "accounts: [pixelforge]\n")
    with caplog.at_level(logging.DEBUG):
        run_day(DAY)

    posts = find_frame(lake, keys.posts(DAY, "pixelforge"), POSTS)
    assert posts is not None
    written = [text for text in posts["text"] if len(text) > 20]
    assert written
    records = "\n".join(
        lake.get(key).decode()
        for key in lake.keys("")
        if key.startswith(("outcomes/", "plans/", "spend/")) or key.endswith("manifest.json")
    )
    stored = lake.keys("")
    # botocore's DEBUG lines hold the bodies of requests; they are off unless somebody asks for botocore's own.
    logged = "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("botocore")
    )
    for text in written:
        assert text not in records
        assert text not in logged
    assert all(re.fullmatch(r"[a-z0-9_=./-]+", key.replace("-W", "-w")) for key in stored), (
        stored
    )  # of a week
    for secret in (environment["X_BEARER_TOKEN"], environment["AWS_SECRET_ACCESS_KEY"]):
        assert secret not in logged
        assert secret not in records
    for key in stored:
        body = lake.get(key)
        readable = decompress(body) if key.endswith(".zst") else body
        assert environment["X_BEARER_TOKEN"].encode() not in readable, key


def test_the_stored_csv_reads_back_as_the_stored_posts_and_runs_nothing(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_accounts(tmp_path, monkeypatch, "accounts: [pixelforge, 1729]\n")
    run_day(DAY)

    for account in ("pixelforge", "1729"):
        posts = find_frame(lake, keys.posts(DAY, account), POSTS)
        body = lake.get(keys.account_csv(DAY, account))
        assert posts is not None
        assert from_csv(body).equals(posts)
        assert not re.search(rb'(^|[,"])[=@]', re.sub(rb'""', b"", body.replace(b"https", b"")))


def test_outcomes_are_json_whatever_x_said(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_accounts(tmp_path, monkeypatch)
    run_day(DAY)

    for key in lake.keys("outcomes/"):
        reason = json.loads(lake.get(key))["reason"]
        assert reason is None or reason.isprintable()
