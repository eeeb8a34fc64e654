"""What expires is the bucket's lifecycle: ours as wanted, others' untouched, and never a reason to fail a run."""

import logging
import re
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import run_day
from pipeline.lake import keys, retention
from pipeline.lake.catalogue import KINDS
from pipeline.lake.client import Lake
from pipeline.lake.kinds import Expiry
from pipeline.lake.retention import keep, merged, rules
from pipeline.settings import ROOT
from tests.conftest import DAY
from tests.promises.days import write_accounts

THEIRS: dict[str, Any] = {
    "ID": "logs of another team",
    "Filter": {"Prefix": "logs/"},
    "Status": "Enabled",
    "Expiration": {"Days": 3},
}
NEVER = ("spend/month=2026-11.json", keys.outcome(DAY, "nasa"), keys.plan(DAY), keys.erased_post("17"))


def lifecycle(lake: Lake) -> list[dict[str, Any]]:
    answer = boto3.client("s3").get_bucket_lifecycle_configuration(Bucket=lake.bucket)
    found: list[dict[str, Any]] = answer["Rules"]
    return [
        rule
        for rule in found
        if rule["Filter"]["Prefix"].startswith((lake.prefix, THEIRS["Filter"]["Prefix"]))
    ]


def put_lifecycle(lake: Lake, *wanted: dict[str, Any]) -> None:
    boto3.client("s3").put_bucket_lifecycle_configuration(
        Bucket=lake.bucket, LifecycleConfiguration={"Rules": list(wanted)}
    )


def expires(rule: dict[str, Any], key: str) -> bool:
    """Whether a rule lets the newest version of an object expire."""
    return "Days" in rule.get("Expiration", {}) and key.startswith(rule["Filter"]["Prefix"])


@pytest.mark.parametrize("prefix", ["", "aviary/"])
def test_pages_of_x_expire_and_nothing_that_must_stay(prefix: str) -> None:
    ours = rules(prefix, 12)
    assert [
        rule["Expiration"]["Days"] for rule in ours if expires(rule, prefix + keys.raw_page(DAY, "nasa", 1))
    ] == [12]
    for key in (*NEVER, keys.posts(DAY, "nasa"), keys.report(DAY), keys.rollup(DAY)):
        assert not any(expires(rule, prefix + key) for rule in ours), key


def test_operations_md_says_of_each_folder_whether_it_expires() -> None:
    section = (ROOT / "docs/operations.md").read_text(encoding="utf-8").partition("## What expires")[2]
    told = {
        folder: row[2].startswith("never")
        for row in re.finditer(r"^\| (`[^|]*) \| ([^|]*) \|$", section.partition("\n## ")[0], re.MULTILINE)
        for folder in re.findall(r"`(\w+)/`", row[1])
    }
    assert told == {kind.date_prefix.split("/")[0]: kind.expires is Expiry.NEVER for kind in KINDS}


@given(st.lists(st.sampled_from(["a", "b", "c"]), unique=True), st.integers(1, 3650), st.integers(1, 3650))
def test_others_rules_stay_as_and_where_they_are(others: list[str], before: int, after: int) -> None:
    theirs = [THEIRS | {"ID": name} for name in others]
    existing = [*theirs[:1], *rules("x/", before), *theirs[1:], *rules("another/", 7)]
    changed = merged(existing, rules("x/", after), "x/")
    assert [rule for rule in changed if rule not in rules("x/", after)] == [*theirs, *rules("another/", 7)]
    assert [rule["ID"] for rule in changed] == [rule["ID"] for rule in existing]
    assert merged(changed, rules("x/", after), "x/") == changed


def test_a_run_gives_the_bucket_its_rules_and_keeps_to_accounts_yaml(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_lifecycle(lake, THEIRS)
    for days in (12, 45):
        write_accounts(tmp_path, monkeypatch, f"retention: {{raw_days: {days}}}\naccounts: [pixelforge]\n")
        run_day(DAY)
        assert lifecycle(lake) == [THEIRS, *rules(lake.prefix, days)]


def test_what_is_as_it_should_be_is_not_written(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    put_lifecycle(lake, THEIRS)
    assert keep(lake, 30)

    def write(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(retention, "write_lifecycle", write)
    assert keep(lake, 30)
    assert lifecycle(lake) == [THEIRS, *rules(lake.prefix, 30)]


def test_a_refusal_is_told_with_what_to_do_and_fails_no_run(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from botocore.exceptions import ClientError

    refusal = ClientError({"Error": {"Code": "AccessDenied"}}, "GetBucketLifecycleConfiguration")

    def refuse(**_: Any) -> None:
        raise refusal

    actual = Lake.__init__

    def without_the_right(self: Lake, *args: Any, **kwargs: Any) -> None:
        actual(self, *args, **kwargs)
        self.client.get_bucket_lifecycle_configuration = refuse

    monkeypatch.setattr(Lake, "__init__", without_the_right)
    write_accounts(tmp_path, monkeypatch, "accounts: [pixelforge]\n")
    with caplog.at_level(logging.WARNING):
        assert run_day(DAY).statuses == {"ok": 1}
    (told,) = [record.getMessage() for record in caplog.records if "retention" in record.getMessage()]
    assert "AccessDenied; allow s3:GetLifecycleConfiguration" in told
    assert "\n" not in told
