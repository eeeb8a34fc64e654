"""What reading earlier days again has brought, settled: newer counts into `metrics/`, what is gone forgotten."""

from datetime import timedelta

import polars as pl

from pipeline import keys
from pipeline.forget import forget_posts
from pipeline.gone import GONE, find_gone
from pipeline.lake import Lake
from pipeline.metrics import newer_counts
from pipeline.planned import AccountDay
from pipeline.raw import find_second_reading, read_pages


def settle(lake: Lake, work: AccountDay) -> None:
    """Write the account's newer counts, and forget what is gone; a repetition changes nothing.

    The pages of the days concerned are made again by the stage `report`.
    """
    reading = find_second_reading(lake, work.day, work.account) if work.refresh_days else None
    if reading is None:
        return
    pages = read_pages(lake, work.day, work.account, keys.refresh_page)
    if len(pages) < reading.pages:  # expired
        return
    counts = newer_counts(pages, work.account, work.timezone).filter(pl.col("day").is_in(reading.days))
    lake.put_parquet(keys.metrics(work.day + timedelta(days=1), work.account), counts)
    if gone := find_gone(lake, work.day, work.account) if reading.gone else None:
        forget_posts(lake, work.account, gone.post_ids, gone.days.keys(), GONE)
