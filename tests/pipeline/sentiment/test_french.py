"""French posts are scored by the valences of their words in a lexicon, added up, in linear time."""

from functools import partial
from math import sqrt
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.sentiment import explain
from pipeline.sentiment.french import french_lexicon, french_scores
from pipeline.sentiment.sums import ADDERS, Sums
from tests.examples import examples
from tests.pipeline.sentiment.steps import lines_executed

WORDS = st.sampled_from(
    ["adore", "l'horreur", "«merveille»", "GÉNIAL", ":)", "chez", "d'accord", "table", "le", "!!", "❤", "mal"]
)
TEXTS = st.one_of(
    st.text(st.characters(categories=None, codec=None)),
    st.lists(WORDS).map(" ".join),
)
KINDS: tuple[Sums | None, ...] = (*get_args(Sums), None)


def words(text: str) -> dict[str, float]:
    """Return what each word adds, as it is written."""
    return {word.written: word.contribution for word in explain(text, scorer="lexicon-fr").words}


def test_the_lexicon_is_the_packages() -> None:
    lexicon = french_lexicon()
    assert len(lexicon) == 9085
    assert (lexicon["adore"], lexicon["épuisé"], lexicon[":-d"]) == (0.8, -1.5, 2.3)
    assert all(word == word.lower() and -4 <= valence <= 4 for word, valence in lexicon.items())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("on adore", {"adore": 0.8}),
        ("GÉNIAL, Adore!", {"GÉNIAL,": 0.6, "Adore!": 0.8}),
        ("« adore » «adore» …adore…", {"adore": 0.8, "«adore»": 0.8, "…adore…": 0.8}),
        ("j'adore l'horreur", {"j'adore": 0.8, "l'horreur": -2.7}),
        ("qu'adore D'accord", {"qu'adore": 0.8, "D'accord": 1.1}),
        ("aujourd'hui x'adore adore'", {"adore'": 0.8}),
        ("bien :) :D", {"bien": 0.2, ":)": 2.0, ":D": 2.3}),
        ("chez moi", {}),  # listed with 0
        ("❤ 😂 I hate awful", {}),
        ("pas bien", {"bien": 0.2}),  # no rule turns it
        ("", {}),
    ],
)
def test_a_word_adds_its_valence_whatever_stands_around_it(text: str, found: dict[str, float]) -> None:
    assert words(text) == found


def test_scores_mean_what_those_of_vader_do() -> None:
    """A share of the text each, where a word with a tone counts by one more than its valence, and others count one."""
    scores = french_scores("adore la horreur !")
    assert scores == {
        "neg": round(3.7 / (1.8 + 3.7 + 2), 3),
        "neu": round(2 / (1.8 + 3.7 + 2), 3),
        "pos": round(1.8 / (1.8 + 3.7 + 2), 3),
        "compound": round(-1.9 / sqrt(1.9 * 1.9 + 15), 4),
    }
    assert french_scores("la table") == {"neg": 0.0, "neu": 1.0, "pos": 0.0, "compound": 0.0}
    assert french_scores("") == {"neg": 0.0, "neu": 0.0, "pos": 0.0, "compound": 0.0}


@settings(deadline=None)
@example("")
@example("\ud83d l'")
@given(TEXTS)
def test_the_words_of_any_text_add_up_to_its_score_to_the_last_digit(text: str) -> None:
    for sums in KINDS:
        explained = explain(text, sums=sums, scorer="lexicon-fr")
        total = ADDERS[sums]([word.contribution for word in explained.words])
        assert repr(float(total)) == repr(float(explained.total))
        assert repr(explained.scores) == repr(french_scores(text, sums))
        assert repr(round(total / sqrt(total * total + 15), 4)) == repr(float(explained.compound))
        assert explained.emphasis == 0
    for word in explained.words:
        assert word.valence == word.contribution == french_lexicon()[word.word] != 0
        assert word.effects == ()
        assert word.written in text.split()
    assert -1 <= explained.compound <= 1
    assert abs(explained.neg + explained.neu + explained.pos - bool(text.split())) <= 0.002


@settings(deadline=None)
@given(st.lists(st.sampled_from(sorted(french_lexicon())), min_size=1))
def test_a_day_keeps_its_kind_of_sums_on_any_interpreter(found: list[str]) -> None:
    text = " ".join(found)
    for sums in get_args(Sums):
        valences = [word.contribution for word in explain(text, sums=sums, scorer="lexicon-fr").words]
        total = ADDERS[sums](valences)
        assert french_scores(text, sums)["compound"] == round(total / sqrt(total * total + 15), 4)


@examples(30)
@given(
    st.sampled_from(["😂", "😂 ", "l'", "l'adore ", "« ", "adore ", ":) ", "'", "a", "qu'", "é\u0301\u0323 "])
    | st.text(st.characters(categories=None, codec=None), min_size=1, max_size=6)
)
def test_a_text_four_times_as_long_takes_at_most_four_times_the_steps(text: str) -> None:
    french_lexicon()  # is read once
    short, long = (
        lines_executed(partial(french_scores, (text * length)[:length])) for length in (1000, 4000)
    )
    assert long <= 4.1 * short + 50
