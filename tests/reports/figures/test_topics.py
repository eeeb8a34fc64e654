"""What rises: against the account's own days with counts, never against days that nobody counted."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from pipeline.lake.topics import EARLIER, DayTopics
from pipeline.schema import ROLLUP
from pipeline.transform import topics as counting
from pipeline.transform.topics import count_topics
from reports.figures.topics import Topics, topics
from tests.reports.rows import SUNDAY, missing, posts, row

Texts = Sequence[str]
QUIET = ("the timetable of next week", "a walk in the park", "our new website", "coffee with friends") * 3


def of_day(texts: Texts, back: int = 0, account: str = "nasa", **values: Any) -> pl.DataFrame:
    made = [
        {"post_id": f"{n}", "account": account, "text": text, "engagement": n, "compound": 0.0, "media": []}
        | values
        for n, text in enumerate(texts, 1)
    ]
    return posts(*made)


def found(
    today: Texts,
    before: Mapping[int, Texts],
    accounts: Sequence[str] = ("nasa",),
    *,
    unread: Sequence[int] = (),
    **values: Any,
) -> dict[str, Topics]:
    """Return the topics by account, and of all as `all`; `before` are the counted days, by days back."""
    shown = pl.concat([of_day(today, account=account, **values) for account in accounts])
    counted = {
        back: count_topics(
            pl.concat([of_day(texts, account=account, **values) for account in accounts]),
            SUNDAY - timedelta(back),
        )
        for back, texts in before.items()
    }
    days = [
        missing(back, account) if back in unread else row(back, account, post_engagements=[1])
        for back in range(29)
        for account in accounts
    ]
    counts = DayTopics(
        count_topics(shown, SUNDAY),
        pl.concat(
            [pl.DataFrame(schema=EARLIER), *(part.select(EARLIER.names()) for part in counted.values())]
        ),
        {SUNDAY - timedelta(days=back) for back in counted},
    )
    rollups = pl.DataFrame(days, schema=ROLLUP)
    scopes = pl.DataFrame({"account": list(accounts)})
    together = topics(counts, rollups, shown, SUNDAY, scopes.with_columns(scope=pl.lit("all")))
    return together | topics(counts, rollups, shown, SUNDAY, scopes.with_columns(scope=pl.col("account")))


def lines(of: Topics) -> dict[str, dict[str, Any]]:
    return {line["term"]: line for line in of.terms.iter_rows(named=True)}


DELAYED = (*QUIET[:8], *["terminal 2 is delayed"] * 4)
EVERY_DAY = dict.fromkeys(range(1, 29), QUIET)


def test_what_is_new_rises_with_its_usual_engagement_tone_and_posts() -> None:
    line = lines(found(DELAYED, EVERY_DAY)["nasa"])["terminal 2"]
    assert line["rising"]
    assert (line["posts"], line["usual"], line["engagement"]) == (4, 0.0, 9 + 10 + 11 + 12)
    assert (line["net"], line["few"]) == (0.0, True)
    assert [lead["post_id"] for lead in line["leads"]] == ["12", "11", "10"]


def test_what_is_as_usual_does_not_rise() -> None:
    assert not lines(found(QUIET, EVERY_DAY)["nasa"])
    assert not lines(found(DELAYED, dict.fromkeys(range(1, 29), DELAYED))["nasa"])


def test_words_of_the_same_posts_are_one_topic_the_pair_first() -> None:
    assert list(lines(found(DELAYED, EVERY_DAY)["nasa"])) == ["terminal 2"]


def test_fewer_than_three_posts_never_rise() -> None:
    assert not lines(found((*QUIET, *["terminal 2"] * 2), EVERY_DAY)["nasa"])


def test_days_without_counts_and_days_not_read_are_unknown_not_zero() -> None:
    some = dict.fromkeys(range(1, 9), DELAYED)
    tagged: Any = {"hashtags": ["moon"]}
    whole = found(QUIET, some, **tagged)["nasa"]
    assert lines(whole)["moon"]["usual"] == 12
    assert whole.days == 8
    assert lines(found(QUIET, some, unread=[1], **tagged)["nasa"])["moon"]["usual"] == 12


def test_with_fewer_than_seven_days_with_counts_there_is_no_usual_and_nothing_rises() -> None:
    few = found(DELAYED, dict.fromkeys(range(1, 7), QUIET), hashtags=["moon"])["nasa"]
    assert [(name, line["usual"], line["rising"]) for name, line in lines(few).items()] == [
        ("moon", None, False)
    ]
    assert lines(found((*DELAYED, *DELAYED[8:]), dict.fromkeys(range(1, 8), QUIET))["nasa"])["terminal 2"][
        "rising"
    ]


@pytest.mark.heavy
def test_fewer_earlier_posts_are_never_weaker_evidence() -> None:
    scores = [
        lines(
            found(DELAYED, EVERY_DAY | dict.fromkeys(range(1, 1 + seen), DELAYED[:8] + DELAYED[8:9]))["nasa"]
        )["terminal 2"]["score"]
        for seen in (0, 1, 2, 3, 5)
    ]
    assert scores == sorted(scores, reverse=True)


def test_a_term_that_had_no_room_before_is_taken_for_as_frequent_as_what_had(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tags = [{"text": "", "hashtags": ["a", "b"]}] * 3
    monkeypatch.setattr(counting, "MOST_TERMS", 1)
    before = {
        back: count_topics(
            posts(*[{"post_id": str(n), "engagement": 1} | tag for n, tag in enumerate(tags)]),
            SUNDAY - timedelta(back),
        )
        for back in range(1, 29)
    }
    monkeypatch.undo()
    today = posts(*[{"post_id": str(n), "engagement": 1, "hashtags": ["b"], "text": ""} for n in range(3)])
    counts = DayTopics(
        count_topics(today, SUNDAY),
        pl.concat([part.select(EARLIER.names()) for part in before.values()]),
        {SUNDAY - timedelta(days=back) for back in before},
    )
    rollups = pl.DataFrame([row(back, post_engagements=[1]) for back in range(29)], schema=ROLLUP)
    scopes = pl.DataFrame({"account": ["nasa"], "scope": ["nasa"]})
    line = lines(topics(counts, rollups, today, SUNDAY, scopes)["nasa"])["b"]
    assert (line["usual"], line["rising"]) == (3.0, False)


def test_accounts_are_added_up_and_lead_to_their_posts() -> None:
    both = found(DELAYED, EVERY_DAY, accounts=("esa", "nasa"))["all"]
    line = lines(both)["terminal 2"]
    assert (line["posts"], line["accounts"], line["usual"]) == (8, 2, 0.0)
    assert {lead["account"] for lead in line["leads"]} == {"esa", "nasa"}


def test_formats_have_their_usual_of_the_days_whose_media_is_known() -> None:
    counted = found(QUIET, dict.fromkeys(range(1, 29), QUIET[:6]))["nasa"].formats.row(0, named=True)
    assert (counted["term"], counted["posts"], counted["usual"]) == ("text", 12, 6.0)
    unknown = found(QUIET, EVERY_DAY, media=None)["nasa"]
    assert unknown.formats.is_empty()


def test_a_day_without_counts_has_no_topics() -> None:
    scopes = pl.DataFrame({"account": ["nasa"], "scope": ["nasa"]})
    assert topics(None, pl.DataFrame(schema=ROLLUP), posts(), SUNDAY, scopes) == {}


TERMINAL, PARK = "terminal 2 is delayed", "a walk in the park"


def delayed(now: int, usual: int, others: Texts = ()) -> dict[str, dict[str, Any]]:
    """Return the lines of a day of 40 posts, `now` of them about the delay, after days with `usual` such posts each."""

    def of_one_day(number: int) -> Texts:
        return (*[TERMINAL] * number, *others, *[PARK] * (40 - number - len(others)))

    return lines(found(of_one_day(now), dict.fromkeys(range(1, 29), of_one_day(usual)))["nasa"])


def standard_errors(now: int, usual: int) -> float:
    """Return the log-odds of a term over its standard error (Monroe et al. 2008), with a prior of ten posts."""
    before, earlier, of_before = now + 28 * usual, 28 * usual, 28 * 40
    having = 0.5 + 10 * before / (40 + of_before)
    log_odds = [
        np.log((posts + having) / (of - posts + 11 - having))
        for posts, of in ((now, 40), (earlier, of_before))
    ]
    return float((log_odds[0] - log_odds[1]) / np.sqrt(1 / (now + having) + 1 / (earlier + having)))


def test_a_hashtag_has_a_line_from_two_posts_on_and_three_posts_may_rise() -> None:
    assert [list(lines(found(QUIET[:n], {}, hashtags=["moon"])["nasa"])) for n in (1, 2)] == [[], ["moon"]]
    assert lines(found((*QUIET[:9], *[TERMINAL] * 3), EVERY_DAY)["nasa"])["terminal 2"]["rising"]


def test_what_rises_is_at_least_twice_the_usual() -> None:
    assert standard_errors(19, 10) > 3.7
    assert not delayed(19, 10)
    assert delayed(20, 10)["terminal 2"]["rising"]


@pytest.mark.parametrize(("now", "usual"), [(10, 4), (11, 4), (16, 8), (17, 8)])
def test_what_rises_is_three_and_a_half_standard_errors_above_the_usual(now: int, usual: int) -> None:
    told, score = delayed(now, usual), standard_errors(now, usual)
    assert bool(told) == (score >= 3.5)
    if told:
        assert told["terminal 2"]["score"] == pytest.approx(score)


@pytest.mark.heavy
def test_among_many_terms_chance_lets_one_rise_in_a_hundred_days() -> None:
    """Of 340 terms that could rise, each has to be four standard errors above its usual."""
    words = [first + second + third for first in "bdfgkl" for second in "aeiou" for third in "mnprst"]
    every_day = (" ".join(words),) * 5
    assert 3.5 < standard_errors(17, 8) < 4 < standard_errors(18, 8)
    assert (list(delayed(17, 8, every_day)), list(delayed(18, 8, every_day))) == ([], ["terminal 2"])


@pytest.mark.parametrize(("alone", "topics_told"), [(2, ["alpha"]), (3, ["alpha", "alpha beta"])])
def test_terms_that_have_two_thirds_of_their_posts_in_common_are_one_topic(
    alone: int, topics_told: list[str]
) -> None:
    today = (*["alpha beta"] * 4, *["alpha"] * alone, *[PARK] * 10)
    assert list(lines(found(today, dict.fromkeys(range(1, 29), [PARK] * 20))["nasa"])) == topics_told
