"""Unpacks an answer as it comes, never further than it may grow: 400 KB of gzip can hold 800 MB. Pure."""

import zlib
from typing import Final

ENCODINGS: Final = "gzip, deflate"  # what is asked for: the packings that Python unpacks little by little
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_RAW = -zlib.MAX_WBITS  # what some servers call "deflate"


class Unpacker:
    """Takes the parts of one body packed as the header `Content-Encoding` says.

    Raises `ValueError` for a packing that was not asked for, and `zlib.error` for a body that is not packed so.
    """

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding.strip().lower()
        if self._encoding not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise ValueError(f"packed as {self._encoding[:40]!r}")
        self._stream = zlib.decompressobj(_GZIP_OR_ZLIB)
        self._begun = self._one_done = False

    def unpack(self, part: bytes, room: int) -> bytes:
        """Return what the next part holds, or, where that is more than `room` bytes, at least one byte more."""
        if self._encoding in ("", "identity"):
            return part
        unpacked = bytearray()
        while part and len(unpacked) <= room:
            if self._stream.eof:  # a body may be packed in several members
                self._stream, self._one_done = zlib.decompressobj(_GZIP_OR_ZLIB), True
            try:
                unpacked += self._step(part, room + 1 - len(unpacked))
            except zlib.error:
                if self._one_done:
                    break  # what follows a whole member without being one is padding
                raise
            part = self._stream.unconsumed_tail or self._stream.unused_data
        return bytes(unpacked)

    def _step(self, part: bytes, most: int) -> bytes:
        begun, self._begun = self._begun, True
        try:
            return self._stream.decompress(part, most)
        except zlib.error:
            if begun or self._encoding != "deflate":
                raise
            self._stream = zlib.decompressobj(_RAW)
            return self._stream.decompress(part, most)
