"""X and S3 by Airflow's Connections: from the environment, and from AWS Secrets Manager by Airflow's own backend."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from pipeline.errors import ConfigError, LakeRefused
from pipeline.lake.client import Lake

TOKEN = "AAAAAAAA-a-token-of-X"
PREFIX = "aviary/connections"


@pytest.fixture
def without_token(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """No token and no address of X in the environment."""
    monkeypatch.delenv("X_BEARER_TOKEN")
    monkeypatch.delenv("X_API_URL")
    return environment


def connect(monkeypatch: pytest.MonkeyPatch, name: str = "x_api", **fields: Any) -> None:
    """Define a Connection, as the environment does."""
    monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps({"conn_type": "http"} | fields))


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ({}, "https://api.x.com"),
        ({"host": "api.example.org"}, "https://api.example.org"),
        ({"host": "api.example.org", "port": 8443}, "https://api.example.org:8443"),
        ({"host": "127.0.0.1", "port": 8000, "schema": "http"}, "http://127.0.0.1:8000"),
        ({"host": "api.example.org/x", "port": 8443, "schema": "https"}, "https://api.example.org:8443/x"),
        ({"host": "https://api.example.org"}, "https://api.example.org"),
        ({"host": "https://api.example.org", "port": 8443}, "https://api.example.org:8443"),
        (
            {"host": "https://api.example.org:9443", "port": 1, "schema": "http"},
            "https://api.example.org:9443",
        ),
        ({"host": "::1", "port": 8000, "schema": "http"}, "http://[::1]:8000"),
        ({"host": " api.example.org ", "schema": ""}, "https://api.example.org"),
    ],
)
def test_host_port_and_schema_of_the_connection_are_the_address(
    without_token: dict[str, str], monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any], address: str
) -> None:
    from dags.connections import open_x, x_settings

    connect(monkeypatch, password=TOKEN, **fields)

    settings = x_settings()

    assert settings.x_api_url == address
    assert settings.x_bearer_token.get_secret_value() == TOKEN
    open_x()


def test_x_is_read_by_the_connection(without_token: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    from dags.connections import open_x

    host, _, port = without_token["X_API_URL"].removeprefix("http://").partition(":")
    connect(monkeypatch, host=host, port=int(port), schema="http", password=without_token["X_BEARER_TOKEN"])

    assert open_x().usage(days=1) is not None


def test_the_environment_goes_before_the_connection(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dags.connections import x_settings

    connect(monkeypatch, host="api.example.org", password=TOKEN)

    assert x_settings().x_api_url == environment["X_API_URL"]
    assert x_settings().x_bearer_token.get_secret_value() == environment["X_BEARER_TOKEN"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "there is no token for X: set X_BEARER_TOKEN .* or the password of the Connection x_api"),
        ({"password": f'"{TOKEN}"'}, "^the password of the Connection x_api has quotes around it"),
        ({"password": "two words"}, "^the password of the Connection x_api contains characters"),
        (
            {"password": TOKEN, "host": "api.example.org", "schema": "http"},
            "^the address of the Connection x_api='http://api.example.org' would send the token in the clear",
        ),
        (
            {"password": TOKEN, "host": "api.example.org", "schema": "ftp"},
            "^the Connection x_api leads to 'ftp://api.example.org', which is no web address",
        ),
        ({"password": TOKEN, "host": "https://api.example.org:port"}, "^the Connection x_api leads to "),
    ],
)
def test_what_is_wrong_in_the_connection_is_said_by_its_name_without_the_token(
    without_token: dict[str, str], monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any], said: str
) -> None:
    from dags.connections import open_x

    connect(monkeypatch, **fields)

    with pytest.raises(ConfigError, match=said) as raised:
        open_x()
    assert TOKEN not in str(raised.value)


def test_without_a_connection_the_message_names_both_ways(without_token: dict[str, str]) -> None:
    from dags.connections import open_x

    with pytest.raises(ConfigError, match=r"set X_BEARER_TOKEN .* or the password of the Connection x_api"):
        open_x()


def test_the_environments_token_is_masked_in_logs(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.sdk._shared.secrets_masker import redact

    from dags.connections import open_x

    token = "BBBBBBBB-of-the-environment"  # no Connection's, which Airflow masks itself
    monkeypatch.setenv("X_BEARER_TOKEN", token)
    open_x()

    assert redact(f"sent {token} to X") == "sent *** to X"


def test_the_lakes_errors_name_its_connection(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    from dags.connections import open_lake

    monkeypatch.delenv("AWS_ACCESS_KEY_ID")  # it would go before the Connection
    connect(monkeypatch, "aws_default", conn_type="aws", extra={"profile_name": "nobody"})
    with pytest.raises(ConfigError, match=r"^the Connection aws_default cannot be used: ProfileNotFound"):
        open_lake()

    connect(monkeypatch, "aws_default", conn_type="aws", login="nobody", password="wrong")
    with pytest.raises(LakeRefused, match=r"S3 answers .* to the Connection aws_default$"):
        open_lake().find("plans/day=2026-11-22.json")


@pytest.fixture
def secrets_manager(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """AWS Secrets Manager as Airflow's secrets backend; moto stands for AWS, in this process."""
    from airflow.sdk.configuration import clear_secrets_backends_cache

    backend = "airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend"
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND", backend)
    monkeypatch.setenv("AIRFLOW__SECRETS__BACKEND_KWARGS", json.dumps({"connections_prefix": PREFIX}))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)  # the sandbox has S3 only
    clear_secrets_backends_cache()
    with mock_aws():
        yield boto3.client("secretsmanager")
    clear_secrets_backends_cache()


def test_connections_come_from_aws_secrets_manager(
    secrets_manager: Any, without_token: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dags.connections import open_lake, open_x, x_settings

    def keep(name: str, **fields: Any) -> None:
        secrets_manager.create_secret(Name=f"{PREFIX}/{name}", SecretString=json.dumps(fields))

    keep("x_api", conn_type="http", host="api.example.org", port=8443, password=TOKEN)
    keep("aws_default", conn_type="aws", login="the-key", password="the-secret")

    settings = x_settings()
    open_x()
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")  # the backend's own; it would go before the Connection
    credentials = open_lake().session.get_credentials().get_frozen_credentials()

    assert settings.x_api_url == "https://api.example.org:8443"
    assert settings.x_bearer_token.get_secret_value() == TOKEN
    assert (credentials.access_key, credentials.secret_key) == ("the-key", "the-secret")


def test_what_secrets_manager_does_not_hold_is_said_by_name(
    secrets_manager: Any, without_token: dict[str, str]
) -> None:
    from dags.connections import open_x

    with pytest.raises(ConfigError, match="the password of the Connection x_api"):
        open_x()
