"""The engine gives vaderSentiment's numbers, whatever the text: the package itself is the oracle."""

from itertools import product
from random import Random
from string import punctuation
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SPECIAL_CASES

from pipeline.sentiment import Analyzer
from pipeline.sentiment.contrast import weigh_around_but
from pipeline.sentiment.lexicon import vocabulary
from pipeline.sentiment.phrases import phrases_by_telltale
from pipeline.sentiment.repeats import repeated_valences
from tests.examples import examples
from tests.pipeline.sentiment.texts import oracle, triggering_texts

ours = Analyzer().polarity_scores


def test_a_name_that_the_package_does_not_have_is_no_name_of_it() -> None:
    with pytest.raises(ImportError, match="SentimentIntensityAnalyzer"):
        exec("from pipeline.sentiment import SentimentIntensityAnalyzer")


def assert_equal(text: str) -> None:
    """Compare by repr: it tells -0.0 from 0.0, 1 from 1.0, and one last digit from the next."""
    assert repr(ours(text)) == repr(oracle().polarity_scores(text)), ascii(text)


def test_the_labelled_tweets_score_the_same(labelled: Any) -> None:
    for tweet in labelled:
        assert_equal(tweet.text)


@examples(40)
@given(st.integers(0, 2**32))
def test_texts_full_of_triggers_score_the_same(seed: Any) -> None:
    """40 examples of 500 texts; `python -m tests.bench.equality` does 200,000."""
    for text in triggering_texts(seed, 500):
        assert_equal(text)


@settings(deadline=None)
@given(st.text(st.characters(categories=None, codec=None)))
@example("\ud800 good \udfff")
@example("")
@example(" \n")
def test_any_string_at_all_scores_the_same(text: Any) -> None:
    assert_equal(text)


@pytest.mark.parametrize(
    "text",
    [
        "not good",
        "this is so good",  # the precedence slip: "so" just before, without "never"
        "love this good",  # ... which a sentiment word third before prevents
        "never so good",
        "without a doubt good",
        "it is without doubt good",
        "least good",
        "at least good",
        "the very least good",
        "no good",
        "no pain or gain",
        "no really or good",
        "no pain nor good",
        "good no pain nor great",
        "kind of good",
        "was kind of good",
        "a kind of",
        "just enough good for me",
        "it was the shit",
        "the shit",
        "what a bad ass movie",
        "oh my god yeah right",
        "it is a kiss of death",
        "food to die for",
        "a beating heart",
        "this is badass",
        "GOOD day",
        "GOOD DAY",
        "VERY good day",
        "very very VERY bad!!!!! ????",
        "I don't've good days",
        "I DON'T'VE good days",
        "😂😂",
        "ok😂ok",
        "ON! 🔛 good",
        "good but bad",
        "but good",
        "good but",
        "good BUT, bad but good",
        "2.4 great nice but great nice great",
        ":D",
        "hi :D",
        "no,",
        "ok,",
    ],
)
def test_each_rule_and_quirk_scores_the_same(text: Any) -> None:
    assert_equal(text)
    assert_equal(text + "!")
    assert_equal("day one: " + text)


@examples(20)
@given(st.integers(0, 2**32))
def test_the_walk_for_repeats_finds_the_same_valences_as_the_plain_one(seed: Any) -> None:
    """On short texts, of which many can be tried."""
    for text in triggering_texts(seed, 300):
        tokens = text.split()
        assert repr(repeated_valences(tokens, set(tokens), vocabulary())) == repr(
            Analyzer()._valences(tokens)
        ), text


@pytest.mark.heavy
@pytest.mark.parametrize("first", ["no", "never", "without", "so", "at", "very", "kind", "the", "beating"])
def test_the_walk_for_repeats_tells_surroundings_apart_as_the_rules_do(first: Any) -> None:
    """In texts so long, of so few words, that these stand in every order; the beginning is in each."""
    others = [
        "or",
        "nor",
        "doubt",
        "least",
        "never",
        "this",
        "so",
        "not",
        "of",
        "shit",
        "heart",
        "GOOD",
        "VERY",
    ]
    for seed, other in enumerate(others):
        tokens = Random(seed).choices([first, other, "good", "day"], k=1_500)
        for beginning in product([first, other, "good", "day"], repeat=2):
            text = [*beginning, "good", *tokens]
            assert repr(repeated_valences(text, set(text), vocabulary())) == repr(
                Analyzer()._valences(text)
            ), text[:3]


