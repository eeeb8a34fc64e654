"""boto3's session and client as the lake wants them."""

import logging
import os
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

# At INFO botocore logs for every client where it found its credentials: noise in each task's log.
logging.getLogger("botocore").setLevel(logging.WARNING)

# botocore's defaults (60 s timeouts, legacy retries, 10 connections) are not what a pipeline wants.
CLIENT_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 5},
    connect_timeout=5,
    read_timeout=30,
    max_pool_connections=32,
    s3={"addressing_style": "path"},
    signature_version="s3v4",  # links are signed by the old version else, which many regions refuse
)


def open_client(session: boto3.Session, endpoint_url: str | None = None, **credentials: str) -> Any:
    """Return a client of S3, by AWS's own settings where nothing else is given. Raises botocore's errors."""
    return session.client(
        "s3",
        # botocore reads AWS_DEFAULT_REGION only; other programs of AWS's set and read AWS_REGION.
        region_name=session.region_name or os.environ.get("AWS_REGION"),
        config=CLIENT_CONFIG,
        endpoint_url=endpoint_url,
        **credentials,
    )


@cache
def shared_session() -> boto3.Session:
    """Return the session that a process, and those forked from it, have in common. Not for several threads."""
    return boto3.Session()


def load_models() -> None:
    """Have the shared session read its models, a megabyte of JSON: a client then costs a tenth of the time.

    Looks for no credentials and opens no connection, so it may run before a fork.
    """
    open_client(shared_session(), aws_access_key_id="none", aws_secret_access_key="none")  # noqa: S106
