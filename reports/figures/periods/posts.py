"""The ten posts of a period with the most engagement."""

from typing import Final

import polars as pl

from pipeline.lake.periods import Period
from reports.figures.metrics import POST_KINDS
from reports.figures.periods.rows import BACK
from reports.figures.posts import usual_post

MOST_POSTS: Final = 10


def top_posts(rows: pl.DataFrame, period: Period) -> pl.DataFrame:
    """Return `day`, `account`, `post_id`, `engagement`, `times` of the ten posts with the most engagement.

    Takes `period_rows`. `times` is over the account's median of its kind in the 28 days before the period, null with
    fewer than ten of them.
    """
    own = rows.filter(pl.col(BACK) == 0, pl.col("posts") > 0, pl.col("post_ids").is_not_null())
    return (
        own.select("day", "account", "post_ids", pl.col("post_engagements"), POST_KINDS.alias("kind"))
        .explode("post_ids", "post_engagements", "kind")
        .rename({"post_ids": "post_id", "post_engagements": "engagement"})
        .drop_nulls("post_id")
        .sort("engagement", "post_id", descending=True)
        .head(2 * MOST_POSTS)
        .unique("post_id", keep="first", maintain_order=True)  # two days overlap where the timezone was changed
        .head(MOST_POSTS)
        .join(usual_post(rows, period.first), on=["account", "kind"], how="left", maintain_order="left")
        .select(
            "day", "account", "post_id", "engagement",
            (pl.col("engagement") / pl.col("usual_post")).alias("times"),
        )
    )  # fmt: skip
