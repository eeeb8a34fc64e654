"""The groups of the day's accounts: each one's figures beside what is usual for it."""

from datetime import date

import polars as pl

from reports.figures.metrics import SHARE
from reports.figures.tone import net_columns
from reports.figures.usual.compare import total_of, with_usual


def groups(rows: pl.DataFrame, compared: pl.DataFrame, day: date) -> pl.DataFrame:
    """Return one row per group, by engagement, and last one for the accounts without a group (a null `group`).

    Takes the rows of `accounts` and of `compare`; empty where no account has a group. Has `accounts`, `read` (how many
    of them have data), `posts`, `engagement`, `scored`, `share` (% of the day's engagement), the columns of
    `tone.net_columns`, and of engagement and net sentiment those of `with_usual`. The sums are of
    the accounts with data; null where there is none.
    """
    named = rows if rows["group"].null_count() < rows.height else rows.clear()
    found = (
        named.group_by("group")
        .agg(
            pl.len().alias("accounts"),
            pl.col("has_data").sum().alias("read"),
            *(
                pl.when(pl.col("has_data").any()).then(pl.col(name).sum()).alias(name)
                for name in ("posts", "engagement", "scored", "positive", "neutral", "negative")
            ),
        )
        .with_columns(
            *net_columns(),
            SHARE.alias("share"),
            pl.concat_str(pl.lit(total_of(None)), pl.col("group").fill_null("")).alias("total"),
        )
    )
    today = compared.filter(pl.col("day") == day)
    return (
        with_usual(found, today, ("engagement", "net"), on="total")
        .sort(
            pl.col("group").is_null(),
            "engagement",
            "group",
            descending=[False, True, False],
            nulls_last=True,
        )
        .drop("total")
    )
