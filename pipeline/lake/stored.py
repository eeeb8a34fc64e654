"""An object as S3 has it. Pure."""

import gzip
from dataclasses import dataclass
from typing import NamedTuple


class ObjectEntry(NamedTuple):
    """What a list of S3's says of an object."""

    size: int  # bytes
    etag: str


@dataclass(frozen=True)
class StoredObject:
    """An object as S3 has it."""

    stored: bytes  # as it lies in the bucket; empty when `unchanged`
    etag: str
    content_type: str = ""
    content_encoding: str = ""  # `gzip`, or empty
    unchanged: bool = False  # it still has the ETag that the reader knows

    @property
    def body(self) -> bytes:
        """The bytes as they were before compression."""
        return gzip.decompress(self.stored) if self.content_encoding == "gzip" else self.stored
