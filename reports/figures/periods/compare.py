"""A period beside the one before and the median of four: means per day read, of the same accounts on both sides."""

from dataclasses import dataclass
from statistics import median
from typing import Final, Literal, get_args

import polars as pl

from reports.figures.metrics import NET, RATE, post_medians
from reports.figures.periods.rows import BACK, EARLIER

Metric = Literal["posts", "engagement", "median", "rate", "net", "mentions"]
METRICS: Final[tuple[Metric, ...]] = get_args(Metric)
PER_DAY: Final = ("posts", "engagement", "mentions")
_MEDIAN_NEEDS: Final = 2  # of the four periods before: one is no median
_POOLED: Final = ("engagement_seen", "impressions", "positive", "negative", "scored")


@dataclass(frozen=True)
class Versus:
    """A metric of a period: as it was, and of the accounts that were read before, too, beside what they had then."""

    value: float  # of all accounts; of posts, engagement and mentions the mean of a day
    like: float | None = None  # of those accounts that also have data before
    before: float | None = None  # theirs in the period before
    usual: float | None = None  # theirs in the median of the four before, of two at least
    series: tuple[float | None, ...] = ()  # theirs in the five periods, the oldest first

    @property
    def periods(self) -> int:
        """How many of the four periods before are known."""
        return sum(value is not None for value in self.series[:-1])


def compare(rows: pl.DataFrame, by: str | None = None) -> dict[str | None, dict[str, Versus]]:
    """Return the metrics by `by` (`account` or `group`; each day counts in its group of then), or of all together.

    Takes `period_rows`. Only what has data in the period is there, and only metrics that have a value.

    Posts and engagement are sums of each account's mean per day read, so that a day without data is absent and not
    zero. Compared are the accounts (in a group: while they were in it) that have data in this period and before; where
    one has none in one of the earlier periods, its mean of the others stands in. Medians, rates and net sentiment are
    of all posts of these accounts together. Mentions are means per day on which X counted them, whatever their age.
    """
    rows = rows.with_columns((pl.col(by) if by else pl.lit(None, pl.String)).alias("of"))
    data = rows.filter(pl.col("has_data")).with_columns(_comparable().alias("compares"))
    means = _means(data)
    found = _totals(rows, means)
    _add_compared(found, means)
    _add_pooled(found, data)
    return found


def _comparable() -> pl.Expr:
    """Whether an account-day compares: a whole local day, and in earlier periods counts of about the same age."""
    return pl.col("window_hours").is_null() & ((pl.col(BACK) == 0) | pl.col("equal_age"))


def _means(data: pl.DataFrame) -> pl.DataFrame:
    """Return `of`, `account`, `back`, and the means per day read of posts and engagement, and per day counted of
    mentions; an earlier period that has days of another age has none of engagement."""
    aged = pl.col(BACK).eq(0) | pl.col("equal_age")
    return (
        data.filter(pl.col("window_hours").is_null() | (pl.col(BACK) == 0))
        .group_by("of", "account", BACK)
        .agg(
            pl.col("posts").mean().alias("posts"),
            pl.col("engagement").filter(aged).mean().alias("engagement"),
            pl.col("mention_count").mean().alias("mentions"),
        )
        .sort("of", "account", BACK)
    )


def _totals(rows: pl.DataFrame, means: pl.DataFrame) -> dict[str | None, dict[str, Versus]]:
    """Return posts, engagement and mentions per day: sums of what each account had, with its mean on days without.

    An account that was listed on some of the days only counts for these. Where nothing is missing, it is the plain sum
    divided by the days.
    """
    own = rows.filter(pl.col(BACK) == 0)
    listed = own.group_by("of", "account").agg(pl.col("day").n_unique().alias("listed"))
    days = own.group_by("of").agg(pl.col("day").n_unique().alias("days"))
    per_day = (
        means.filter(pl.col(BACK) == 0)
        .join(listed, on=["of", "account"], nulls_equal=True)
        .join(days, on="of", nulls_equal=True)
        .group_by("of")
        .agg(_sum(pl.col(name) * pl.col("listed") / pl.col("days")).alias(name) for name in PER_DAY)
        .sort("of")
    )
    return {
        row["of"]: {name: Versus(float(row[name])) for name in PER_DAY if row[name] is not None}
        for row in per_day.iter_rows(named=True)
    }


