"""Which accounts moved the total."""

import polars as pl

from reports import thresholds


def movers(rows: pl.DataFrame) -> pl.DataFrame:
    """Return `account`, `handle`, `name`, `accounts`, `change` (engagement less the own usual), the largest first.

    Takes the rows of `accounts`; accounts without a usual value are left out. At most eight; then one more row with
    the sum of the others, which has a null `account` and their number in `accounts`.
    """
    moved = (
        rows.select(
            "account", "handle", "name", (pl.col("engagement") - pl.col("usual_engagement")).alias("change")
        )
        .drop_nulls("change")
        .sort(pl.col("change").abs(), "account", descending=[True, False])
        .with_columns(pl.lit(1, pl.UInt32).alias("accounts"))
    )
    first, rest = moved.head(thresholds.MOST_MOVERS), moved.slice(thresholds.MOST_MOVERS)
    if rest.height <= 1:
        return moved
    others = rest.select(
        *(pl.lit(None, pl.String()).alias(name) for name in ("account", "handle", "name")),
        pl.col("change").sum(),
        pl.len().alias("accounts"),
    )
    return pl.concat([first, others])
