"""Which code makes an account's day: a finished day is made again only by other code than made it. Pure."""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import polars as pl

# What the bytes of an account's day depend on, below `pipeline/`.
_SOURCES: Final = ("transform", "sentiment", "page.py", "schema.py", "share.py", "status.py", "text.py")


@cache
def maker() -> str:
    """Return sixteen hex digits that stand for the code, its lexicon and the library that writes Parquet."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256(pl.__version__.encode())
    for source in (root / name for name in _SOURCES):
        for path in sorted(_files(source)) if source.is_dir() else [source]:
            digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _files(folder: Path) -> Iterator[Path]:
    """Yield a folder's code, and the lists of words that it reads."""
    for name in ("*.py", "*.txt"):
        yield from folder.rglob(name)
