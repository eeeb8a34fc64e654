"""Where a task finds X and the lake: the environment first, else Airflow's Connections `x_api` and `aws_default`."""

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException
from pydantic import SecretStr

from pipeline.lake.client import Lake
from pipeline.settings import Settings, load_settings
from pipeline.x_api.client import XApi

X_CONNECTION = "x_api"
S3_CONNECTION = "aws_default"


def x_settings() -> Settings:
    """Return the settings, with the Connection `x_api` (password: the token, host: the address) where none is set."""
    settings = load_settings()
    if settings.x_bearer_token.get_secret_value():
        return settings
    try:
        connection = BaseHook.get_connection(X_CONNECTION)
    except AirflowNotFoundException:
        return settings  # token() says what to set
    return settings.model_copy(
        update={
            "x_bearer_token": SecretStr(connection.password or ""),
            "x_api_url": connection.host or settings.x_api_url,
        }
    )


def open_x() -> XApi:
    """Return X, as `x_settings` say. Raises `ConfigError` without a token."""
    settings = x_settings()
    return XApi(settings.token(), settings.x_api_url)


def open_lake() -> Lake:
    """Return the lake of `AVIARY_LAKE`, through the Connection `aws_default` where there is one."""
    url = load_settings().lake_url()
    try:
        BaseHook.get_connection(S3_CONNECTION)
    except AirflowNotFoundException:
        return Lake(url)
    from airflow.providers.amazon.aws.hooks.s3 import S3Hook

    hook = S3Hook(aws_conn_id=S3_CONNECTION)
    return Lake(url, hook.get_session(), endpoint_url=hook.conn_config.get_service_endpoint_url("s3"))
