"""A real Chromium, where there is one."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Return where Chromium or Chrome is: `CHROMIUM`, or on the PATH."""
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    return next((found for name in names if name and (found := shutil.which(name))), None)


@contextmanager
def opened(browser: Browser, path: Path, **context: Any) -> Iterator[tuple[Page, list[str]]]:
    """Open a page from disk; yields it and what its console says."""
    said: list[str] = []
    made = browser.new_context(**context)
    page = made.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path.resolve().as_uri())
    try:
        yield page, said
    finally:
        made.close()