def _sum(values: pl.Expr) -> pl.Expr:
    """Return a sum that is null where nothing is known."""
    return pl.when(values.count() > 0).then(values.sum())


def _add_compared(found: dict[str | None, dict[str, Versus]], means: pl.DataFrame) -> None:
    """Add to posts, engagement and mentions what the same accounts had before, and in the median of four."""
    for metric in PER_DAY:
        wide = means.filter(pl.col(metric).is_not_null()).pivot(
            BACK, index=["of", "account"], values=metric, maintain_order=True
        )
        earlier = [str(back) for back in EARLIER if str(back) in wide.columns]
        if not earlier or "0" not in wide.columns:
            continue
        stand_in = pl.mean_horizontal(earlier)
        both = wide.filter(pl.col("0").is_not_null(), stand_in.is_not_null())
        summed = both.with_columns(
            pl.col(name).fill_null(stand_in).alias(f"filled {name}") for name in earlier
        )
        totals = (
            summed.group_by("of")
            .agg(
                pl.col("0").sum().alias("like"),
                *(pl.col(f"filled {name}").sum().alias(name) for name in earlier),
                *(pl.col(name).is_not_null().any().alias(f"known {name}") for name in earlier),
            )
            .sort("of")
        )
        for row in totals.iter_rows(named=True):
            known = {int(name): float(row[name]) for name in earlier if row[f"known {name}"]}
            found[row["of"]][metric] = _versus(found[row["of"]][metric].value, float(row["like"]), known)


def _versus(value: float, like: float, earlier: dict[int, float]) -> Versus:
    """Return a value beside those of earlier periods, by how many periods ago they were."""
    usual = median(earlier.values()) if len(earlier) >= _MEDIAN_NEEDS else None
    series = (*(earlier.get(back) for back in reversed(EARLIER)), like)
    return Versus(value, like, earlier.get(1), usual, series)


def _add_pooled(found: dict[str | None, dict[str, Versus]], data: pl.DataFrame) -> None:
    """Add the metrics that are of all posts together."""
    pairs = (
        data.filter(pl.col("compares"))
        .group_by("of", "account")
        .agg(((pl.col(BACK) == 0).any() & (pl.col(BACK) > 0).any()).alias("both"))
    )
    marked = data.join(pairs, on=["of", "account"], how="left", nulls_equal=True).with_columns(
        pl.col("both").fill_null(value=False)
    )
    own = _pooled(marked.filter(pl.col(BACK) == 0))
    like = _pooled(marked.filter(pl.col("both"), pl.col("compares")))
    for (of, _), values in own.items():
        for metric, value in values.items():
            known = {
                back: then for back in EARLIER if (then := like.get((of, back), {}).get(metric)) is not None
            }
            now = like.get((of, 0), {}).get(metric)
            found[of][metric] = Versus(value) if now is None or not known else _versus(value, now, known)


def _pooled(data: pl.DataFrame) -> dict[tuple[str | None, int], dict[str, float]]:
    """Return median (of kind post), rate (%) and net sentiment (points), as far as known, by `of` and `back`."""
    keys = ["of", BACK]
    sums = data.group_by(keys).agg(pl.col(*_POOLED).sum())
    ratios = sums.join(post_medians(data, keys), on=keys, how="left", nulls_equal=True).sort(keys)
    columns = ratios.select(*keys, "median", RATE.alias("rate"), NET.alias("net"))
    return {
        (row["of"], row[BACK]): {
            name: float(row[name]) for name in ("median", "rate", "net") if row[name] is not None
        }
        for row in columns.iter_rows(named=True)
    }
