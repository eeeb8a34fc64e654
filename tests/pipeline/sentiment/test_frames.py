"""Judging a column of posts: what is stored beside each, and what is left unscored."""

import polars as pl
from polars.testing import assert_frame_equal

from pipeline.schema import SCORERS
from pipeline.sentiment import Analyzer, label, score, score_posts
from pipeline.sentiment.frames import SCORES
from pipeline.sentiment.french import french_scores


def test_score_gives_four_float_columns_in_the_packages_order() -> None:
    scores = score(pl.Series(["I love it", "meh"]))
    assert scores.schema == {"neg": pl.Float64, "neu": pl.Float64, "pos": pl.Float64, "compound": pl.Float64}
    assert scores.row(0, named=True) == Analyzer().polarity_scores("I love it")


def test_a_null_text_has_null_scores() -> None:
    scores = score(pl.Series(["good", None], dtype=pl.String))
    assert scores.row(1) == (None, None, None, None)
    assert scores["compound"][0] > 0


def test_no_posts_give_an_empty_frame_of_the_same_columns() -> None:
    empty = score_posts(pl.Series([], dtype=pl.String), pl.Series([], dtype=pl.String))
    assert empty.columns == ["clean_text", "neg", "neu", "pos", "compound", "sentiment", "scorer"]
    assert empty.schema["sentiment"] == pl.String
    assert empty.height == 0


def test_the_label_turns_at_plus_and_minus_five_hundredths() -> None:
    compound = pl.DataFrame({"compound": [0.05, 0.0499, 0.0, -0.0499, -0.05, None]})
    labels = compound.select(label(pl.col("compound")))["sentiment"].to_list()
    assert labels == ["positive", "neutral", "neutral", "neutral", "negative", None]


def test_what_was_scored_is_stored_and_is_what_the_score_is_of() -> None:
    judged = score_posts(
        pl.Series(["@united I don\u2019t like it &amp; never will https://t.co/x"]), pl.Series(["en"])
    )
    words = "I don't like it & never will"
    assert judged["clean_text"].to_list() == [words]
    assert_frame_equal(judged.select("neg", "neu", "pos", "compound"), score(pl.Series([words])))
    assert judged["sentiment"].to_list() == ["negative"]


def test_posts_vader_cannot_judge_are_null_and_not_neutral() -> None:
    judged = score_posts(
        pl.Series(["Ich liebe es", "https://t.co/x", "It is a table", None]),
        pl.Series(["de", "en", "en", "en"]),
    )
    assert judged["sentiment"].to_list() == [None, None, "neutral", None]
    assert judged["compound"].to_list() == [None, None, 0.0, None]
    assert judged["clean_text"].to_list() == ["Ich liebe es", "", "It is a table", None]
    assert judged["scorer"].to_list() == [None, None, "vader-en", None]


def test_the_scorer_is_named_and_its_scores_are_stored() -> None:
    texts, codes = pl.Series(["Quelle merveille !", "I love it"]), pl.Series(["fr", "en"])
    judged = score_posts(texts, codes)
    assert judged["scorer"].to_list() == ["lexicon-fr", "vader-en"]
    assert judged.select(SCORES).row(0, named=True) == french_scores("Quelle merveille !")
    assert judged["sentiment"].to_list() == ["positive", "positive"]
    by_vader = score_posts(texts, codes, scorers=SCORERS[:1])
    assert by_vader["scorer"].to_list() == [None, "vader-en"]
    assert by_vader.row(1) == judged.row(1)
