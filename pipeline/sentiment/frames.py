"""Sentiment of a column of posts: a series of texts to a frame of scores."""

from collections.abc import Sequence

import polars as pl

from pipeline.sentiment.cleaning import clean_text
from pipeline.sentiment.language import scores_if_english
from pipeline.sentiment.sums import Sums
from pipeline.sentiment.vader import Analyzer

SCORES = ("neg", "neu", "pos", "compound")
SCORES_SCHEMA = pl.Schema(dict.fromkeys(SCORES, pl.Float64))

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


def score_posts(text: pl.Series, lang: pl.Series, sums: Sums | None = None) -> pl.DataFrame:
    """Return `clean_text`, `neg`, `neu`, `pos`, `compound` and `sentiment` of posts.

    `text` is the text as written, `lang` is X's language code; both may contain nulls. `clean_text` is the text
    that was scored. Scores and `sentiment` are null where VADER cannot score the post. `sums` is the kind of
    interpreter whose scores to return (`pipeline.sentiment.sums`), by default this one.
    """
    cleaned = [None if written is None else clean_text(written) for written in text]
    scores = _frame(
        [
            None if words is None else scores_if_english(code, words, sums)
            for code, words in zip(lang, cleaned, strict=True)
        ]
    )
    return scores.insert_column(0, pl.Series("clean_text", cleaned, dtype=pl.String)).with_columns(
        label(pl.col("compound"))
    )
