"""What the promises are tried on: a small accounts file, whole days of it, and the lake as ETags."""

import re
from pathlib import Path

import pytest

from pipeline.keys import REPORTS_LATEST
from pipeline.lake import Lake
from tests.conftest import DAY

# One with everything, one with retweets and several pages, one that X suspends.
ACCOUNTS = """\
timezone: UTC
accounts:
  - pixelforge
  - handle: citymetro
    include: [posts, replies, quotes, retweets]
  - quickdealz
"""


def write_accounts(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str = ACCOUNTS) -> Path:
    """Make `text` the accounts file that everything reads."""
    file = folder / "accounts.yaml"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("AVIARY_ACCOUNTS", str(file))
    return file


def etags(lake: Lake, *, without: str = "spend/") -> dict[str, str]:
    """Return every object's ETag by key. `spend/` records what was really spent, so it may differ."""
    found = {}
    for key in lake.keys(""):
        tagged = lake.find_tagged(key)
        if not key.startswith(without) and tagged:
            found[key] = tagged[1]
    return found


def points_at_nothing_missing(lake: Lake) -> None:
    """Assert that whatever a reader can see is whole."""
    stored = set(lake.keys(""))
    day = f"day={DAY}"
    for key in stored:
        if key.startswith("raw/") and key.endswith("manifest.json"):
            assert key.replace("manifest.json", "page-0001.json.zst") in stored
        if key.startswith("outcomes/") and b'"ok"' in lake.get(key):
            account = key.rpartition("=")[2].removesuffix(".json")
            assert f"posts/{day}/account={account}/posts.parquet" in stored
            assert f"csv/{day}/{account}.csv" in stored
    if f"reports/{DAY}/index.html" in stored:
        assert f"daily/{day}/rollup.parquet" in stored
        assert f"csv/{day}/all-accounts.csv" in stored
        linked = re.findall(
            rf'"\.\./({DAY}/account-\w+\.html)"', lake.get(f"reports/{DAY}/index.html").decode()
        )
        assert linked
        assert {f"reports/{page}" for page in linked} <= stored
    if REPORTS_LATEST in stored:
        assert f"reports/{DAY}/index.html" in stored
