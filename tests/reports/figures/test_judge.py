"""What is unusual: so improbable, by so much, and with so many days, each just below its limit and at it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from reports.figures.usual import judge as judge_module
from reports.figures.usual.counts import Counts
from reports.figures.usual.history import History
from reports.figures.usual.judge import judge, judge_engagement, judge_net, judge_posts
from reports.figures.usual.robust import Array, Mask
from reports.figures.usual.tone import Tone
from reports.figures.usual.total import Total
from reports.figures.usual.worth import SPREAD_ELSE, Worth, expect_worth


def of(value: float) -> Array:
    """Return the value of one account."""
    return np.array([value])


def certain(**values: float) -> dict[str, Array]:
    return {name: of(value) for name, value in values.items()}


def engagement(
    times: float,
    chances: Mapping[str, float],
    *,
    posts_times: float | None = None,
    days: int = 14,
    all_days: int = 14,
    posted: bool = True,
) -> str:
    """Return how a day is judged that got `times` the usual; what has none of the `chances` is ordinary."""

    def worth(name: str) -> Worth:
        high, low = chances.get(f"{name}_up", 1.0), chances.get(f"{name}_down", 1.0)
        rest = ("expected", "week", "drift", "between_days", "deviation", "freedom", "days")
        return Worth(
            difference=of(-np.log(1 / (posts_times or times))),  # so that the inverse of 1.5 is at its limit
            as_high=of(high),
            as_low=of(low),
            **certain(**dict.fromkeys(rest, 0.0)),
        )

    total = Total(
        times=of(times),
        as_much=of(chances.get("engagement_up", 1.0)),
        as_little=of(chances.get("engagement_down", 1.0)),
        days=of(days),
        all_days=of(all_days),
        **certain(expected=100.0, low=50.0, high=150.0, week=0.0),
    )
    found = judge_engagement(total, worth("worth"), worth("typical"), np.array([posted]))
    return told(found.up, found.down)


def told(up: Mask, down: Mask) -> str:
    return "up" if up[0] else "down" if down[0] else ""


def history(
    posts: Sequence[float] = (0.0,) * 15, scored: Sequence[float] = (0.0,) * 15, net: float = 0.0
) -> History:
    """Return one account's days; the last one alone has the `net` sentiment."""
    days = len(posts)
    positive = np.zeros((1, days))
    positive[:, -1] = scored[-1] * net / 100
    nothing = np.zeros((1, days))
    rest = ("engagement", "worth", "worth_variance", "mix", "negative")
    return History(
        weekdays=np.arange(days, dtype=float) % 7,
        is_account=np.array([True]),
        posts=np.array([posts]),
        scored=np.array([scored]),
        positive=positive,
        **dict.fromkeys(rest, nothing),
    )


def posts(number: float, usual: float, *, days: int = 14, chance: float = 0.0) -> str:
    """Return how a day of so many posts is judged, whose probability is `chance`."""
    rest = ("level", "week", "dispersion", "low", "high", "none")
    chances = {"as_many": of(chance), "as_few": of(chance)}
    counts = Counts(
        expected=of(usual), is_off=np.array([False]), **chances, **certain(**dict.fromkeys(rest, 0.0))
    )
    found = judge_posts(history([usual] * days + [number]), counts)
    return told(found.up, found.down)


def net(points: float, *, days: int = 14, scored: int = 10, chance: float = 0.0) -> str:
    """Return how a net sentiment of `points` above a usual of 10 is judged."""
    tone = Tone(
        as_high=of(chance), as_low=of(chance), days=of(days), **certain(expected=10, low=-200, high=200)
    )
    found = judge_net(history(scored=[0] * 14 + [scored], net=10 + points), tone)
    assert (found.low[0], found.high[0]) == (-100, 100)
    return told(found.up, found.down)


@pytest.mark.parametrize(
    ("test", "chance"),
    [("engagement", 0.001), ("worth", 0.002), ("typical", 0.001)],
)
def test_a_day_got_unusually_much_when_one_such_day_is_so_rare(test: str, chance: float) -> None:
    assert engagement(2, {f"{test}_up": 0.99 * chance}) == "up"
    assert engagement(2, {f"{test}_up": chance}) == ""


@pytest.mark.parametrize("test", ["engagement", "worth", "typical"])
def test_a_day_got_unusually_little_when_two_days_in_ten_thousand_are_such(test: str) -> None:
    assert engagement(0.5, {f"{test}_down": 0.000199}) == "down"
    assert engagement(0.5, {f"{test}_down": 0.0002}) == ""


