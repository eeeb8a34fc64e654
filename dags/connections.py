"""Opens X and the lake for tasks, from the environment or else Airflow's Connections `x_api` and `aws_default`."""

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.log import mask_secret
from pydantic import SecretStr

from pipeline.errors import ConfigError
from pipeline.lake.client import Lake
from pipeline.lake.session import shared_session
from pipeline.settings import Settings, load_settings
from pipeline.text import one_line
from pipeline.x_api.client import XApi

if TYPE_CHECKING:
    from airflow.sdk import Connection

X_CONNECTION = "x_api"
S3_CONNECTION = "aws_default"
# Whose credentials are used is decided by any of these.
_DECIDING = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_ROLE_ARN", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")


def x_settings() -> Settings:
    """Return the settings; without a token, with password and address of the Connection `x_api`.

    Either way, Airflow masks the token in its logs. Raises `ConfigError` when the Connection's address is none.
    """
    settings = load_settings()
    if token := settings.x_bearer_token.get_secret_value():
        mask_secret(token)
        return settings
    connection = _find(X_CONNECTION)
    if connection is None:
        return settings
    return settings.model_copy(
        update={
            "x_bearer_token": SecretStr(connection.password or ""),
            "x_api_url": _address(connection) or settings.x_api_url,
        }
    )


def open_x() -> XApi:
    """Return the client of X for `x_settings`.

    Raises `ConfigError`, which names the variable or the Connection, without a token or with one that must not be sent.
    """
    environment, settings = load_settings(), x_settings()
    if not settings.x_bearer_token.get_secret_value():
        raise ConfigError(
            f"there is no token for X: set X_BEARER_TOKEN in the environment of the workers, or the password of the "
            f"Connection {X_CONNECTION}, to your X app's bearer token"
        )
    theirs = f"of the Connection {X_CONNECTION}"
    token = settings.token(
        "X_BEARER_TOKEN"
        if settings.x_bearer_token == environment.x_bearer_token
        else f"the password {theirs}",
        "X_API_URL" if settings.x_api_url == environment.x_api_url else f"the address {theirs}",
    )
    return XApi(token, settings.x_api_url)


def open_lake() -> Lake:
    """Return the lake of `AVIARY_LAKE`, by AWS's settings in the environment, else by the Connection `aws_default`.

    Raises `ConfigError` when the Connection exists and cannot be used.
    """
    url = load_settings().lake_url()
    # A look-up is a request to Airflow's API in each task.
    if any(os.environ.get(name) for name in _DECIDING) or _find(S3_CONNECTION) is None:
        return Lake(url, shared_session())
    from airflow.providers.amazon.aws.hooks.s3 import S3Hook

    hook = S3Hook(aws_conn_id=S3_CONNECTION)
    try:
        session, endpoint = hook.get_session(), hook.conn_config.get_service_endpoint_url("s3")
    except Exception as error:  # the hook and boto3 raise anything about what is in a Connection
        raise ConfigError(
            f"the Connection {S3_CONNECTION} cannot be used: {type(error).__name__}: {one_line(str(error))}"
        ) from error
    return Lake(url, session, endpoint, credentials=f"the Connection {S3_CONNECTION}")


def _find(name: str) -> "Connection | None":
    try:
        return BaseHook.get_connection(name)
    except AirflowNotFoundException:
        return None


def _address(connection: "Connection") -> str:
    """Return host, port and schema as one address; empty without a host.

    The host may be an address already, whose own scheme and port count. Without a schema it is https, as for X itself.
    """
    host = (connection.host or "").strip()
    if not host:
        return ""
    if "://" not in host:
        if host.count(":") > 1 and not host.startswith("["):
            host = f"[{host}]"  # IPv6
        host = f"{connection.schema or 'https'}://{host}"
    try:
        parts = urlsplit(host)
        is_address = parts.scheme in {"https", "http"} and bool(parts.hostname)
        port = parts.port or connection.port
    except ValueError:
        is_address, port = False, None
    if not is_address:
        raise ConfigError(
            f"the Connection {X_CONNECTION} leads to {host!r}, which is no web address; set its host to a name such as "
            "api.x.com, and its schema to https or to nothing"
        )
    if port and not parts.port:
        parts = parts._replace(netloc=f"{parts.netloc}:{port}")
    return parts.geturl()
