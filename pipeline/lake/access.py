"""What others need to read the lake: credentials for another S3 client, a link for another person."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pipeline.lake.client import Lake

LINK_HOURS: Final = 72  # over a weekend; S3 allows a week at most


@dataclass(frozen=True)
class Access:
    """What another S3 client needs to read as boto3 does: none of them reads boto3's settings."""

    endpoint: str  # with its scheme
    region: str
    key_id: str | None = None  # None where S3 is asked without credentials
    secret: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    ca_bundle: str | None = None  # a file of certificates to trust, where boto3 has been given one

    @property
    def temporary(self) -> bool:
        """Whether the credentials end by themselves: a role's, or a session's."""
        return bool(self.token)


def access_to(lake: "Lake") -> Access:
    """Return what DuckDB needs to read the lake. Credentials of a role expire: ask each time."""
    with lake.translate_errors("read", ""):
        found = lake.session.get_credentials()
        frozen = found.get_frozen_credentials() if found else None
    return Access(
        endpoint=lake.endpoint,
        region=lake.region,
        key_id=frozen.access_key if frozen else None,
        secret=frozen.secret_key if frozen else None,
        token=frozen.token if frozen else None,
        ca_bundle=lake.ca_bundle,
    )


def link_to(lake: "Lake", key: str) -> str:
    """Return an address at which whoever has it may read the object for `LINK_HOURS`, with nothing else.

    It ends sooner with `temporary` credentials, whose own end comes first.
    """
    with lake.translate_errors("sign", key):
        return str(
            lake.client.generate_presigned_url(
                "get_object",
                {"Bucket": lake.bucket, "Key": lake.prefix + key},
                ExpiresIn=LINK_HOURS * 3600,
            )
        )
