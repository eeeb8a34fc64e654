"""A crawl of all rendered pages: every link leads to an object that is there, and to a part that the page has."""

import posixpath
import re
from collections.abc import Iterator

from pipeline.lake import catalogue
from pipeline.lake.client import Lake

_OUTSIDE = ("https://x.com/", "data:")


def broken_links(lake: Lake) -> list[tuple[str, str]]:
    """Return (page, link) of each link of a stored page that leads nowhere."""
    stored = set(lake.keys(""))
    pages = {key: lake.get(key).decode() for key in stored if key.endswith(".html")}
    parts = {key: set(re.findall(r'\sid="([^"]*)"', html)) for key, html in pages.items()}
    return [
        (key, link)
        for key, html in sorted(pages.items())
        for link in links(html)
        if not _is_there(key, link, stored, parts)
    ]


def links(html: str) -> Iterator[str]:
    """Yield the links of a page that lead into the lake, or to a part of the page itself."""
    for link in re.findall(r'href="([^"]*)"', html):
        if not link.startswith(_OUTSIDE):
            yield link


def _is_there(page: str, link: str, stored: set[str], parts: dict[str, set[str]]) -> bool:
    path, _, part = link.partition("#")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
    if target not in stored:
        return False
    # A state of the page (`#order=negative`) is no part of it.
    return not part or "=" in part or part in parts[target]


def report_pages(lake: Lake) -> list[str]:
    """Return the keys of the days' pages."""
    return [key for key in lake.keys("reports/") if catalogue.REPORT.fields(key)]
