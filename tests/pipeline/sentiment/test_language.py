"""English posts are scored by VADER and French ones by their lexicon; the rest is left for the report to count."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.schema import Scorer
from pipeline.sentiment import Analyzer
from pipeline.sentiment.french import french_scores
from pipeline.sentiment.language import Unscored, scores_or_reason


def scorable(lang: Any, cleaned: Any) -> bool:
    scored = scores_or_reason(lang, cleaned)
    if isinstance(scored, Unscored):
        return False
    scorer, scores = scored
    by_scorer = Analyzer().polarity_scores(cleaned) if scorer == "vader-en" else french_scores(cleaned)
    assert scores == by_scorer
    return True


@pytest.mark.parametrize("lang", ["en", "EN", "en-gb"])
def test_english_is_scored(lang: Any) -> None:
    assert scorable(lang, "NASA launches Artemis")


@pytest.mark.parametrize("lang", ["de", "es", "ja", "in", "tl", "enm", "frm"])
def test_other_languages_are_not_scored_whatever_the_words(lang: Any) -> None:
    assert not scorable(lang, "I love it")
    assert not scorable(lang, "❤")


@pytest.mark.parametrize("lang", ["fr", "FR", "fr-ca"])
def test_french_is_scored_by_its_lexicon(lang: Any) -> None:
    scored = scores_or_reason(lang, "Quelle merveille, on adore !")
    assert scored == ("lexicon-fr", french_scores("Quelle merveille, on adore !"))
    assert scores_or_reason(lang, "Le pain est une table") == (
        "lexicon-fr",
        french_scores("Le pain est une table"),
    )
    assert scores_or_reason(lang, ":)") == ("lexicon-fr", french_scores(":)"))
    assert scores_or_reason(lang, "...") is Unscored.NO_WORDS
    assert scores_or_reason(lang, "今日はとてもいい天気です") is Unscored.NOT_LATIN


VADER_ALONE: tuple[Scorer, ...] = ("vader-en",)


def test_french_is_not_scored_where_the_plan_of_the_day_names_vader_alone() -> None:
    assert scores_or_reason("fr", "On adore", scorers=VADER_ALONE) is Unscored.OTHER_LANGUAGE
    assert scores_or_reason("en", "Love it", scorers=VADER_ALONE) == scores_or_reason("en", "Love it")


@pytest.mark.parametrize("lang", ["en", "und", None])
def test_what_is_not_called_french_is_scored_by_vader(lang: Any) -> None:
    scored = scores_or_reason(lang, "I love this merveille")
    assert scored == ("vader-en", Analyzer().polarity_scores("I love this merveille"))


@pytest.mark.parametrize("lang", ["und", "zxx", "qme", "qht", "qam", "qct", "qst", "art", None])
def test_undetermined_posts_are_scored_when_their_words_are_english(lang: Any) -> None:
    assert scorable(lang, "so happy about this")
    assert scorable(lang, "Awesome!!!")
    assert not scorable(lang, "Heute ist die Welt ganz anders")
    assert not scorable(lang, "¡Que vivan los novios!")
    assert not scorable(lang, "Montana")


@pytest.mark.parametrize("lang", ["en", "und", None])
def test_without_words_a_known_emoji_or_emoticon_is_scored(lang: Any) -> None:
    assert scorable(lang, "❤❤")
    assert scorable(lang, ":)")
    assert scorable("und", ":D")


@pytest.mark.parametrize("lang", ["en", "und", None])
@pytest.mark.parametrize("nothing", ["", "...", "2-1", "100 %", "🧾", "→"])
def test_without_words_nothing_is_scored(lang: Any, nothing: Any) -> None:
    assert not scorable(lang, nothing)


def test_undetermined_hashtags_are_scored_only_where_vader_knows_one() -> None:
    assert scorable("qht", "#love #MondayMood")
    assert not scorable("qht", "#QuarantineLife #MondayMood")


@pytest.mark.parametrize(
    "mislabelled", ["今日はとてもいい天気です", "Сегодня хорошая погода", "हम love आप को बहुत"]
)
def test_english_by_mistake_is_not_scored_where_most_letters_are_not_latin(mislabelled: Any) -> None:
    assert not scorable("en", mislabelled)


def test_a_mixed_post_is_scored_where_most_letters_are_latin() -> None:
    assert scorable("en", "I love 日本 so much")


@pytest.mark.parametrize(
    ("lang", "cleaned", "reason"),
    [
        ("de", "I love it", Unscored.OTHER_LANGUAGE),
        ("en", "今日はとてもいい天気です", Unscored.NOT_LATIN),
        ("und", "¡Que vivan los novios!", Unscored.NOT_ENGLISH),
        (None, "", Unscored.NO_WORDS),
        ("qht", "#QuarantineLife", Unscored.NO_WORDS),
    ],
)
def test_the_reason_is_given(lang: str | None, cleaned: str, reason: Unscored) -> None:
    assert scores_or_reason(lang, cleaned) is reason


@settings(deadline=None)
@given(st.one_of(st.none(), st.text(max_size=5)), st.text(st.characters(categories=None, codec=None)))
def test_any_code_and_any_text_gets_an_answer(lang: Any, text: Any) -> None:
    assert scorable(lang, text) in {True, False}
