"""The total's last 30 days, each beside what was usual for it."""

import polars as pl

from reports.figures.usual.compare import TOTAL


def trend(compared: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `compare` that are of the total."""
    return compared.filter(pl.col("account") == TOTAL)
