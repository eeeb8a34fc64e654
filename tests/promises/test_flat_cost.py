"""A day costs the same with a hundred days in the lake as with a thousand: requests to S3, and bytes read."""

import io
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline import run as run_module
from pipeline import run_day
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.frames import put_frame
from tests.promises.days import write_accounts
from tests.promises.s3_proxy import Proxy, proxy_to

# The hundred days before it are its year's: so the index, which has a page a year, is as long in both lakes.
NEW_DAY = date(2027, 4, 11)
ACCOUNTS = "accounts: [pixelforge, {handle: citymetro, include: [posts, retweets]}, 1729, quickdealz]\n"


def fill(lake: Lake, days: int) -> None:
    """Give the lake this many days before NEW_DAY, as copies of one: what a day's run may come across."""
    eve = NEW_DAY - timedelta(days=1)
    run_day(eve)
    body = {make: lake.get(make(eve)) for make in (keys.plan, keys.rollup)}
    users, outcome = lake.get(keys.users(NEW_DAY)), lake.get(keys.outcome(eve, "1729"))
    rollup = pl.read_parquet(io.BytesIO(body[keys.rollup]))

    def copy(back: int) -> None:
        day = eve - timedelta(days=back)
        lake.put(keys.plan(day), body[keys.plan])
        lake.put(keys.users(day), users)
        lake.put(keys.outcome(day, "1729"), outcome)
        if back > 60:  # read by nobody any more
            lake.put(keys.rollup(day), body[keys.rollup])
        else:
            put_frame(lake, keys.rollup(day), rollup.with_columns(day=pl.lit(day)))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(copy, range(1, days)))
    lines = lake.get(keys.report_lines(eve.year)).decode()
    for year in {(eve - timedelta(days=back)).year for back in range(days)} - {eve.year}:
        lake.put(keys.report_lines(year), lines.replace(str(eve), f"{year}-04-10").encode())


@pytest.fixture
def costs(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[int, Proxy]:
    """What the new day asked of S3, by the number of days before it."""
    write_accounts(tmp_path, monkeypatch, ACCOUNTS)
    monkeypatch.setattr(run_module, "WORKERS", 1)  # several race for the ledger, now and then once more
    monkeypatch.setenv("AVIARY_NOW", f"{NEW_DAY}T06:00:00Z")
    found = {}
    for days in (100, 1000):
        with monkeypatch.context() as patch:
            lake = Lake(f"{environment['AVIARY_LAKE']}-{days:04}")
            patch.setenv("AVIARY_LAKE", lake.url)
            fill(lake, days)
            lake.client.delete_bucket_lifecycle(Bucket=lake.bucket)  # holds the rules of other tests' lakes
            patch.setenv("AVIARY_NOW", f"{NEW_DAY + timedelta(days=1)}T06:00:00Z")
            with proxy_to(environment["AWS_ENDPOINT_URL_S3"]) as proxy:
                patch.setenv("AWS_ENDPOINT_URL_S3", proxy.address)
                run_day(NEW_DAY)
                found[days] = proxy
    return found


def asked(proxy: Proxy) -> Counter[tuple[str, str]]:
    """Return how often what was asked, by method and by key without the lake's own prefix."""
    return Counter((request.method, request.key.partition("/")[2]) for request in proxy.asked)


def test_a_day_asks_and_reads_no_more_after_a_thousand_days_than_after_a_hundred(
    costs: dict[int, Proxy],
) -> None:
    assert asked(costs[1000]) == asked(costs[100])
    assert sum(asked(costs[100]).values()) > 50
    # Of a listing, the years that have reports are all that grows: four names instead of one.
    assert 0 <= costs[1000].bytes_read - costs[100].bytes_read < 5_000
