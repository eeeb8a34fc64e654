"""What the promises are tried on: a small accounts file, whole days of it, and the lake as ETags."""

import html
import io
import json
import posixpath
import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline.lake import keys
from pipeline.lake.catalogue import account_of
from pipeline.lake.client import Lake
from pipeline.lake.records import Outcome

# One with everything, one with retweets, several pages and its mentions counted, one that X suspends.
ACCOUNTS = """\
timezone: UTC
defaults: {no_tone: [the moon, Goblin Payroll]}
accounts:
  - pixelforge
  - handle: citymetro
    include: [posts, replies, quotes, retweets]
    mentions: true
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
    return {key: etag for key, etag in lake.etags("").items() if not key.startswith(without)}


def points_at_nothing_missing(lake: Lake) -> None:
    """Assert that whatever a reader can see is whole: they find what it names, at the time they go there."""
    named: dict[str, str] = {}
    for key in lake.keys(""):
        found = lake.find(key)
        named |= dict.fromkeys(_targets(key, found.body), key) if found else {}
    stored = set(lake.keys(""))
    missing = {target: key for target, key in named.items() if target not in stored}
    assert not missing, missing


def _targets(key: str, body: bytes) -> list[str]:
    """Return the keys that an object refers a reader to."""
    day = (re.findall(r"\d{4}-\d\d-\d\d", key) or [""])[0]
    if key.startswith("raw/") and key.endswith("/manifest.json"):
        folder = key.removesuffix("manifest.json")
        return [f"{folder}{name}" for name in json.loads(body)["names"]]
    if key.startswith("outcomes/"):
        outcome = Outcome.model_validate_json(body)
        account = account_of(key)
        if not outcome.status.has_posts:
            return []
        found = [f"posts/day={day}/account={account}/posts.parquet", f"csv/day={day}/{account}.csv"]
        if outcome.counts.quarantined:
            found.append(f"quarantine/day={day}/account={account}/rejected.parquet")
        return found
    if key.startswith("daily/"):
        rows = pl.read_parquet(io.BytesIO(body)).filter(pl.col("posts").is_not_null())
        return [f"csv/day={day}/all-accounts.csv", f"plans/day={day}.json"] + [
            f"posts/day={day}/account={account}/posts.parquet" for account in rows["account"]
        ]
    if key.endswith(".html"):
        links = re.findall(r'(?:href|src)="([^"#]+)', body.decode())
        ours = {html.unescape(link) for link in links if not re.match(r"[a-z]+:|//", link)}
        pages = [posixpath.normpath(posixpath.join(posixpath.dirname(key), link)) for link in sorted(ours)]
        # The links back up: written last, and whoever came from there has found them. So have those who go from one
        # account to the next: both pages are there before the report that leads to them.
        up = {keys.REPORTS_INDEX, keys.report_year(int(day[:4]))} if day else {keys.REPORTS_INDEX}
        beside = f"reports/{day}/"
        if "/account-" in key:
            pages = [page for page in pages if not page.startswith(beside)]
        pages = [page for page in pages if page not in up]
        return pages + ([f"daily/day={day}/rollup.parquet"] if key.endswith("/index.html") and day else [])
    return []


def copy_objects(source: Lake, target: Lake) -> None:
    """Copy every object with its headers: to run the days again, for each of many tries, would take minutes."""
    for key in source.keys(""):
        source.client.copy_object(
            Bucket=target.bucket,
            Key=target.prefix + key,
            CopySource={"Bucket": source.bucket, "Key": source.prefix + key},
        )


def expire_pages(lake: Lake, day: date, account: str) -> None:
    """Remove an account-day's raw objects, as the bucket's lifecycle does."""
    for key in lake.keys(keys.raw_folder(day, account)):
        lake.delete(key)


def adds_up(outcome: Outcome) -> bool:
    """Whether every fetched post is accounted for."""
    counts = outcome.counts
    return counts.fetched == (
        counts.kept + counts.filtered + counts.duplicates + counts.quarantined + counts.forgotten
    )