@pytest.mark.parametrize("test", ["engagement", "worth", "typical"])
@pytest.mark.parametrize(("times", "verdict"), [(1.499, ""), (1.5, "up"), (1 / 1.499, ""), (1 / 1.5, "down")])
def test_engagement_is_unusual_from_half_as_much_again_or_two_thirds_on(
    test: str, times: float, verdict: str
) -> None:
    assert engagement(times, {f"{test}_up": 0.0, f"{test}_down": 0.0}) == verdict


@pytest.mark.parametrize("test", ["worth", "typical"])
@pytest.mark.parametrize(("day", "post", "way"), [(3.0, 1.49, "up"), (0.3, 1 / 1.49, "down")])
def test_better_posts_count_only_where_they_too_are_half_as_good_again(
    test: str, day: float, post: float, way: str
) -> None:
    assert engagement(day, {f"{test}_{way}": 0.0}, posts_times=post) == ""


MUCH = (9.0, {"engagement_up": 0.0})
LITTLE = (0.1, {"engagement_down": 0.0})


def test_engagement_is_unusual_from_14_days_on_and_only_on_a_day_with_posts() -> None:
    for day, verdict in ((MUCH, "up"), (LITTLE, "down")):
        assert engagement(*day) == verdict
        assert engagement(*day, days=13, all_days=13) == ""
        assert engagement(*day, posted=False) == ""


def test_an_account_that_seldom_posts_is_judged_by_eight_weeks_where_it_got_much() -> None:
    """With 14 days in eight weeks, and fewer in four: too little to say that a day got little."""
    assert engagement(*MUCH, days=5) == "up"
    assert engagement(*MUCH, days=5, posted=False) == ""
    assert engagement(*LITTLE, days=5) == ""


@pytest.mark.parametrize(
    ("judged", "chance"),
    [
        (lambda chance: posts(20, 10, chance=chance), 0.00015),
        (lambda chance: posts(2, 10, chance=chance), 0.0003),
        (lambda chance: net(30, chance=chance), 0.001),
        (lambda chance: net(-30, chance=chance), 0.003),
    ],
    ids=["more posts", "fewer posts", "better tone", "worse tone"],
)
def test_posts_and_tone_are_unusual_when_one_such_day_is_so_rare(
    judged: Callable[[float], str], chance: float
) -> None:
    assert judged(0.99 * chance) != ""
    assert judged(chance) == ""


@pytest.mark.parametrize(
    ("usual", "number", "verdict"),
    [
        # Three posts at the least, however few there are as a rule.
        (1, 3, ""),
        (1, 4, "up"),
        (3, 1, ""),
        (3, 0, "down"),
        # Half as many again, or two fifths fewer.
        (20, 29, ""),
        (20, 30, "up"),
        (20, 13, ""),
        (20, 12, "down"),
    ],
)
def test_a_number_of_posts_is_unusual_by_three_and_by_half_more_or_two_fifths_fewer(
    usual: float, number: float, verdict: str
) -> None:
    assert posts(number, usual) == verdict


def test_posts_are_judged_from_14_days_on_and_where_the_day_was_read() -> None:
    assert (posts(99, 10, days=13), posts(99, 10, days=14)) == ("", "up")
    assert (posts(0, 10, days=13), posts(0, 10, days=14)) == ("", "down")
    assert posts(float("nan"), 10) == ""


@pytest.mark.parametrize(("points", "verdict"), [(14.9, ""), (15, "up"), (-14.9, ""), (-15, "down")])
def test_a_tone_is_unusual_from_15_points_on(points: float, verdict: str) -> None:
    assert net(points) == verdict


@pytest.mark.parametrize(("few", "enough"), [({"days": 13}, {"days": 14}), ({"scored": 9}, {"scored": 10})])
def test_a_tone_is_judged_from_14_days_and_10_scored_posts_on(
    few: dict[str, Any], enough: dict[str, Any]
) -> None:
    for points in (50, -50):
        assert (net(points, **few), net(points, **enough) != "") == ("", True)


