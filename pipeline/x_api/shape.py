"""Whether an answer of X's has the shape of one: its parts are not taken at their word."""

from collections.abc import Mapping
from typing import Any

from pipeline.errors import AccountUnavailable, XBadResponse
from pipeline.text import one_line
from pipeline.x_api.problems import concerns_account, objects, refusal_in


def require_shape(subject: str, body: Mapping[str, Any], data: type) -> None:
    """Raise where the parts of an answer that lead through it are not what they should be."""
    includes, meta = body.get("includes"), body.get("meta")
    parts: list[tuple[str, Any, type]] = [
        ("data", body.get("data"), data),
        ("errors", body.get("errors"), list),
        ("includes", includes, dict),
        ("meta", meta, dict),
    ]
    if isinstance(includes, dict):
        parts += [(f"includes.{name}", includes.get(name), list) for name in ("tweets", "posts")]
    for name, value, wanted in parts:
        if value is not None and not isinstance(value, wanted):
            raise XBadResponse(f"{subject}: X's {name} is a {type(value).__name__}, not a {wanted.__name__}")
    token = meta.get("next_token") if isinstance(meta, dict) else None
    if token is not None and not (isinstance(token, str) and token.isascii()):
        raise XBadResponse(f"{subject}: X's token for the next page is none: {one_line(repr(token), 60)}")
    if not body.keys() & {"data", "meta", "errors"}:
        raise XBadResponse(f"{subject}: X answered with neither data nor a reason")


def require_readable(subject: str, body: Mapping[str, Any]) -> None:
    """Raise where X shows none of the account, which it may also say beside the `meta` of a page without posts."""
    if body.get("data"):
        return
    reasons = list(filter(concerns_account, objects(body.get("errors"))))
    for error in reasons:
        if refusal := refusal_in(error):
            raise AccountUnavailable(refusal.status, f"{subject}: {refusal.reason}")
    if reasons or not body.keys() & {"data", "meta"}:
        told = [str(error.get("detail") or error.get("title") or "") for error in reasons[:1]]
        said = f": {one_line(told[0], 200)}" if any(told) else ""
        raise XBadResponse(f"{subject}: X answered with neither posts nor a known reason{said}")
