"""Checks handles by X's rule, and explains what to write for common mistakes."""

import re

from pipeline.ids import HANDLE, is_handle

_PROFILE_LINK = re.compile(
    rf"(?:https?://)?(?:www\.|mobile\.)?(?:x|twitter)\.com/@?({HANDLE})(?:[/?#].*)?\Z", re.IGNORECASE
)
_SEPARATORS = re.compile(r"[,;\s]+")


def check_handle(text: str) -> str:
    """Return `text` unchanged if it can be a handle on X.

    Raises `ValueError` with a clause that follows the key's name ("must be ...") and sometimes a hint.
    """
    if is_handle(text):
        return text
    if text.startswith("@") and is_handle(text[1:]):
        raise ValueError("must be written without the @", f"write {text[1:]}")
    if link := _PROFILE_LINK.match(text):
        raise ValueError("must be the handle alone, not a link", f"write {link[1]}")
    if re.fullmatch(r"[A-Za-z0-9_]+", text):
        raise ValueError(f"must have at most 15 characters (this has {len(text)})")
    if all(map(is_handle, _SEPARATORS.split(text))):
        raise ValueError("must be one handle", "write each in an entry of its own")
    raise ValueError("must be 1 to 15 of the characters A-Z a-z 0-9 _")
