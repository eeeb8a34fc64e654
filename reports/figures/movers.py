"""Which accounts moved the total, or which groups where no few accounts did."""

from typing import Final

import polars as pl

from reports import thresholds

_CHANGE: Final = pl.col("change").sum()
_SHAPE: Final = ("account", "handle", "name", "group", "way", "accounts", "change")


def movers(rows: pl.DataFrame) -> pl.DataFrame:
    """Return `account`, `handle`, `name`, `group`, `way`, `accounts`, `change` (engagement less the own usual).

    Takes the rows of `accounts`; those without a usual value are left out. At most eight accounts, the largest changes
    first; then the others in one row for those that rose and one for those that fell (`way` is up or down, `account` is
    null, `accounts` is their number). Where the eight are less than half of all that moved and accounts have groups:
    the groups instead, with the accounts without one in a row without names.
    """
    moved = (
        rows.select(
            "account",
            "handle",
            "name",
            "group",
            (pl.col("engagement") - pl.col("usual_engagement")).alias("change"),
        )
        .drop_nulls("change")
        .sort(pl.col("change").abs(), "account", descending=[True, False])
        .with_columns(pl.lit(1, pl.UInt32).alias("accounts"), pl.lit(None, pl.String).alias("way"))
    )
    first, rest = moved.head(thresholds.MOST_MOVERS), moved.slice(thresholds.MOST_MOVERS)
    if rest.height <= 1:
        return moved.with_columns(pl.lit(None, pl.String).alias("group")).select(_SHAPE)
    named, all_moved = (float(frame["change"].abs().sum()) for frame in (first, moved))
    if named < thresholds.MOVERS_NAMED * all_moved and moved["group"].n_unique() > 1:
        return _by_group(moved)
    way = pl.when(pl.col("change") >= 0).then(pl.lit("up")).otherwise(pl.lit("down"))
    others = rest.with_columns(way.alias("way")).group_by("way").agg(_CHANGE, pl.len().alias("accounts"))
    return pl.concat(
        [
            first.with_columns(pl.lit(None, pl.String).alias("group")),
            others.sort("way", descending=True),
        ],
        how="diagonal",
    ).select(_SHAPE)


def _by_group(moved: pl.DataFrame) -> pl.DataFrame:
    groups = (
        moved.group_by("group")
        .agg(_CHANGE, pl.len().alias("accounts"))
        .sort(pl.col("group").is_null(), pl.col("change").abs(), "group", descending=[False, True, False])
    )
    named, nameless = groups.drop_nulls("group"), groups.filter(pl.col("group").is_null())
    first, rest = named.head(thresholds.MOST_MOVERS), named.slice(thresholds.MOST_MOVERS)
    others = pl.concat([rest, nameless]).select(_CHANGE, pl.col("accounts").sum())
    return (
        pl.concat([first, others.filter(pl.col("accounts") > 0)], how="diagonal")
        .with_columns(*(pl.lit(None, pl.String).alias(name) for name in ("account", "handle", "name", "way")))
        .select(_SHAPE)
    )
