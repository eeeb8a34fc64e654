"""Sentiment of a column of posts: a series of texts to a frame of scores."""

from collections.abc import Collection, Sequence
from typing import Any

import polars as pl

from pipeline.schema import SCORERS, Scorer
from pipeline.sentiment.cleaning import clean_text
from pipeline.sentiment.language import Unscored, scores_or_reason
from pipeline.sentiment.no_tone import NoTone
from pipeline.sentiment.sums import Sums
from pipeline.sentiment.vader import Analyzer

SCORES = ("neg", "neu", "pos", "compound")
SCORES_SCHEMA = pl.Schema(dict.fromkeys(SCORES, pl.Float64))
SCORED_SCHEMA = pl.Schema(
    {"clean_text": pl.String(), **SCORES_SCHEMA, "sentiment": pl.String(), "scorer": pl.String()}
)
_UNSCORED = dict.fromkeys(SCORED_SCHEMA)

# The thresholds of VADER's authors.
POSITIVE_FROM = 0.05
NEGATIVE_TO = -0.05


def score(texts: pl.Series) -> pl.DataFrame:
    """Return one row of `neg`, `neu`, `pos`, `compound` (Float64) per text; null text gives null scores."""
    analyze = Analyzer().polarity_scores
    return _frame([None if text is None else analyze(text) for text in texts])


def _frame(rows: Sequence[dict[str, float] | None]) -> pl.DataFrame:
    columns = {name: [row and row[name] for row in rows] for name in SCORES}
    return pl.DataFrame(columns, schema=SCORES_SCHEMA)


def label(compound: pl.Expr) -> pl.Expr:
    """Return the column `sentiment` for VADER's compound score; a null score stays null (not scored)."""
    return (
        pl.when(compound >= POSITIVE_FROM)
        .then(pl.lit("positive"))
        .when(compound <= NEGATIVE_TO)
        .then(pl.lit("negative"))
        .when(compound.is_not_null())
        .then(pl.lit("neutral"))
        .alias("sentiment")
    )


def sentiment_of(compound: float) -> str:
    """Return the label of VADER's compound score: what `label` gives a column."""
    if compound >= POSITIVE_FROM:
        return "positive"
    return "negative" if compound <= NEGATIVE_TO else "neutral"


def score_post(
    text: str | None,
    lang: str | None,
    sums: Sums | None = None,
    no_tone: NoTone | None = None,
    scorers: Collection[Scorer] = SCORERS,
) -> dict[str, Any]:
    """Return `clean_text`, the scores, `sentiment` and `scorer` of one post; see `score_posts`."""
    if text is None:
        return dict(_UNSCORED)
    cleaned = clean_text(text, no_tone=no_tone)
    scored = scores_or_reason(lang, cleaned, sums, scorers)
    if isinstance(scored, Unscored):
        return _UNSCORED | {"clean_text": cleaned}
    scorer, scores = scored
    return {
        "clean_text": cleaned,
        **scores,
        "sentiment": sentiment_of(scores["compound"]),
        "scorer": scorer,
    }


def score_posts(
    text: pl.Series,
    lang: pl.Series,
    sums: Sums | None = None,
    no_tone: NoTone | None = None,
    scorers: Collection[Scorer] = SCORERS,
) -> pl.DataFrame:
    """Return `clean_text`, `neg`, `neu`, `pos`, `compound`, `sentiment` and `scorer` of posts.

    `text` is the text as written, `lang` is X's language code; both may contain nulls. `clean_text` is the text
    that was scored. All else is null where none of the `scorers` can score the post. `sums` is the kind of
    interpreter whose scores to return (`pipeline.sentiment.sums`), by default this one; `no_tone` holds phrases that
    are left out.
    """
    rows = [
        score_post(written, code, sums, no_tone, scorers) for written, code in zip(text, lang, strict=True)
    ]
    return pl.DataFrame(rows, schema=SCORED_SCHEMA)
