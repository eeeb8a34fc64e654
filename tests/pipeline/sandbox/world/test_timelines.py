"""The invented timelines: always the same, in order, with counts that grow with age, and with their stories."""

import statistics
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sandbox.world.personas import named_handles
from pipeline.sandbox.world.posts import Post
from pipeline.sandbox.world.snowflakes import at_ms, day_of, day_start_ms
from pipeline.sandbox.world.timelines import World, posts_of_day
from pipeline.x_api.snowflakes import ms_of
from tests.examples import examples

STORY_DAY = date(2026, 11, 22)
WORLD = World(story_day=STORY_DAY)
handles = st.from_regex(r"[a-z0-9_]{1,15}", fullmatch=True)
days = st.dates(date(2023, 1, 1), date(2028, 12, 31))


def _morning_after(day: date) -> int:
    return at_ms(datetime(day.year, day.month, day.day, 6, tzinfo=UTC) + timedelta(days=1))


def _engagement(post: Post, now_ms: int) -> int:
    counts = post.counts(now_ms)
    return counts.likes + counts.reposts + counts.replies + counts.quotes


def _seen(handle: str, day: date, world: World = WORLD) -> list[Post]:
    """Return a day's own posts as read the next morning."""
    now = _morning_after(day)
    return [post for post in posts_of_day(world, handle, day) if post.visible(now) and post.kind != "retweet"]


@examples(60)
@given(handles, days)
def test_a_day_is_the_same_whenever_and_in_whatever_order_it_is_requested(handle: str, day: date) -> None:
    before = posts_of_day(WORLD, handle, day)
    posts_of_day.cache_clear()
    posts_of_day(WORLD, handle, day + timedelta(days=1))
    assert posts_of_day(WORLD, handle, day) == before


def test_another_seed_is_another_world() -> None:
    one, two = (posts_of_day(World(seed), "stadiumfc", STORY_DAY) for seed in (1, 2))
    assert not {post.at_ms for post in one} & {post.at_ms for post in two}


@examples(60)
@given(handles, days)
def test_ids_are_snowflakes_of_their_day_in_time_order(handle: str, day: date) -> None:
    posts = posts_of_day(WORLD, handle, day)
    ids = [post.id for post in posts]
    assert ids == sorted(set(ids))
    assert all(ms_of(post.id) == post.at_ms and day_of(post.at_ms) == day for post in posts)
    assert all(post.id < 10**19 for post in posts)


@examples(40)
@given(handles, days, st.integers(0, 48), st.integers(0, 400))
def test_counts_only_grow_and_impressions_stay_above_engagement(
    handle: str, day: date, hours: int, later: int
) -> None:
    early = day_start_ms(day) + hours * 3_600_000
    late = early + later * 3_600_000
    for post in posts_of_day(WORLD, handle, day):
        before, after = post.counts(early), post.counts(late)
        for name in ("likes", "reposts", "replies", "quotes", "bookmarks", "impressions"):
            assert 0 <= getattr(before, name) <= getattr(after, name)
        if post.kind != "retweet":
            assert after.impressions >= _engagement(post, late)
            assert after.bookmarks <= max(after.likes, 1)


def test_counts_grow_fast_in_the_first_hours_and_hardly_after_days() -> None:
    post = next(post for post in _seen("stadiumfc", STORY_DAY) if post.final_counts.likes > 1_000)
    shares = [
        post.counts(post.at_ms + hours * 3_600_000).likes / post.final_counts.likes for hours in (3, 24, 96)
    ]
    assert shares[0] > 0.45
    assert shares[1] > 0.85
    assert 0.95 < shares[2] <= 1


def test_nothing_is_visible_before_it_is_posted() -> None:
    now = at_ms(datetime(2026, 11, 22, 12, tzinfo=UTC))
    newest = next(WORLD.newest_first("citymetro", now))
    assert now - 3_600_000 < newest.at_ms <= now


def test_nothing_was_posted_before_an_account_was_opened() -> None:
    joined = WORLD.persona("stadiumfc").joined
    assert posts_of_day(WORLD, "stadiumfc", joined - timedelta(days=1)) == ()
    assert posts_of_day(WORLD, "stadiumfc", joined + timedelta(days=1)) != ()


