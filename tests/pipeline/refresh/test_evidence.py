"""What one run's pages say of posts in doubt: timelines, look-ups, and what neither says."""

from datetime import timedelta
from typing import Any

import pytest

from pipeline.lake.doubts import Doubts, PostDoubt
from pipeline.page import Page
from pipeline.refresh.evidence import evidence
from tests.pipeline.given import COLLECTED_AT, DAY, a_body, a_post

ONE, TWO, THREE = (a_post(number)["id"] for number in (1, 2, 3))
EVE = DAY - timedelta(days=1)
YESTERDAY = COLLECTED_AT - timedelta(days=1)
MISSING = {EVE: (ONE,)}


def reading(*posts: Any, minutes: float = 0) -> Page:
    return Page(request={}, collected_at=COLLECTED_AT + timedelta(minutes=minutes), body=a_body(*posts))


def lookup(*posts: Any, minutes: float = 0, **errors: Any) -> Page:
    """Return a look-up's answer; `errors` are titles by `p` and the id."""
    told = [
        {
            "resource_id": name[1:],
            "value": name[1:],
            "parameter": "ids",
            "resource_type": "tweet",
            "title": title,
        }
        for name, title in errors.items()
    ]
    body = a_body(*posts) | ({"errors": told} if told else {})
    return Page(request={"ids": []}, collected_at=COLLECTED_AT + timedelta(minutes=minutes), body=body)


def errors(post_id: str, title: str = "Not Found Error") -> dict[str, Any]:
    return {f"p{post_id}": title}


def learned(
    *lookups: Page, doubts: dict[str, PostDoubt] | None = None, readings: tuple[Page, ...] = ()
) -> dict[str, PostDoubt]:
    known = Doubts(posts=doubts or {})
    return evidence(known, MISSING, [reading(a_post(3)), *readings], lookups, COLLECTED_AT).posts


def test_what_is_missing_is_doubted_from_the_reading_on() -> None:
    assert learned() == {ONE: PostDoubt(day=EVE, absent_at=COLLECTED_AT)}


def test_what_a_look_up_returns_lives_and_so_do_its_earlier_versions() -> None:
    assert learned(lookup(a_post(1), minutes=1))[ONE].living_at == COLLECTED_AT + timedelta(minutes=1)
    newer = a_post(2, edit_history_tweet_ids=[ONE, TWO])
    assert learned(lookup(newer))[ONE].living_at == COLLECTED_AT
    in_new_words = {"id": TWO, "text": "", "edit_history_post_ids": [ONE, TWO]}
    assert learned(lookup(in_new_words))[ONE].living_at == COLLECTED_AT


def test_a_post_in_doubt_that_a_timeline_shows_again_lives() -> None:
    before = {TWO: PostDoubt(day=EVE, absent_at=YESTERDAY, not_found=(YESTERDAY,))}
    found = learned(doubts=before, readings=(reading(a_post(2), minutes=-5),))
    assert found[TWO].living_at == COLLECTED_AT - timedelta(minutes=5)
    assert found[TWO].absent_at == YESTERDAY
    assert learned(doubts=before)[TWO].living_at is None


def test_not_found_and_refused_are_kept_apart_and_left_out_says_nothing() -> None:
    before = {TWO: PostDoubt(day=EVE, absent_at=YESTERDAY), THREE: PostDoubt(day=EVE, absent_at=YESTERDAY)}
    told = errors(ONE) | errors(TWO, "Authorization Error")
    found = evidence(
        Doubts(posts=before), MISSING, [reading()], [lookup(minutes=1, **told)], COLLECTED_AT
    ).posts
    asked_at = COLLECTED_AT + timedelta(minutes=1)
    assert (found[ONE].not_found, found[ONE].refused_at, found[ONE].living_at) == ((asked_at,), None, None)
    assert (found[TWO].not_found, found[TWO].refused_at, found[TWO].living_at) == ((), asked_at, None)
    assert (found[THREE].not_found, found[THREE].refused_at, found[THREE].living_at) == ((), None, None)


def test_the_newest_of_several_answers_counts_whatever_their_order() -> None:
    pages = [lookup(a_post(1), minutes=9), lookup(a_post(1), minutes=3)]
    assert learned(*pages)[ONE].living_at == COLLECTED_AT + timedelta(minutes=9)
    refusals = [lookup(minutes=minutes, **errors(ONE, "Authorization Error")) for minutes in (9, 3)]
    assert learned(*refusals)[ONE].refused_at == COLLECTED_AT + timedelta(minutes=9)
    unknown = [lookup(minutes=minutes, **errors(ONE)) for minutes in (9, 3)]
    assert [instant.minute for instant in learned(*unknown)[ONE].not_found] == [3, 9]


@pytest.mark.parametrize(("minutes", "counts"), [(0, 1), (60, 1), (61, 0), (-60, 1), (-61, 0)])
def test_not_found_counts_only_within_an_hour_of_a_reading_of_the_timeline(minutes: int, counts: int) -> None:
    """A run that was killed goes on hours later; by then the whole account may be away."""
    found = learned(lookup(minutes=minutes, **errors(ONE)))
    assert len(found[ONE].not_found) == counts


def test_what_was_never_in_doubt_is_no_business_of_the_record() -> None:
    shown = lookup(a_post(2), **errors(THREE))
    assert learned(shown).keys() == {ONE}
    closed = {TWO: PostDoubt(day=EVE, absent_at=YESTERDAY, living_at=COLLECTED_AT)}
    assert learned(shown, doubts=closed).keys() == {ONE}


def test_an_answer_is_added_to_what_is_not_proved_yet() -> None:
    before = {ONE: PostDoubt(day=EVE, absent_at=YESTERDAY, not_found=(YESTERDAY,))}
    assert learned(lookup(**errors(ONE)), doubts=before)[ONE].not_found == (COLLECTED_AT,)


def test_what_is_proved_gathers_no_more_proofs() -> None:
    proofs = (YESTERDAY - timedelta(days=1), YESTERDAY)
    for day, post_id in ((EVE, ONE), (EVE - timedelta(days=1), TWO)):  # missing again, or not read again
        before = {post_id: PostDoubt(day=day, absent_at=YESTERDAY, not_found=proofs, waiting_at=YESTERDAY)}
        assert learned(lookup(**errors(post_id)), doubts=before)[post_id].not_found == ()
