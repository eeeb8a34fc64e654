"""What ids and handles look like, for every place that reads or checks one. Pure."""

import re
from typing import Any, Final

HANDLE: Final = r"[A-Za-z0-9_]{1,15}"
ACCOUNT: Final = r"[a-z0-9_]{1,15}"  # a lower-case handle: the name of an account's keys
ID: Final = r"[0-9]{1,19}"  # of a post or a user: X's ids are 64-bit numbers

_HANDLE, _ACCOUNT, _ID = re.compile(HANDLE), re.compile(ACCOUNT), re.compile(ID)


def is_handle(text: str) -> bool:
    """Whether X could know an account by this name: 1-15 of `A-Z a-z 0-9 _`."""
    return bool(_HANDLE.fullmatch(text))


def is_account(text: str) -> bool:
    """Whether `text` is a lower-case handle."""
    return bool(_ACCOUNT.fullmatch(text))


def is_id(value: Any) -> bool:
    """Whether `value` is a text that X could have given as an id."""
    return isinstance(value, str) and bool(_ID.fullmatch(value))