@pytest.mark.parametrize("cycle", [-1, 0, 1])
def test_stadium_fc_has_one_post_of_thirty_times_its_median_on_the_story_day(cycle: int) -> None:
    day = STORY_DAY + timedelta(days=14 * cycle)
    usual = [_engagement(p, _morning_after(d)) for d in _before(day) for p in _seen("stadiumfc", d)]
    multiples = [
        _engagement(p, _morning_after(day)) / statistics.median(usual) for p in _seen("stadiumfc", day)
    ]
    assert [multiple >= 30 for multiple in multiples].count(True) == 1
    assert sorted(multiples)[-2] < 10


def test_northwind_air_s_bad_day_is_busy_and_answered_more_than_liked() -> None:
    bad = _seen("northwindair", STORY_DAY)
    usual = statistics.median(len(_seen("northwindair", d)) for d in _before(STORY_DAY))
    assert len(bad) > 1.3 * usual
    assert sum(p.final_counts.replies for p in bad) > sum(p.final_counts.likes for p in bad)
    assert any("ground-systems failure" in p.content.text for p in bad)


def test_brightleaf_falls_silent_for_three_days_and_comes_back() -> None:
    numbers = [len(_seen("brightleaf", STORY_DAY + timedelta(days=step))) for step in range(-4, 3)]
    assert numbers[2:5] == [0, 0, 0]
    assert all(number > 0 for number in numbers[:2] + numbers[5:])


def test_cobalt_motors_recalls_cars_on_the_ninth_day_of_the_cycle() -> None:
    recall = _seen("cobaltmotors", STORY_DAY - timedelta(days=5))
    assert any("We are recalling" in post.content.text for post in recall)


def test_harbor_bank_keeps_to_weekdays() -> None:
    counts = {d.strftime("%a"): len(_seen("harborbank", d)) for d in _before(STORY_DAY)[-7:]}
    assert counts["Sat"] == counts["Sun"] == 0
    assert min(counts[day] for day in ("Mon", "Tue", "Wed", "Thu", "Fri")) > 5


def test_the_story_day_can_be_any_day() -> None:
    other = World(story_day=date(2026, 11, 25))
    assert _seen("brightleaf", date(2026, 11, 24), other) == []
    assert any("FULL TIME" in p.content.text for p in _seen("stadiumfc", date(2026, 11, 25), other))


def test_four_weeks_of_every_persona_have_every_kind_of_post() -> None:
    posts = [
        p
        for handle in named_handles()
        for d in _before(STORY_DAY)
        for p in posts_of_day(WORLD, handle, d)
        if WORLD.state(handle) == "open"
    ]
    assert {post.kind for post in posts} == {"post", "reply", "thread", "quote", "retweet"}
    assert {"en", "de", "ar", "es", "hi", "und", "qht"} <= {post.lang for post in posts}
    assert any(len(post.versions) == 2 for post in posts)
    assert any(post.short_text for post in posts)
    assert any(post.sensitive for post in posts)
    assert any(post.withheld for post in posts)
    assert any(post.deleted_ms for post in posts)
    assert any(post.photo for post in posts)


@pytest.mark.parametrize("handle", ["stadiumfc", "northwindair", "citymetro", "fernandpine", "cobaltmotors"])
def test_four_weeks_hardly_repeat_a_text(handle: str) -> None:
    texts = [post.content.text for d in _before(STORY_DAY) for post in _seen(handle, d)]
    bare = [" ".join(w for w in text.split() if not w.startswith(("@", "https://t.co/"))) for text in texts]
    assert len(set(bare)) > 0.9 * len(bare)


def test_an_account_grows_slowly() -> None:
    then = WORLD.followers("stadiumfc", day_start_ms(STORY_DAY))
    later = WORLD.followers("stadiumfc", day_start_ms(STORY_DAY + timedelta(days=1)))
    assert 0 < later - then < then / 500


def _before(day: date) -> list[date]:
    return [day - timedelta(days=back) for back in range(28, 0, -1)]
