"""Answers a browser's request for a page of the lake: pages and spreadsheets only, whatever is asked for."""

import re
from collections.abc import Mapping
from html import unescape

from starlette.responses import PlainTextResponse, Response

from pipeline.errors import AviaryError
from pipeline.lake.catalogue import is_served
from pipeline.lake.client import Lake
from pipeline.lake.stored import StoredObject

HEADERS = {
    "Cache-Control": "no-cache",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
}
# A page's own policy stands before all text that comes from posts.
_OWN_POLICY = re.compile(rb'<meta http-equiv="Content-Security-Policy" content="([^"<>]*)">')
_HEAD_BYTES = 1000
_NO_SOURCE = "default-src 'none'; "
NOTHING = f"{_NO_SOURCE}base-uri 'none'; form-action 'none'"


def answer(lake: Lake, key: str, asked: Mapping[str, str], *, frame_ancestors: str) -> Response:
    """Return the page at `key`, compressed as it is stored where the browser takes that.

    `asked`: the request's headers. `frame_ancestors`: who may show the page in a frame, as CSP writes it. 404 where
    there is no such page, or where the lake serves no such object; 502 with the reason when S3 does not answer.
    """
    if not is_served(key):
        return refusal("there is no such page", 404)
    try:
        found = lake.find(key, known_etag=asked.get("If-None-Match"))
    except AviaryError as error:
        return refusal(str(error), 502)
    if found is None:
        return refusal(f"there is no {key} in {lake.url}", 404)
    if found.unchanged:
        return Response(status_code=304, headers={**HEADERS, "ETag": found.etag})
    return _page(found, key, frame_ancestors, takes_gzip="gzip" in asked.get("Accept-Encoding", ""))


def refusal(text: str, status: int) -> Response:
    """Return an answer of one line."""
    return PlainTextResponse(text, status, {**HEADERS, "Content-Security-Policy": NOTHING})


def policy_of(body: bytes) -> str:
    """Return the policy that a page states for itself, or one that allows nothing.

    It allows its own script and style by their hashes. As a header it applies before the page is read, and to what no
    `meta` element can state.
    """
    stated = _OWN_POLICY.search(body[:_HEAD_BYTES])
    policy = unescape(stated[1].decode()) if stated else ""
    return policy if policy.startswith(_NO_SOURCE) else NOTHING


def _page(found: StoredObject, key: str, frame_ancestors: str, *, takes_gzip: bool) -> Response:
    body = found.body
    headers = {
        **HEADERS,
        "ETag": found.etag,
        "Content-Security-Policy": f"{policy_of(body)}; frame-ancestors {frame_ancestors}",
    }
    if found.content_encoding == "gzip" and takes_gzip:
        headers["Content-Encoding"] = "gzip"
        body = found.stored
    if key.startswith("csv/"):
        day, _, name = key.removeprefix("csv/day=").partition("/")
        headers["Content-Disposition"] = f'attachment; filename="{day}-{name}"'
    return Response(body, headers=headers, media_type=found.content_type)
