"""What is wrong with a bucket is said before anything is bought, with what to change."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pipeline.cli.readers import try_all_readers
from pipeline.errors import ConfigError
from pipeline.lake import sql
from pipeline.lake.access import Access
from pipeline.lake.client import Lake
from pipeline.lake.health import require_bucket
from tests.conftest import Answer, StubServer
from tests.pipeline.lake.requests import impatient  # noqa: F401  # fixtures


def test_the_lake_in_front_of_us_passes_its_check(lake: Lake) -> None:
    require_bucket(lake)


@pytest.mark.usefixtures("environment")
def test_credentials_that_cannot_be_loaded_are_told_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/aviary")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(
        ConfigError, match=r"the AWS credentials cannot be loaded: .*token.*; log in again, or "
    ):
        require_bucket(Lake("s3://lake"))


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("status", "told"),
    [
        (400, r"answers 400 for bucket 'lake'; check AVIARY_LAKE, AWS_ENDPOINT_URL_S3 and AWS_REGION"),
        (301, r"redirects every request; set AWS_ENDPOINT_URL_S3 to the address it redirects to"),
    ],
)
def test_a_server_that_does_not_answer_as_s3_is_told_with_the_setting(
    stub: StubServer, status: int, told: str
) -> None:
    stub.answers = [Answer("", status, {"Location": "https://elsewhere.example/"} if status == 301 else {})]
    with pytest.raises(ConfigError, match=told):
        require_bucket(Lake("s3://lake", endpoint_url=stub.address))


@pytest.mark.parametrize(
    ("url", "variables", "words"),
    [
        ("s3://no-such-bucket", {}, "there is no bucket 'no-such-bucket'"),
        ("s3://lake", {"AWS_SECRET_ACCESS_KEY": "wrong-secret"}, "refuses the credentials for bucket 'lake'"),
        ("s3://lake", {"AWS_ACCESS_KEY_ID": "nobody"}, "refuses the credentials for bucket 'lake'"),
        (
            "s3://lake",
            {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None},
            "no AWS credentials were found",
        ),
        ("s3://lake", {"AWS_SECRET_ACCESS_KEY": None}, "missing: AWS_SECRET_ACCESS_KEY"),
    ],
)
def test_the_check_says_what_to_change(
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    variables: dict[str, str | None],
    words: str,
) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name, value in variables.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    with pytest.raises(ConfigError) as caught:
        require_bucket(Lake(url))
    assert words in str(caught.value)
    assert str(caught.value).isprintable()
    assert "wrong-secret" not in str(caught.value)


def test_the_check_says_when_nobody_is_there(
    environment: dict[str, str], dead_address: str, impatient: None
) -> None:
    with pytest.raises(ConfigError, match=f"S3 at {dead_address} cannot be reached"):
        require_bucket(Lake("s3://lake", endpoint_url=dead_address))


def test_an_endpoint_that_is_no_address_is_refused(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "nowhere")
    with pytest.raises(ConfigError, match="S3 cannot be used with these settings"):
        Lake("s3://lake")


def test_a_profile_that_is_not_there_is_refused(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(ConfigError, match=r"S3 cannot be used with these settings: .*nobody"):
        Lake("s3://lake")


# --- a small object through every reader ---------------------------------------------------------


def test_the_trial_is_read_by_every_reader_and_leaves_nothing(lake: Lake) -> None:
    for odd in (lake, Lake(f"{lake.url}/account=x/day=all"), Lake(f"{lake.url}/my lake & ä")):
        try_all_readers(odd)
        assert odd.keys("") == []


def without_conditions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the store overwrite whatever the condition says, as stores without conditional writes do."""
    original = Lake._send

    def send(self: Lake, operation: str, **arguments: Any) -> Any:
        kept = {name: value for name, value in arguments.items() if name not in ("IfMatch", "IfNoneMatch")}
        return original(self, operation, **kept)

    monkeypatch.setattr(Lake, "_send", send)


def test_a_store_without_conditional_writes_is_refused_with_the_reason(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_conditions(monkeypatch)
    with pytest.raises(ConfigError, match=r"does not support conditional writes .* docs/operations\.md"):
        try_all_readers(lake)
    assert lake.keys("") == []


def test_a_store_that_refuses_conditions_is_refused_with_what_it_answered(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Lake._send

    def send(self: Lake, operation: str, **arguments: Any) -> Any:
        if {"IfMatch", "IfNoneMatch"} & arguments.keys():
            error = {"Error": {"Code": "NotImplemented", "Message": "If-None-Match"}}
            raise ClientError(error, operation)
        return original(self, operation, **arguments)

    monkeypatch.setattr(Lake, "_send", send)
    with pytest.raises(ConfigError, match=r"does not support conditional writes .*NotImplemented"):
        try_all_readers(lake)
    assert lake.keys("") == []


@pytest.mark.parametrize(("lost", "told"), [("get_object", "return"), ("list_objects_v2", "list")])
def test_a_store_that_has_not_what_was_just_written_is_refused(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, lost: str, told: str
) -> None:
    original = Lake._send
    written: list[str] = []

    def send(self: Lake, operation: str, **arguments: Any) -> Any:
        """Conditional writes are right; only what comes after them is not there yet."""
        written.extend([operation] if operation == "put_object" else [])
        if operation == lost and len(written) == 3:
            written.clear()
            arguments |= {"Key": "nothing"} if operation == "get_object" else {"Prefix": "nothing"}
        return original(self, operation, **arguments)

    monkeypatch.setattr(Lake, "_send", send)
    with pytest.raises(
        ConfigError, match=f"does not {told} what was just written to it; see docs/operations"
    ):
        try_all_readers(lake)


def test_a_store_that_refuses_to_write_is_told_with_the_setting_that_may_help(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Lake._send

    def send(self: Lake, operation: str, **arguments: Any) -> Any:
        if operation == "put_object":
            error = {"Error": {"Code": "NotImplemented", "Message": "A header you provided"}}
            raise ClientError(error, operation)
        return original(self, operation, **arguments)

    monkeypatch.setattr(Lake, "_send", send)
    with pytest.raises(ConfigError, match="AWS_REQUEST_CHECKSUM_CALCULATION=when_required"):
        try_all_readers(lake)


def test_duckdb_that_cannot_read_the_lake_is_told_before_anything_is_bought(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "access_to", lambda _: Access(lake.endpoint, "us-east-1", "wrong", "wrong"))
    with pytest.raises(ConfigError, match=r"DuckDB, which `\./aviary sql` uses, cannot read"):
        try_all_readers(lake)
