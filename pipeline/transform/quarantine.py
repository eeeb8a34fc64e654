"""Rows that cannot be kept, with every reason. Pure."""

from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from pipeline.schema import POSTS, QUARANTINE
from pipeline.transform.contract import Posts
from pipeline.transform.normalize import Row, to_frame

NONE: Final = pl.DataFrame(schema=QUARANTINE)


def unreadable(posts: Sequence[Row]) -> pl.DataFrame:
    """Return posts with problems as QUARANTINE: what could not be read, and what of the rest breaks a rule.

    Rules over several columns are left out: they would only repeat that columns are missing.
    """
    if not posts:
        return NONE
    rows = to_frame(posts)
    unscored = rows.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in POSTS.items() if name not in rows.columns
    )
    # None has a `clean_text`, so each breaks the contract, and the details come in the rows' order.
    details = Posts.filter(unscored.select(POSTS.names())).failure.details()
    rules = [rule for rule in details.columns if "|" in rule and not rule.endswith("|nullability")]
    also = details.select(_names_of_broken(rules).alias("also"))
    return _rejected(pl.concat([rows, also], how="horizontal"), pl.col("problems").list.concat("also"))


def broken(posts: Sequence[Row], details: pl.DataFrame) -> pl.DataFrame:
    """Return the posts that break the contract as QUARANTINE; a reason is `column|rule`."""
    rows = to_frame(posts)
    rules = [name for name in details.columns if name not in POSTS]
    reasons = details.select("post_id", _names_of_broken(rules).alias("broken"))
    return _rejected(rows.join(reasons, on="post_id", maintain_order="left"), pl.col("broken"))


def _names_of_broken(rules: Iterable[str]) -> pl.Expr:
    return pl.concat_list(
        pl.when(pl.col(rule) == "invalid").then(pl.lit(rule)) for rule in rules
    ).list.drop_nulls()


def _rejected(rows: pl.DataFrame, reasons: pl.Expr) -> pl.DataFrame:
    return rows.with_columns(reasons.alias("reasons")).select(QUARANTINE.names())
