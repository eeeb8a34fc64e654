"""What the posts are about: hashtags, words, pairs, domains and formats beside what is usual, rising first.

How far a term is from its usual is the log-odds of its share of the posts, today against the 28 days before, with an
informative Dirichlet prior, in standard errors (Monroe, Colaresi and Quinn 2008, "Fightin' Words", equations 15 to 22).
A term counts once in a post, so shares are of posts. Days without counts are left out of both sides: unknown, not zero.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl
from scipy.special import ndtri

from pipeline.lake.topics import TERM, DayTopics
from reports import thresholds
from reports.figures.metrics import with_data
from reports.figures.posts import listed_posts
from reports.figures.tone import net_columns

_ROW: Final = ["scope", *TERM]
_SUMS: Final = ("posts", "engagement", "scored", "positive", "negative")
_WORDS: Final = ("word", "pair")
_FEWER: Final = (0, 1, 2, 4, 8, 16)  # earlier posts that are tried as well, see `_log_odds`
_TRIED: Final = 30  # candidates for the lines of a page


@dataclass(frozen=True)
class Topics:
    """The topics of a page's accounts.

    Both frames have `kind`, `term`, `english`, `posts`, `engagement`, `scored`, the columns of `net_columns`, `usual`
    (posts a day, null where no account has seven earlier days), `score` (standard errors), `rising`, `accounts` (how
    many), and `leads` (`account`, `post_id`, `created_at` of the posts with the most engagement).
    """

    terms: pl.DataFrame
    formats: pl.DataFrame
    days: int  # earlier days with counts
    uncut: int  # posts in languages without spaces
    left_out: bool  # an account has more terms than are counted


def topics(
    counts: DayTopics | None, rollups: pl.DataFrame, posts: pl.DataFrame, day: date, scopes: pl.DataFrame
) -> dict[str, Topics]:
    """Return the topics of each scope that has posts; nothing where the day has no counts.

    `scopes` has `account` and `scope`: the page that the account's posts are added up for. An account with fewer than
    seven earlier days with counts is left out of what is compared, as are days on which it was not read.
    """
    if counts is None or counts.day.is_empty():
        return {}
    compared = _compared(counts, rollups, day, scopes)
    today = counts.day.join(scopes, on="account")
    with_past = compared.select("account").unique().with_columns(pl.lit(value=True).alias("with_past"))
    today = today.join(with_past, on="account", how="left").with_columns(
        pl.col("with_past").fill_null(value=False)
    )
    terms = today.filter(~pl.col("kind").is_in(["posts", "left_out"]))
    found = terms.group_by(_ROW).agg(
        *(pl.col(name).sum() for name in _SUMS),
        pl.len().alias("accounts"),
        pl.col("posts").filter("with_past").sum().alias("compared"),
    )
    found = found.filter(pl.col("posts") >= thresholds.TOPIC_LEAST)
    found = _judged(found, today.filter("with_past"), counts.earlier, compared)
    lines = _lines(found, terms)
    formats = found.filter(pl.col("kind") == "format").sort(
        "scope",
        "rising",
        "score",
        "posts",
        "term",
        descending=[False, True, True, True, False],
        nulls_last=True,
    )
    return _by_scope(_led(lines, terms, posts), _led(formats, terms, posts), today, len(counts.days))


def _compared(counts: DayTopics, rollups: pl.DataFrame, day: date, scopes: pl.DataFrame) -> pl.DataFrame:
    """Return `scope`, `account`, `day` of the earlier days with counts, of accounts with data today and seven such.

    With the number of these `days`, and of those on which the formats are known, `format_days`: all but days with posts
    that are older than the column of their media.
    """
    has = counts.earlier.group_by("account", "day").agg(
        (pl.col("kind") != "format").all().alias("formats_unknown")
    )
    read = with_data(rollups).select("account", "day")
    first = day - timedelta(days=thresholds.USUAL_DAYS)
    counted = pl.col("day").is_in(sorted(counts.days)) & pl.col("day").is_between(first, day, closed="left")
    return (
        read.filter(counted)
        .join(read.filter(pl.col("day") == day), on="account", how="semi")
        .filter(pl.len().over("account") >= thresholds.USUAL_NEEDS)
        .join(scopes, on="account")
        .join(has, on=["account", "day"], how="left")
        .with_columns(
            pl.len().over("account").alias("days"),
            (~pl.col("formats_unknown").fill_null(value=False)).sum().over("account").alias("format_days"),
        )
    )


def _judged(
    found: pl.DataFrame, today: pl.DataFrame, earlier: pl.DataFrame, compared: pl.DataFrame
) -> pl.DataFrame:
    """Add `usual`, `score` and `rising` to terms with `compared` posts of the accounts that have earlier days."""
    of_formats = pl.col("kind") == "format"
    past = earlier.join(compared, on=["account", "day"]).with_columns(
        pl.when(of_formats).then("format_days").otherwise("days").alias("days")
    )
    texts = (
        pl.when(of_formats).then(pl.lit("formats"))
        .when(~pl.col("kind").is_in(_WORDS)).then(pl.lit("all"))
        .when("english").then(pl.lit("english")).otherwise(pl.lit("other"))
    )  # fmt: skip
    found = (
        found.with_columns(texts.alias("texts"))
        .join(_of_texts(today, "now"), on=["scope", "texts"], how="left")
        .join(_of_texts(past, "before"), on=["scope", "texts"], how="left")
        .join(_earlier_posts(past), on=_ROW, how="left")
        .join(compared.select("scope", pl.lit(value=True).alias("has_past")).unique(), on="scope", how="left")
        .join(_bounds(past), on=["scope", "kind", "english"], how="left")
        .with_columns(
            pl.col("earlier", "earlier_a_day", "bound", "bound_a_day", "now", "before").fill_null(0)
        )
        .with_columns(pl.col("earlier") + pl.col("bound"), pl.col("earlier_a_day") + pl.col("bound_a_day"))
    )
    known = (pl.col("before") > 0) & (pl.col("now") > 0)
    least = pl.max_horizontal(pl.lit(thresholds.TOPIC_RISES), (pl.col("now").log(2) - 1).round())
    could_rise = known & (pl.col("compared") >= least)
    found = found.with_columns(
        pl.when(pl.col("has_past"), known | ~of_formats).then(pl.col("earlier_a_day")).alias("usual"),
        pl.when(known).then(_log_odds()).alias("score"),
        could_rise.alias("could_rise"),
        could_rise.sum().over("scope").clip(lower_bound=1).alias("tried"),
    )
    strictest = np.asarray(-ndtri(thresholds.TOPIC_CHANCE / found["tried"].to_numpy()))
    rising = (
        pl.col("could_rise")
        & (pl.col("score") >= pl.max_horizontal(pl.lit(thresholds.TOPIC_SCORE), pl.col("strictest")))
        & (pl.col("compared") >= thresholds.TOPIC_TIMES * pl.col("usual"))
    )
    return found.with_columns(pl.Series("strictest", strictest)).with_columns(
        rising.fill_null(value=False).alias("rising")
    )


def _of_texts(counted: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return `scope`, `texts` and, as `name`, the posts that the terms' shares are of."""
    texts = pl.when(pl.col("kind") == "posts").then("term").otherwise(pl.lit("formats"))
    of = counted.filter(pl.col("kind").is_in(["posts", "format"]))
    return of.group_by("scope", texts.alias("texts")).agg(pl.col("posts").sum().alias(name))


