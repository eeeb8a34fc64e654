"""Opens X and the lake for tasks, from the environment or else Airflow's Connections `x_api` and `aws_default`."""

import os

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException
from pydantic import SecretStr

from pipeline.lake.client import Lake
from pipeline.lake.session import shared_session
from pipeline.settings import Settings, load_settings
from pipeline.x_api.client import XApi

X_CONNECTION = "x_api"
S3_CONNECTION = "aws_default"
# Whose credentials are used is decided by any of these.
_DECIDING = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_ROLE_ARN", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")


def x_settings() -> Settings:
    """Return the settings; without a token, with password and host of the Connection `x_api` as token and address."""
    settings = load_settings()
    if settings.x_bearer_token.get_secret_value():
        return settings
    try:
        connection = BaseHook.get_connection(X_CONNECTION)
    except AirflowNotFoundException:
        return settings  # `token()` raises and says what to set
    return settings.model_copy(
        update={
            "x_bearer_token": SecretStr(connection.password or ""),
            "x_api_url": connection.host or settings.x_api_url,
        }
    )


def open_x() -> XApi:
    """Return the client of X for `x_settings`. Raises `ConfigError` without a token."""
    settings = x_settings()
    return XApi(settings.token(), settings.x_api_url)


def open_lake() -> Lake:
    """Return the lake of `AVIARY_LAKE`, by AWS's settings in the environment, else by the Connection `aws_default`."""
    url = load_settings().lake_url()
    if any(
        os.environ.get(name) for name in _DECIDING
    ):  # a look-up is a request to Airflow's API in each task
        return Lake(url, shared_session())
    try:
        BaseHook.get_connection(S3_CONNECTION)
    except AirflowNotFoundException:
        return Lake(url, shared_session())
    from airflow.providers.amazon.aws.hooks.s3 import S3Hook

    hook = S3Hook(aws_conn_id=S3_CONNECTION)
    return Lake(url, hook.get_session(), endpoint_url=hook.conn_config.get_service_endpoint_url("s3"))
