"""X's pagination tokens."""

import base64
import zlib
from dataclasses import dataclass
from typing import Literal

_CHECKSUM_BYTES = 4


@dataclass(frozen=True)
class Cursor:
    """Where a page continues: with the posts older or newer than one, after some empty pages at that place."""

    direction: Literal["older", "newer"]
    post_id: int
    empty_pages: int = 0

    def token(self) -> str:
        """Return the cursor as an opaque token of lower-case letters and digits."""
        empty_pages = f".{self.empty_pages:x}" if self.empty_pages else ""
        plain = f"{self.direction[0]}{self.post_id:x}{empty_pages}".encode()
        return base64.b32hexencode(plain + _checksum(plain)).decode().lower().rstrip("=")

    @classmethod
    def from_token(cls, token: str) -> "Cursor | None":
        """Return the cursor of a token, or None when the token is not one of the sandbox's."""
        try:
            checked = base64.b32hexdecode(token.upper() + "=" * (-len(token) % 8))
        except ValueError:
            return None
        plain, checksum = checked[:-_CHECKSUM_BYTES], checked[-_CHECKSUM_BYTES:]
        if not plain or _checksum(plain) != checksum:
            return None
        post_id, _, empty_pages = plain[1:].partition(b".")
        return cls("older" if plain[:1] == b"o" else "newer", int(post_id, 16), int(empty_pages or b"0", 16))


def _checksum(plain: bytes) -> bytes:
    return zlib.crc32(plain).to_bytes(_CHECKSUM_BYTES, "big")