def test_the_walk_for_repeats_sees_an_idiom_that_ends_two_words_later() -> None:
    tokens = Random(1).choices(["kiss", "of", "death", "day"], k=1_500)
    assert repr(repeated_valences(tokens, set(tokens), vocabulary())) == repr(Analyzer()._valences(tokens))


def test_a_long_post_scores_the_same() -> None:
    long_post = " ".join(triggering_texts(seed=4, count=60))
    assert_equal(long_post)
    assert_equal(long_post + " but " + long_post)


@pytest.mark.parametrize("emoji", ["😂", "❤️", "🚏", "💓", "🙅", "😥", "🔛", "👍🏽", "😂!"])
def test_a_storm_of_emoji_scores_the_same(emoji: Any) -> None:
    assert_equal(emoji * 400)


def test_a_storm_of_many_emoji_scores_the_same() -> None:
    """More than a thousand words, few of them different: the walk for repeats."""
    emoji = [*oracle().emojis]
    assert_equal("".join(Random(1).choices(emoji, k=500)))
    assert_equal("".join(Random(2).choices(["😥", "🚏", "🙅", "NOT ", "so "], k=700)))
    shouted = ["😥", "💓 ", "🙅", "NOT ", "so ", "but ", "BAD ", "kind of ", "VERY ", "no ", "or "]
    assert_equal("".join(Random(3).choices(shouted, k=900)))


valences = st.sampled_from([1.0, 1.5, 2.25, 0.5, 0.75, -1.0, -1.5, -0.5, 3, 2])


@settings(deadline=None)
@given(st.lists(valences, max_size=40), st.data())
def test_but_weighs_the_first_equal_valence_as_the_package_does(before_and_after: Any, data: Any) -> None:
    """The package's own loop, for which the place of each valence is the first one equal to it."""
    before = data.draw(st.integers(0, len(before_and_after)))
    expected = list(before_and_after)
    for valence in expected:
        place = expected.index(valence)
        expected[place] = valence * (0.5 if place < before else 1.5)
    assert weigh_around_but(before_and_after, before) == expected


def test_the_words_can_be_read_as_from_the_package_and_not_changed() -> None:
    """Changed words would break what the short cuts rest on: that has to fail, not to be ignored."""
    assert Analyzer().lexicon == oracle().lexicon
    assert Analyzer().emojis == oracle().emojis
    with pytest.raises(AttributeError, match="update"):
        Analyzer().lexicon.update({"moon": 4.0})  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="setter"):
        Analyzer().lexicon = {"moon": 4.0}  # type: ignore[misc]
    with pytest.raises(TypeError):
        Analyzer("my_lexicon.txt")  # type: ignore[arg-type,call-arg]


def test_scores_come_in_the_packages_order() -> None:
    assert list(ours("I love it")) == ["neg", "neu", "pos", "compound"]
    assert list(ours("")) == ["neg", "neu", "pos", "compound"]


class TestFactsThatShortCutsRestOn:
    """If a newer package breaks one of these, the engine has to be thought through again."""

    def test_boosters_and_negations_are_not_in_the_lexicon(self) -> None:
        assert not {*BOOSTER_DICT, *NEGATE, "so", "this", "least", "but", "n't"} & vocabulary().lexicon.keys()

    def test_no_word_of_the_lexicon_is_neutral_or_a_contraction(self) -> None:
        assert all(valence for valence in vocabulary().lexicon.values())
        assert not [word for word in vocabulary().lexicon if "n't" in word and " " not in word]

    def test_every_phrase_has_its_own_telltale(self) -> None:
        phrases = [phrase for phrase in (*SPECIAL_CASES, *BOOSTER_DICT) if " " in phrase]
        assert len(phrases_by_telltale(vocabulary().lexicon)) == len(phrases)

    def test_rule_words_and_telltales_do_not_meet(self) -> None:
        assert not vocabulary().rule_words.keys() & vocabulary().phrases.keys()

    @pytest.mark.heavy
    def test_lower_case_brings_no_ascii_but_letters(self) -> None:
        """So that stripping before or after lower-casing is the same, but for the length of "İ"."""
        every = map(chr, range(128, 0x110000))
        assert not [c for c in every if set(c.lower()) & {*punctuation, *" \t\n0123456789"}]
        assert [c for c in map(chr, range(0x110000)) if len(c.lower()) > 1] == ["İ"]
