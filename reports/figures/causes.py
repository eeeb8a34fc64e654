"""Why an account's day was unusual: the posts that moved it most, and what most of them are about.

Each post is left out in turn, and what the day would have been without it tells how much it moved. A topic is named as
the cause only where it rises, and where the day without its posts would have been at least half way back to the usual.
Otherwise the rule is silent: a wrong cause is worse than none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import polars as pl

from pipeline.lake.topics import DayTopics
from reports import thresholds
from reports.figures.alerts import Finding, Kind, Row
from reports.figures.metrics import Metric
from reports.figures.topics import Topics, topics

_TOPICS: Final = ("pair", "hashtag", "word")  # the more it tells, the earlier
_SIGN: Final = {"positive": 1, "neutral": 0, "negative": -1}


@dataclass(frozen=True)
class Cause:
    """What explains an account's finding."""

    posts: tuple[Row, ...]  # that moved it most, at most three; none where there are more or fewer than usual
    topic: tuple[str, str] | None  # kind and term of what most of the move is about
    replied_to: Row | None  # the post that got most of the day's replies
    common: tuple[tuple[str, str], ...] = ()  # of tone: kind and term of what two or three of the posts have


def causes(
    found: Sequence[Finding],
    posts: pl.DataFrame,
    counts: DayTopics | None,
    rollups: pl.DataFrame,
    day: date,
) -> dict[str, Cause]:
    """Return the causes of findings about tone, engagement and the number of posts, by account.

    Takes the day's posts (`figures.posts.COLUMNS`), what they are about, and the roll-ups of `equal_age`.
    """
    explained = {
        one.account: one for one in found if one.metric in _VALUES and one.kind is not Kind.WENT_QUIET
    }
    if not explained:
        return {}
    own = posts.filter(pl.col("account").is_in(list(explained)), pl.col("engagement").is_not_null()).sort(
        "engagement", "post_id", descending=True
    )
    rows = {account: list(part.iter_rows(named=True)) for (account,), part in own.group_by("account")}
    scopes = pl.DataFrame({"account": list(explained), "scope": list(explained)})
    rising = _rising(counts, topics(counts, rollups, own, day, scopes)) if counts else {}
    caused = {
        account: _cause(finding, metric, rows.get(account, []), rising.get(account, {}))
        for account, finding in explained.items()
        if (metric := finding.metric)
    }
    of_tone = {account: cause for account, cause in caused.items() if explained[account].metric == "net"}
    return caused | (_with_common(of_tone, counts.day) if counts else {})


def _with_common(found: Mapping[str, Cause], counted: pl.DataFrame) -> dict[str, Cause]:
    """Return the causes with the hashtags, words and pairs that two or all of their posts have; takes TOPICS.

    A fact about these posts and no cause: it stands there also where nothing rises.
    """
    shown = [(account, post["post_id"]) for account, cause in found.items() for post in cause.posts]
    held = (
        counted.filter(pl.col("kind").is_in(_TOPICS))
        .select("account", "kind", "term", pl.col("post_ids").alias("post_id"))
        .join(pl.DataFrame({"account": list(found)}, {"account": pl.String}), on="account", how="semi")
        .explode("post_id")
        .join(
            pl.DataFrame(shown, pl.Schema({"account": pl.String, "post_id": pl.String}), orient="row"),
            on=["account", "post_id"],
            how="semi",
        )
        .group_by("account", "kind", "term")
        .agg(pl.col("post_id").n_unique().alias("posts"))
        .filter(pl.col("posts") >= thresholds.COMMON_POSTS)
    )
    terms: dict[str, list[tuple[int, int, str]]] = {}
    for account, kind, term, posts in held.iter_rows():
        terms.setdefault(account, []).append((-posts, _TOPICS.index(kind), term))
    return {
        account: replace(cause, common=_distinct(sorted(terms.get(account, [])), cause.topic))
        for account, cause in found.items()
    }


def _distinct(
    terms: Sequence[tuple[int, int, str]], topic: tuple[str, str] | None
) -> tuple[tuple[str, str], ...]:
    """Return the first terms that share no word with an earlier one, or with the topic that is named anyway."""
    told = set(topic[1].split()) if topic else set()
    chosen = []
    for _, kind, term in terms:
        words = set(term.split())
        if not words & told:
            told |= words
            chosen.append((_TOPICS[kind], term))
    return tuple(chosen[: thresholds.MOST_COMMON])


