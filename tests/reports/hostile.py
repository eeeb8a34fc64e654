"""Texts that would run, or break a page, if a page let them."""

import json
from pathlib import Path

import polars as pl

from tests.reports.world import Account, World, world

PAYLOADS = Path(__file__).parents[3] / "shared" / "report" / "xss_payloads.json"


BUILT_IN = [
    "<script>window.__x=1</script>",
    '" autofocus onfocus="window.__x=1',
    "<img src=x onerror=window.__x=1>",
]


def payloads() -> list[str]:
    if not PAYLOADS.exists():
        return BUILT_IN
    given_texts = json.loads(PAYLOADS.read_text(encoding="utf-8"))
    texts = [*BUILT_IN, *given_texts["text"].values(), *given_texts["urls"]]
    return [text.encode("utf-8", "replace").decode() for text in texts]


def hostile(texts: list[str], days: int = 12) -> World:
    """Return a world in which every name, handle, group, reason, post, hashtag and link is one of the texts.

    An account for each. No handle like these passes accounts.yaml or X; the page must hold all the same.
    """
    accounts = [Account(f"h{n}", text, 100, 5, 50, 0.1, (0.5, 0.1)) for n, text in enumerate(texts)] + [
        Account("gone", texts[0], 5, 5, 5, 0.1, (0.5, 0.1), status={})
    ]
    made = world(accounts, days=days)
    names = {account.account: account.name for account in accounts}
    loud = pl.col("account").replace_strict(names)
    strong = 10**6 + pl.int_range(pl.len())
    return World(
        made.plan,
        made.rollups.with_columns(
            pl.col("name").alias("reason"),
            pl.col("name").alias("group"),
            pl.col("name").alias("handle"),
            pl.when(pl.col("account") == "gone").then(pl.lit("failed")).otherwise("status").alias("status"),
            pl.col("name").alias("mentions_not_counted_because"),
        ),
        made.posts.with_columns(
            loud.alias("text"),
            loud.alias("lang"),
            *(pl.concat_list(loud).alias(name) for name in ("hashtags", "mentions", "urls")),
            strong.alias("engagement"),
            pl.lit(None, pl.String()).alias("sentiment"),
        ),
    )