def _earlier_posts(past: pl.DataFrame) -> pl.DataFrame:
    """Return what each term had before, above what it would have had left out (see `_bounds`)."""
    left_out = past.filter(pl.col("kind") == "left_out")
    day = ["scope", "account", "day", "kind", "english"]
    least = left_out.drop("kind").rename({"term": "kind", "posts": "least"}).select(*day, "least")
    if least.is_empty():
        above = past.with_columns(pl.col("posts").alias("above"))
    else:
        joined = past.join(least, on=day, how="left")
        above = joined.with_columns((pl.col("posts") - pl.col("least").fill_null(0)).alias("above"))
    return above.group_by(_ROW).agg(
        pl.col("above").sum().alias("earlier"),
        (pl.col("above") / pl.col("days")).sum().alias("earlier_a_day"),
    )


def _bounds(past: pl.DataFrame) -> pl.DataFrame:
    """Return how often a term may have occurred where it was left out: as often as the most used of those.

    So a term is seldom called rising only because an earlier day had no room for it.
    """
    left_out = past.filter(pl.col("kind") == "left_out")
    return left_out.group_by("scope", pl.col("term").alias("kind"), "english").agg(
        pl.col("posts").sum().alias("bound"), (pl.col("posts") / pl.col("days")).sum().alias("bound_a_day")
    )


