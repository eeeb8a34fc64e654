"""What `explain` shows adds up to the score, to the last digit, and says what a reader would say."""

from math import sqrt
from typing import Any, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.sentiment import Analyzer, Explanation, explain
from pipeline.sentiment.explanation import Rule
from pipeline.sentiment.lexicon import vocabulary
from pipeline.sentiment.sums import ADDERS, Sums
from tests.examples import examples
from tests.pipeline.sentiment.texts import oracle, triggering_texts

KINDS: tuple[Sums | None, ...] = (*get_args(Sums), None)


def assert_adds_up(text: str) -> None:
    """Assert that words and emphasis make the total, the total the compound, and effects each contribution."""
    for sums in KINDS:
        explained = explain(text, sums=sums)
        contributions = [word.contribution for word in explained.words]
        total = ADDERS[sums](contributions) + explained.emphasis
        assert repr(explained.scores) == repr(Analyzer(sums=sums).polarity_scores(text)), ascii(text)
        assert repr(float(total)) == repr(float(explained.total)), ascii(text)
        compound = round(total / sqrt(total * total + 15), 4)
        assert repr(compound) == repr(explained.compound), ascii(text)
    for word in explained.words:
        assert word.valence == vocabulary().lexicon[word.word]
        assert word.written in text
        valences = [word.valence, *(effect.after for effect in word.effects)]
        assert [effect.before for effect in word.effects] == valences[:-1], ascii(text)
        assert repr(float(valences[-1])) == repr(float(word.contribution)), ascii(text)
        assert all(effect.before != effect.after and effect.by for effect in word.effects)


@pytest.mark.heavy
def test_the_labelled_tweets_add_up_and_score_as_the_package_does(labelled: Any) -> None:
    for tweet in labelled:
        assert_adds_up(tweet.text)
        assert repr(explain(tweet.text).scores) == repr(oracle().polarity_scores(tweet.text))


@examples(20)
@given(st.integers(0, 2**32))
def test_texts_full_of_triggers_add_up(seed: int) -> None:
    for text in triggering_texts(seed, 100):
        assert_adds_up(text)


@given(st.text(st.characters(categories=None, codec=None)))
@example("\ud800 good \udfff!")
@example("")
@example("horrible nice awful excellent!")  # adds up to 0 in one kind of sums only
@example("pleasurable 🔛?")  # an exclamation mark in the description of an emoji
@example("2.4 great nice but great nice great")  # the package weighs the first equal valence
def test_any_text_adds_up(text: str) -> None:
    assert_adds_up(text)


def test_a_long_text_of_few_words_adds_up() -> None:
    """The scorer has a loop of its own for these."""
    assert_adds_up("NOT so good but bad 😥 " * 400)


def changes(explained: Explanation) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return each word, with what changed it: the rule and its words."""
    return [
        (word.written, [(str(effect.rule), effect.by) for effect in word.effects]) for word in explained.words
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a good day", [("good", [])]),
        ("a very good day", [("good", [("booster", "very")])]),
        ("hardly good", [("good", [("booster", "hardly")])]),
        ("it's not very good.", [("good.", [("booster", "very"), ("negation", "not")])]),
        ("I don’t don't like it", [("like", [("negation", "don't")])]),
        ("no problem", [("problem", [("negation", "no")])]),
        ("good, NOT bad", [("good,", []), ("bad", [("negation", "NOT")])]),
        ("a GREAT day", [("GREAT", [("capitals", "GREAT")])]),
        ("GREAT DAY", [("GREAT", [])]),
        ("it was never so good", [("good", [("booster", "so"), ("booster", "never")])]),
        ("without doubt good", [("doubt", [("negation", "without")]), ("good", [])]),
        ("it was a bad ass movie", [("bad", [("idiom", "bad ass")]), ("ass", [("idiom", "bad ass")])]),
        ("it is kind of good", [("good", [("booster", "kind of")])]),
        ("least good", [("good", [("negation", "least")])]),
        ("good but bad", [("good", [("but", "but")]), ("bad", [("but", "but")])]),
        ("😂 #love!", [("😂", []), ("😂", []), ("#love!", [])]),
        ("the end of it 💓", [("💓", [("idiom", "💓")]), ("💓", [("idiom", "💓")])]),
        ("NO good", [("NO", [("negation", "good"), ("capitals", "NO")]), ("good", [("negation", "NO")])]),
    ],
)
def test_each_rule_is_named_with_the_words_that_caused_it(
    text: str, expected: list[tuple[str, list[tuple[str, str]]]]
) -> None:
    assert changes(explain(text)) == expected
    assert_adds_up(text)


def test_an_emoji_is_shown_for_each_word_of_its_description_that_carries_tone() -> None:
    assert [(word.written, word.word) for word in explain("so😂").words] == [
        ("😂", "tears"),
        ("😂", "joy"),
    ]


def test_boosters_and_negations_can_be_asked_for_alone() -> None:
    [word] = explain("not VERY good").words
    assert [(effect.by, effect.before) for effect in word.boosters] == [("VERY", 1.9)]
    assert [(effect.by, effect.after) for effect in word.negations] == [("not", word.contribution)]
    assert [effect.rule for effect in word.effects] == [Rule.BOOSTER, Rule.NEGATION]


@pytest.mark.parametrize(
    ("text", "emphasis"),
    [
        ("good!", 0.292),
        ("bad!", -0.292),
        ("good!!!!!", 1.168),
        ("bad??", -0.36),
        ("bad?", 0.0),
        ("table!", 0.0),
        ("bad", 0.0),
    ],
)
def test_emphasis_strengthens_the_tone_there_is(text: str, emphasis: float) -> None:
    explained = explain(text)
    assert repr(explained.emphasis) == repr(emphasis)
    assert (explained.exclamation_marks, explained.question_marks) == (text.count("!"), text.count("?"))
    assert_adds_up(text)


def test_a_text_without_tone_has_no_words_and_a_total_of_zero() -> None:
    explained = explain("The table is brown")
    assert (explained.words, explained.total, explained.compound) == ((), 0.0, 0.0)


def test_an_explanation_cannot_be_changed() -> None:
    explained = explain("very good")
    [word] = explained.words
    for part, field in ((explained, "total"), (word, "contribution"), (word.effects[0], "after")):
        with pytest.raises(AttributeError, match=field):
            setattr(part, field, 2.0)
