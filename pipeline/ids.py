"""What ids and handles look like, for every place that reads or checks one, and how a group is named. Pure."""

import hashlib
import re
from typing import Any, Final

HANDLE: Final = r"[A-Za-z0-9_]{1,15}"
ACCOUNT: Final = r"[a-z0-9_]{1,15}"  # a lower-case handle: the name of an account's keys
ID: Final = r"[0-9]{1,19}"  # of a post or a user: X's ids are 64-bit numbers

GROUP: Final = r"(?:[a-z0-9-]{1,40}|[a-z0-9-]{0,31}_[0-9a-f]{8})"  # what `group_name` returns

# As people copy it: from any of X's hosts, with or without the scheme, and with whatever follows the id.
_POST_LINK = re.compile(
    rf"(?:https?://)?(?:(?:www|mobile|m)\.)?(?:x|twitter)\.com/(?:#!/)?(?:(?:i/web|{HANDLE})/)?status(?:es)?/({ID})"
    r"(?:[/?#].*)?",
    re.IGNORECASE | re.ASCII,
)
_PLAIN_GROUP = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)
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


def post_id_in(text: str) -> str | None:
    """Return the id that a post's link ends with, or that `text` is; None where it is neither. No post has the id 0."""
    link = _POST_LINK.fullmatch(text.strip())
    post_id = link[1] if link else text.strip()
    return post_id if is_id(post_id) and not post_id.startswith("0") else None


def group_name(group: str) -> str:
    """Return what names a group in keys and links, where the group itself may be any text.

    The group if it is `[a-z0-9-]{1,40}`, else what it begins with, cleaned, then `_` and eight digits of its SHA-256:
    no two groups share a name, and a plain name has no `_`.
    """
    if _PLAIN_GROUP.fullmatch(group):
        return group
    start = re.sub(r"[^a-z0-9]+", "-", group.lower()[:200], flags=re.ASCII).strip("-")[:31]
    return f"{start}_{hashlib.sha256(group.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
