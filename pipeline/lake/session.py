"""boto3's session and client as the lake wants them."""

import logging
import os
from contextlib import suppress
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials, ReadOnlyCredentials, create_credential_resolver
from botocore.exceptions import BotoCoreError, NoCredentialsError

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


def open_client(session: boto3.Session, endpoint_url: str | None = None) -> Any:
    """Return a client of S3, by AWS's own settings where nothing else is given. Raises botocore's errors."""
    if session is shared_session() and endpoint_url is None:
        return shared_client()
    return _new_client(session, endpoint_url)


class LateCredentials(Credentials):  # type: ignore[misc]  # botocore has no types
    """AWS's credentials, looked for when the first request is signed instead of when a client is made."""

    method = "late"

    def __init__(self, session: botocore.session.Session) -> None:
        self._session = session
        self._found: Credentials | None = None

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """Return the credentials of now. Raises `NoCredentialsError` when there are none."""
        if self._found is None:
            region = self._session.get_config_variable("region")
            self._found = create_credential_resolver(self._session, region_name=region).load_credentials()
        if self._found is None:
            raise NoCredentialsError
        return self._found.get_frozen_credentials()


@cache
def shared_session() -> boto3.Session:
    """Return the session that a process, and those forked from it, have in common. Not for several threads.

    It holds no credentials: each process finds its own, which may have changed since.
    """
    session = botocore.session.get_session()
    session.register_component("credential_provider", _Late(session))
    return boto3.Session(botocore_session=session)


@cache
def shared_client() -> Any:
    """Return the client of the shared session, made once: its models and rules are a megabyte of JSON.

    Looks for no credentials and opens no connection, so it may be made before a fork. Raises botocore's errors.
    """
    return _new_client(shared_session())


def load_client() -> None:
    """Make the shared client before a fork. What AWS's settings do not allow is told by whoever opens the lake."""
    with suppress(BotoCoreError, OSError, ValueError):
        # The shapes are looked through when a request is first refused, a missing object included.
        _ = shared_client().meta.service_model.error_shapes


class _Late:
    """What a session asks for its credentials."""

    def __init__(self, session: botocore.session.Session) -> None:
        self._session = session

    def load_credentials(self) -> LateCredentials:
        return LateCredentials(self._session)


def _new_client(session: boto3.Session, endpoint_url: str | None = None) -> Any:
    return session.client(
        "s3",
        # botocore reads AWS_DEFAULT_REGION only; other programs of AWS's set and read AWS_REGION.
        region_name=session.region_name or os.environ.get("AWS_REGION"),
        config=CLIENT_CONFIG,
        endpoint_url=endpoint_url,
    )
