"""What is wrong with a bucket is said before anything is bought, with what to change."""

import pytest

from pipeline.errors import ConfigError
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
