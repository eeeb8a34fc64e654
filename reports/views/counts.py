"""What X counted of the day's accounts, in words: others' mentions, and posts where some may be missing."""

from typing import Final

import polars as pl

from reports import format as fmt

_NAMED: Final = 4  # accounts of each fact


def counts(accounts: pl.DataFrame) -> list[tuple[str, str, bool]]:
    """Return what was counted as name, text and whether posts are missing; an account that was not counted is in none.

    Mentions that X did not count are null, and not zero: they are left out.
    """
    facts = []
    ordered = accounts.sort("account")
    mentioned = ordered.drop_nulls("mention_count").sort(
        "mention_count", descending=True, maintain_order=True
    )
    if mentioned.height:
        named = [f"@{row['handle']} {row['mention_count']:,}" for row in mentioned.iter_rows(named=True)]
        facts.append(("Mentions by others", f"{fmt.listing(named, _NAMED)}, as X counts them", False))
    counted = ordered.drop_nulls("x_post_count")
    if counted.height:
        named = [
            f"@{row['handle']}: X counts about {fmt.plural(row['x_post_count'], 'post')}, {row['fetched']:,} were read"
            for row in counted.iter_rows(named=True)
        ]
        fewer = counted.filter(pl.col("fetched") < pl.col("x_post_count"))
        left = [f"and {len(named) - _NAMED} more"] if len(named) > _NAMED else []
        facts.append(("Completeness", "; ".join([*named[:_NAMED], *left]), not fewer.is_empty()))
    return facts
