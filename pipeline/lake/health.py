"""Whether the lake can be used: tried before anything is bought, with what to change where it cannot."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import polars as pl
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004  # botocore's own, the base of refused, reset and timed-out connections
    HTTPClientError,
    NoCredentialsError,
)

from pipeline.errors import AviaryError, ConfigError
from pipeline.lake import keys
from pipeline.lake.client import CREDENTIALS, REFUSED_CREDENTIALS, Lake, code_of
from pipeline.lake.frames import parse_frame, to_parquet
from pipeline.text import one_line

_NO_BUCKET = {"404", "NotFound", "NoSuchBucket"}
_STORES = "docs/operations.md, 'What a store must do'"
TRIAL: Final = pl.DataFrame({"account": ["null", "007"]})  # handles that some readers take for something else


def require_bucket(lake: Lake) -> None:
    """Try the bucket once, cheaply. Raises `ConfigError` with what to change."""
    try:
        lake.client.head_bucket(Bucket=lake.bucket)
    except ClientError as error:
        code = code_of(error)
        if code in _NO_BUCKET:
            problem = f"there is no bucket {lake.bucket!r} at {lake.endpoint}; create it, or set AVIARY_LAKE"
        elif code in REFUSED_CREDENTIALS:
            problem = (
                f"{lake.endpoint} refuses the credentials for bucket {lake.bucket!r}; check AWS_ACCESS_KEY_ID "
                "and AWS_SECRET_ACCESS_KEY, or the role's rights"
            )
        else:
            problem = (
                f"{lake.endpoint} answers {code} for bucket {lake.bucket!r}; check AVIARY_LAKE, "
                "AWS_ENDPOINT_URL_S3 and AWS_REGION"
            )
        raise ConfigError(problem) from None
    except NoCredentialsError:
        raise ConfigError(f"no AWS credentials were found; {CREDENTIALS}") from None
    except (ConnectionError, HTTPClientError) as error:
        raise ConfigError(
            f"S3 at {lake.endpoint} cannot be reached ({type(error).__name__}); "
            "check AWS_ENDPOINT_URL_S3 and the network, and AWS_CA_BUNDLE where the server's certificate is your own"
        ) from None
    except RecursionError:
        # botocore answers a redirection by asking for the bucket's region, which is redirected too.
        raise ConfigError(
            f"{lake.endpoint} redirects every request; set AWS_ENDPOINT_URL_S3 to the address it redirects to, such as "
            "https instead of http"
        ) from None
    except (BotoCoreError, OSError, ValueError) as error:
        # A login that is over, a profile or a token file that is missing, a credential process that fails.
        raise ConfigError(
            f"the AWS credentials cannot be loaded: {one_line(str(error))}; log in again, or {CREDENTIALS}"
        ) from None


@contextmanager
def trial_object(lake: Lake) -> Iterator[str]:
    """Write, read and list a small object as the pipeline does, yield its key to be read by others, and remove it.

    Raises `ConfigError` with what to change. Costs seven requests. What is tried is what some stores lack: conditional
    writes keep two runs from overwriting each other, and from buying a page twice.
    """
    key, body = keys.trial(uuid.uuid4().hex), to_parquet(TRIAL)
    try:
        lake.put(key, body)
        try:
            _require_conditional_writes(lake, key, body)
            read = lake.find(key)
            if read is None or not parse_frame(lake, key, read.body, TRIAL.schema).equals(TRIAL):
                raise ConfigError(f"{lake.url} does not return what was just written to it; see {_STORES}")
            if key not in lake.keys(key):
                raise ConfigError(f"{lake.url} does not list what was just written to it; see {_STORES}")
            yield key
        finally:
            lake.delete(key)
    except ConfigError:
        raise
    except AviaryError as error:
        raise ConfigError(
            f"the lake cannot be used: {error}; if the store refuses checksums, set "
            f"AWS_REQUEST_CHECKSUM_CALCULATION=when_required, and see {_STORES}"
        ) from None


def _require_conditional_writes(lake: Lake, key: str, body: bytes) -> None:
    without = (
        f"{lake.endpoint} does not support conditional writes (If-None-Match and If-Match), without which two runs "
        f"would overwrite each other; use another store, see {_STORES}"
    )
    try:
        overwritten = lake.put_if(key, body, None)
        stored = lake.find(key)
        replaced = stored is not None and lake.put_if(key, body, stored.etag)
    except AviaryError as error:
        raise ConfigError(f"{without} ({error})") from None
    if overwritten or not replaced:
        raise ConfigError(without)