def _log_odds() -> pl.Expr:
    """Return the log-odds ratio of a term's share of the posts, in standard errors.

    The prior is worth ten posts of the share that both sides have together, and half a post more, so that the variance
    of a term that is new is finite. That variance is so large that two earlier posts would say more than none: the
    score is the largest that as many earlier posts or more would give.
    """
    return pl.max_horizontal(_score(pl.col("earlier").clip(lower_bound=fewer)) for fewer in _FEWER)


def _score(earlier: pl.Expr) -> pl.Expr:
    now, before, posts = pl.col("now"), pl.col("before"), pl.col("compared")
    earlier = pl.min_horizontal(earlier, before)
    share = (posts + earlier) / (now + before)
    prior = 0.5 + thresholds.TOPIC_PRIOR * share
    of_all = 1 + thresholds.TOPIC_PRIOR

    def log_odds(having: pl.Expr, of: pl.Expr) -> pl.Expr:
        return ((having + prior) / (of - having + of_all - prior)).log()

    variance = 1 / (posts + prior) + 1 / (earlier + prior)
    return (log_odds(posts, now) - log_odds(earlier, before)) / variance.sqrt()


def _lines(found: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    """Return the terms to show: what rises, then hashtags and domains that are used most; each topic once."""
    own = pl.col("kind").is_in(["hashtag", "domain"])
    order: list[str | pl.Expr] = [
        pl.col("rising"),
        pl.when("rising").then("score"),
        "posts",
        "engagement",
        pl.col("kind") == "pair",
    ]
    tried = (
        found.filter(pl.col("kind") != "format", pl.col("rising") | own)
        .sort("scope", *order, "term", descending=[False, *[True] * len(order), False], nulls_last=True)
        .group_by("scope", maintain_order=True)
        .head(_TRIED)
    )
    ids = (
        terms.join(tried, on=_ROW, how="semi")
        .group_by(_ROW)
        .agg(pl.col("post_ids").list.explode(keep_nulls=False, empty_as_null=False))
    )
    tried = tried.join(ids, on=_ROW, how="left", maintain_order="left")
    keep: list[bool] = []
    shown: dict[str, list[frozenset[str]]] = {}
    for scope, kind, post_ids in tried.select("scope", "kind", "post_ids").iter_rows():
        own_posts = frozenset(post_ids)
        before = shown.setdefault(scope, [])
        same = kind in _WORDS and any(_is_same(own_posts, other) for other in before)
        if not same:
            before.append(own_posts)
        keep.append(not same)
    return tried.drop("post_ids").filter(pl.Series(keep, dtype=pl.Boolean))


def _is_same(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= thresholds.TOPIC_SAME * len(one | other)


def _led(lines: pl.DataFrame, terms: pl.DataFrame, posts: pl.DataFrame) -> pl.DataFrame:
    """Add `leads`: where each term's posts with the most engagement are, of those that the accounts' pages list."""
    most = thresholds.TOPIC_LINKS
    leads = (
        terms.join(lines, on=_ROW, how="semi")
        .select(*_ROW, "account", pl.col("post_ids").list.head(most).alias("post_id"))
        .explode("post_id")
        .join(
            listed_posts(posts).select("account", "post_id", "created_at", "engagement"),
            on=["account", "post_id"],
        )
        .sort("engagement", "post_id", descending=[True, False])
        .group_by(_ROW, maintain_order=True)
        .agg(pl.struct("account", "post_id", "created_at").head(most).alias("leads"))
    )
    return lines.join(leads, on=_ROW, how="left", maintain_order="left").with_columns(net_columns())


def _by_scope(
    lines: pl.DataFrame, formats: pl.DataFrame, today: pl.DataFrame, days: int
) -> dict[str, Topics]:
    lines_of, formats_of = (frame.partition_by("scope", as_dict=True) for frame in (lines, formats))
    of = today.group_by("scope").agg(
        pl.col("posts").filter(pl.col("kind") == "posts", pl.col("term") == "uncut").sum().alias("uncut"),
        (pl.col("kind") == "left_out").any().alias("left_out"),
    )
    return {
        scope: Topics(
            lines_of.get((scope,), lines.clear()),
            formats_of.get((scope,), formats.clear()),
            days,
            uncut,
            left_out,
        )
        for scope, uncut, left_out in of.select("scope", "uncut", "left_out").iter_rows()
    }