def days_of(engagements: Sequence[float], number: Sequence[float], **values: Sequence[float]) -> History:
    """Return one account's days, whose posts all differ by the variance that is taken where nothing is known."""
    days = len(number)
    unknown, nothing = np.full((1, days), np.nan), np.zeros((1, days))
    given = {name: np.array([each], dtype=float) for name, each in values.items()}
    fields = dict.fromkeys(("worth", "mix", "positive", "negative", "scored"), nothing)
    return History(
        weekdays=np.arange(days, dtype=float) % 7,
        is_account=np.array([True]),
        posts=np.array([number], dtype=float),
        engagement=np.array([engagements], dtype=float),
        **({"worth_variance": unknown} | fields | given),
    )


@pytest.fixture
def judged_worths(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Array, Array, Worth]]:
    """What `judge` makes of the worth of posts: with the mix of kinds, without it where there is one, and typically."""
    found: list[tuple[Array, Array, Worth]] = []

    def watched(values: Array, variance: Array, history: History) -> Worth:
        found.append((values, variance, expect_worth(values, variance, history)))
        return found[-1][2]

    monkeypatch.setattr(judge_module, "expect_worth", watched)
    return found


@pytest.mark.parametrize("number", [1, 3, 12])
def test_a_days_mean_post_is_worth_the_same_however_many_posts_there_were(
    number: int, judged_worths: list[tuple[Array, Array, Worth]]
) -> None:
    """Of skewed values few have a smaller mean, as a rule, than many; and it varies more, by what is said here."""
    days = 20_000
    noise = np.random.default_rng(number).normal(6, np.sqrt(SPREAD_ELSE), (days, number))
    judge(days_of(np.exp(noise).sum(1).tolist(), [number] * days))
    values, variance, _ = judged_worths[0]
    assert values.mean() == pytest.approx(6 + SPREAD_ELSE / 2, abs=0.015)
    assert variance[0, -1] == pytest.approx(values.var(), rel=0.06)


def test_a_day_whose_posts_got_nothing_has_a_worth_and_one_without_posts_has_none(
    judged_worths: list[tuple[Array, Array, Worth]],
) -> None:
    judge(days_of([0, 0, np.nan, 1], [1, 0, np.nan, 1], worth=[5, 6, 7, 8]))
    (mean, variance, _), (typical, noise, _) = judged_worths  # no kinds: the second is the first
    assert mean[0] == pytest.approx([0.2, np.nan, np.nan, np.log(2) + 0.2], nan_ok=True)
    assert variance[0, [0, 3]] == pytest.approx([SPREAD_ELSE] * 2)
    assert typical[0] == pytest.approx([5, np.nan, np.nan, 8], nan_ok=True)
    assert noise[0, [0, 3]] == pytest.approx([SPREAD_ELSE] * 2)


def test_a_typical_post_of_four_is_known_four_times_as_well_as_one(
    judged_worths: list[tuple[Array, Array, Worth]],
) -> None:
    judge(days_of([100] * 15, [4] * 14 + [1]))
    assert judged_worths[-1][1][0, [0, -1]] == pytest.approx([SPREAD_ELSE / 4, SPREAD_ELSE])


def test_posts_that_differ_beyond_measure_are_corrected_as_if_by_twenty_times(
    judged_worths: list[tuple[Array, Array, Worth]],
) -> None:
    """A variance of 3 is e^3 - 1 = 19 in squares of the mean; one of 5 would lift the mean by a single post's luck."""
    number = [1000.0] * 14 + [1.0]
    judge(days_of([1e6] * 15, number, worth_variance=[5.0] * 15))
    assert judged_worths[0][1][0, -1] == pytest.approx(3.0)


def test_a_day_of_replies_is_not_one_of_worse_posts(
    judged_worths: list[tuple[Array, Array, Worth]],
) -> None:
    """Its posts got a third as much, and that is what replies get."""
    fewer = 1000 / np.exp(1)
    judge(days_of([1000] * 29 + [fewer], [10] * 30, mix=[0.0] * 29 + [-1.0]))
    with_mix, without_mix, _ = (worth.difference[0] for _, _, worth in judged_worths)
    assert with_mix == pytest.approx(-1, abs=0.01)
    assert without_mix == pytest.approx(0, abs=0.01)


def test_a_day_without_posts_is_quiet_and_not_one_that_got_little() -> None:
    found = judge(days_of([1000] * 56 + [0], [10] * 56 + [0]))
    assert (found.posts.down[0], found.engagement.down[0]) == (True, False)
    assert judge(days_of([1000] * 57, [10] * 56 + [10])).engagement.down[0] is np.False_
    assert judge(days_of([1000] * 56 + [1], [10] * 57)).engagement.down[0] is np.True_