def _rising(counts: DayTopics, found: Mapping[str, Topics]) -> dict[str, dict[tuple[str, str], set[str]]]:
    """Return the posts of each rising hashtag, word and pair, by account."""
    rising: dict[str, dict[tuple[str, str], set[str]]] = {}
    of_account = counts.day.filter(pl.col("kind").is_in(_TOPICS))
    for account, of in found.items():
        terms = of.terms.filter("rising").select("kind", "term", "english")
        held = of_account.filter(pl.col("account") == account).join(
            terms, on=["kind", "term", "english"], how="semi"
        )
        for kind, term, post_ids in held.select("kind", "term", "post_ids").iter_rows():
            rising.setdefault(account, {}).setdefault((kind, term), set()).update(post_ids)
    return rising


def _cause(
    finding: Finding, metric: Metric, rows: Sequence[Row], rising: Mapping[tuple[str, str], set[str]]
) -> Cause:
    value, usual = finding.row[metric], finding.row[f"usual_{metric}"]
    above = value > usual
    one = finding.kind is Kind.VIRAL_POST
    return Cause(
        posts=_moving(metric, rows[: thresholds.MOST_POSTS], above=above)[
            : 1 if one else thresholds.CAUSE_POSTS
        ],
        topic=_topic(_VALUES[metric], rows, rising, value, usual) if above or metric == "net" else None,
        replied_to=_replied_to(rows),
    )


def _moving(metric: Metric, rows: Sequence[Row], *, above: bool) -> tuple[Row, ...]:
    """Return the posts without which the day would have been nearer to the usual, those that moved it most first.

    Of posts with the same text one is enough.
    """
    if metric == "net":
        # Leaving one out moves the net by its sign; among those of one sign, the strongest tone tells most.
        side = 1 if above else -1
        toned = [row for row in rows if _SIGN.get(row["sentiment"], 0) == side]
        moving = sorted(toned, key=lambda row: -side * row["compound"])
    else:
        moving = list(rows) if metric == "engagement" and above else []
    distinct: dict[str, Row] = {}
    for row in moving:
        distinct.setdefault(row["text"], row)
    return tuple(distinct.values())


def _topic(
    value_of: Callable[[Sequence[Row]], float | None],
    rows: Sequence[Row],
    rising: Mapping[tuple[str, str], set[str]],
    value: float,
    usual: float,
) -> tuple[str, str] | None:
    """Return the topic whose posts made the largest part of the move, at least half of it."""
    best, largest = None, thresholds.CAUSE_SHARE
    for kind, term in sorted(rising, key=lambda topic: (_TOPICS.index(topic[0]), topic[1])):
        ids = rising[kind, term]
        rest = [row for row in rows if row["post_id"] not in ids]
        without = value_of(rest)
        if len(rows) - len(rest) < thresholds.CAUSE_NEEDS or without is None:
            continue
        share = (value - without) / (value - usual)
        if share > largest or (best is None and share == largest):
            best, largest = (kind, term), share
    return best


def _net(rows: Sequence[Row]) -> float | None:
    """Return the net sentiment of posts in points; None of fewer than three scored ones, which tell nothing."""
    signs = [_SIGN[row["sentiment"]] for row in rows if row["sentiment"] is not None]
    return 100 * sum(signs) / len(signs) if len(signs) >= thresholds.CAUSE_NEEDS else None


_VALUES: Final[Mapping[Metric, Callable[[Sequence[Row]], float | None]]] = {
    "net": _net,
    "engagement": lambda rows: sum(row["engagement"] for row in rows),
    "posts": len,
}


def _replied_to(rows: Sequence[Row]) -> Row | None:
    """Return the post that got most of the day's replies, where they are many."""
    replies = sum(row["reply_count"] or 0 for row in rows)
    top = max(rows, key=lambda row: row["reply_count"] or 0, default=None)
    if top is None or (top["reply_count"] or 0) < max(thresholds.MANY_REPLIES, replies / 2):
        return None
    return top
