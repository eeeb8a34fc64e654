"""What is wrong with a bucket is said before anything is bought, with what to change."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from pipeline.cli.readers import try_all_readers
from pipeline.errors import ConfigError
from pipeline.lake import sql
from pipeline.lake.access import Access
from pipeline.lake.client import Lake
from pipeline.lake.health import require_bucket
from tests.pipeline.lake.requests import impatient  # noqa: F401  # fixtures


def test_the_lake_in_front_of_us_passes_its_check(lake: Lake) -> None:
    require_bucket(lake)


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
