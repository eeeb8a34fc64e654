"""A run's refresh from the timeline to its manifest: what is asked, what is counted, what an interruption leaves."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

import pytest

from pipeline import clock
from pipeline.analyze import analyze
from pipeline.collect import collect
from pipeline.errors import AccountUnavailable
from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.raw import find_refresh_manifest, read_pages
from pipeline.lake.records import AccountTask, RefreshManifest
from pipeline.refresh.apply import apply_refresh
from pipeline.refresh.deletions import find_doubts
from pipeline.status import Status
from pipeline.transform import account_day
from pipeline.x_api.client import XApi
from pipeline.x_api.prices import usd
from tests.pipeline.given import DAY, work
from tests.pipeline.refresh.account import FEW_POSTS, Timeline, ids_of, outcome_of, post_at, run

EVE, NEXT = DAY - timedelta(days=1), DAY + timedelta(days=1)
OF_EVE = [post_at("2026-11-21T10:00:00"), post_at("2026-11-21T20:00:00")]
GONE, LEFT = (post["id"] for post in OF_EVE)
OF_DAY, OF_NEXT = post_at("2026-11-22T12:00:00"), post_at("2026-11-23T12:00:00")
MORNINGS = {EVE: "2026-11-22T06:00:00", DAY: "2026-11-23T06:00:00", NEXT: "2026-11-24T06:00:00"}


@pytest.fixture
def eve(lake: Lake) -> Lake:
    run(lake, Timeline(OF_EVE), EVE, MORNINGS[EVE])
    return lake


def manifest_of(lake: Lake, day: Any = DAY) -> RefreshManifest:
    found = find_refresh_manifest(lake, day, "nasa")
    assert found is not None
    return found


def test_the_manifest_counts_what_was_read_and_what_is_known(eve: Lake) -> None:
    run(eve, Timeline([OF_EVE[1], OF_DAY]), DAY, MORNINGS[DAY])
    found = manifest_of(eve)
    assert (found.pages, found.billed, found.days) == (1, 1, (EVE,))
    assert (found.deleted, found.doubted, found.doubted_days) == (0, 1, (EVE,))
    assert (found.posts_refused, found.deletions_waiting, found.stopped_because) == (0, 0, None)
    assert outcome_of(eve, DAY).cost_usd == usd(posts=2)


def test_a_look_up_that_returns_a_post_is_part_of_what_the_day_cost(eve: Lake) -> None:
    class Hidden(Timeline):
        """Shows nothing of the eve in its timeline, and has all of it."""

        def timeline_page(self, *args: Any, **request: Any) -> dict[str, Any]:
            kept, self.posts_shown = self.posts_shown, [OF_DAY]
            page = super().timeline_page(*args, **request)
            self.posts_shown = kept
            return page

    run(eve, Hidden([*OF_EVE, OF_DAY]), DAY, MORNINGS[DAY])
    assert manifest_of(eve).billed == 2
    assert manifest_of(eve).doubted == 0
    assert outcome_of(eve, DAY).cost_usd == usd(posts=3)


def test_a_doubt_is_settled_though_its_day_is_not_read_again_any_more(eve: Lake) -> None:
    """With one day to refresh, and none of whose posts are left to read again."""
    x = Timeline([OF_EVE[1]])
    run(eve, x, DAY, MORNINGS[DAY], refresh_days=1)
    run(eve, x, NEXT, MORNINGS[NEXT], refresh_days=1)
    assert x.lookups == [[GONE], [GONE]]
    assert (manifest_of(eve, NEXT).days, manifest_of(eve, NEXT).deleted) == ((), 1)
    assert ids_of(eve, EVE) == [LEFT]
    assert not eve.keys(f"metrics/observed={NEXT + timedelta(days=1)}")


def test_without_earlier_days_and_without_doubts_there_is_nothing_to_refresh(eve: Lake) -> None:
    assert find_refresh_manifest(eve, EVE, "nasa") is None


def test_without_refresh_days_nothing_is_asked(eve: Lake) -> None:
    run(eve, Timeline([OF_EVE[1], OF_DAY]), DAY, MORNINGS[DAY])
    x = Timeline([OF_EVE[1], OF_DAY, OF_NEXT])
    run(eve, x, NEXT, MORNINGS[NEXT], refresh_days=0)
    assert x.lookups == []
    assert find_refresh_manifest(eve, NEXT, "nasa") is None
    assert ids_of(eve, EVE) == [GONE, LEFT]


def test_a_deleted_post_also_leaves_the_pages_in_which_its_day_was_read_again(eve: Lake) -> None:
    later = NEXT + timedelta(days=1)
    run(eve, Timeline([*OF_EVE, OF_DAY]), DAY, MORNINGS[DAY])
    assert GONE in str([page.body for page in read_pages(eve, DAY, "nasa", keys.refresh_page)])
    x = Timeline([OF_EVE[1], OF_DAY, OF_NEXT])
    run(eve, x, NEXT, MORNINGS[NEXT], refresh_days=3)
    run(eve, x, later, "2026-11-25T06:00:00", refresh_days=3)
    assert outcome_of(eve, later).deleted == 1
    for day in (EVE, DAY, NEXT, later):
        for page_key in (keys.raw_page, keys.refresh_page, keys.lookup_page):
            assert GONE not in str([page.model_dump() for page in read_pages(eve, day, "nasa", page_key)])


def test_what_a_run_found_deleted_stays_its_finding_when_it_is_repeated(eve: Lake) -> None:
    x = Timeline([OF_EVE[1], OF_DAY, OF_NEXT])
    run(eve, x, DAY, MORNINGS[DAY])
    run(eve, x, NEXT, MORNINGS[NEXT])
    before = eve.etags("")
    eve.delete(keys.outcome(NEXT, "nasa"))  # as if it had been killed just before
    run(eve, x, NEXT, MORNINGS[NEXT])
    assert outcome_of(eve, NEXT).deleted == 1
    assert eve.etags("") == before


@pytest.mark.parametrize(("of_next_day", "waits"), [(4, True), (5, False)])
def test_many_are_many_beside_all_that_is_stored_of_the_days(
    lake: Lake, of_next_day: int, waits: bool
) -> None:
    """Eleven of fifty are more than a fifth, and so they are of fifty-four, but not of fifty-five."""
    eve = [post_at(f"2026-11-21T10:{n:02}:00") for n in range(50)]
    day = [post_at(f"2026-11-22T10:{n:02}:00") for n in range(of_next_day)]
    run(lake, Timeline(eve), EVE, MORNINGS[EVE])
    x = Timeline([*eve[11:], *day, OF_NEXT])
    run(lake, x, DAY, MORNINGS[DAY], refresh_days=1)
    run(lake, x, NEXT, MORNINGS[NEXT], refresh_days=1)
    assert manifest_of(lake, NEXT).deletions_waiting == (11 if waits else 0)
    assert len(ids_of(lake, EVE)) == (50 if waits else 39)


def test_posts_that_were_forgotten_otherwise_are_not_asked_about(eve: Lake) -> None:
    from pipeline.erasure.posts import forget_posts

    run(eve, Timeline([OF_EVE[1], OF_DAY]), DAY, MORNINGS[DAY])
    with clock.frozen(clock.parse_instant("2026-11-23T12:00:00Z")):
        forget_posts(eve, "nasa", [GONE], [EVE], "asked for")
    x = Timeline([OF_EVE[1], OF_DAY, OF_NEXT])
    run(eve, x, NEXT, MORNINGS[NEXT])
    assert x.lookups == []
    assert (manifest_of(eve, NEXT).deleted, manifest_of(eve, NEXT).doubted) == (0, 0)


def interrupted(lake: Lake, x: Timeline, at: str) -> AccountTask:
    """Run DAY, stopped by a kill when X is asked about posts by their ids."""

    class Killed(BaseException): ...

    class Dies(Timeline):
        def posts(self, handle: str, post_ids: Sequence[str]) -> dict[str, Any]:
            raise Killed

    with pytest.raises(Killed):
        run(lake, Dies(x.posts_shown), DAY, at)
    return work(day=DAY, run_id=f"run-{DAY}", refresh_days=2, **FEW_POSTS)


def test_an_answer_hours_after_the_timeline_was_read_proves_no_deletion(eve: Lake) -> None:
    """The account may be away by then, and none of its posts found."""
    x = Timeline([OF_EVE[1], OF_DAY])
    interrupted(eve, x, "2026-11-23T06:00:00")
    run(eve, x, DAY, "2026-11-23T09:00:00")
    assert x.lookups == [[GONE]]
    assert find_doubts(eve, "nasa").posts[GONE].not_found == ()
    assert outcome_of(eve, DAY).doubted == 1


def test_an_interrupted_run_goes_on_where_it_was(eve: Lake) -> None:
    class HasBeenRead(Timeline):
        def timeline_page(self, handle: str, user_id: str, **request: Any) -> dict[str, Any]:
            raise AssertionError("a page is bought again")

    x = HasBeenRead([OF_EVE[1], OF_DAY])
    interrupted(eve, x, "2026-11-23T06:00:00")
    before = read_pages(eve, DAY, "nasa", keys.refresh_page)
    run(eve, x, DAY, "2026-11-23T06:30:00")
    assert read_pages(eve, DAY, "nasa", keys.refresh_page) == before
    assert [instant.minute for instant in find_doubts(eve, "nasa").posts[GONE].not_found] == [30]


def test_the_timeline_is_read_when_its_newest_page_is(eve: Lake) -> None:
    """The day's own page came two hours earlier, before a kill."""

    class Killed(BaseException): ...

    class Dies(Timeline):
        def timeline_page(self, handle: str, user_id: str, **request: Any) -> dict[str, Any]:
            if request["end_time"].day == DAY.day:
                raise Killed
            return super().timeline_page(handle, user_id, **request)

    x = Timeline([OF_EVE[1], OF_DAY])
    with pytest.raises(Killed):
        run(eve, Dies(x.posts_shown), DAY, "2026-11-23T06:00:00")
    run(eve, x, DAY, "2026-11-23T08:00:00")
    assert [instant.hour for instant in find_doubts(eve, "nasa").posts[GONE].not_found] == [8]


def test_an_account_that_goes_away_while_it_is_read_keeps_what_was_read(eve: Lake) -> None:
    class GoesAway(Timeline):
        def timeline_page(self, handle: str, user_id: str, **request: Any) -> dict[str, Any]:
            if request["end_time"].day == DAY.day:
                raise AccountUnavailable(Status.PROTECTED, "the account is protected")
            return super().timeline_page(handle, user_id, **request)

    x = GoesAway([*OF_EVE, OF_DAY])
    run(eve, x, DAY, MORNINGS[DAY])
    assert outcome_of(eve, DAY).status == Status.OK
    assert ids_of(eve, DAY) == [OF_DAY["id"]]
    assert outcome_of(eve, DAY).refresh_stopped_because == "@NASA: the account is protected"
    assert x.lookups == []
    assert manifest_of(eve).doubted == 0


def test_while_an_account_is_away_nothing_is_asked_about_what_was_in_doubt_before(eve: Lake) -> None:
    """None of its posts would be found, and that would prove nothing."""

    class Away(Timeline):
        def timeline_page(self, handle: str, user_id: str, **request: Any) -> dict[str, Any]:
            if request["start_time"].day < NEXT.day:
                raise AccountUnavailable(Status.PROTECTED, "the account is protected")
            return super().timeline_page(handle, user_id, **request)

    run(eve, Timeline([OF_EVE[1], OF_DAY]), DAY, MORNINGS[DAY])
    x = Away([OF_EVE[1], OF_DAY, OF_NEXT])
    run(eve, x, NEXT, MORNINGS[NEXT])
    assert x.lookups == []
    assert (manifest_of(eve, NEXT).doubted, manifest_of(eve, NEXT).deleted) == (1, 0)


def test_what_was_deleted_does_not_come_back_by_a_run_of_its_day_at_the_same_time(
    eve: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That run has read the raw pages of the eve, and writes what it made of them when they are clean already."""
    x = Timeline([OF_EVE[1], OF_DAY, OF_NEXT])
    run(eve, x, DAY, MORNINGS[DAY])
    of_next = work(day=NEXT, run_id="next", refresh_days=2, **FEW_POSTS)
    of_eve = work(day=EVE, run_id="eve", refresh_days=2, **FEW_POSTS)
    with clock.frozen(clock.parse_instant(f"{MORNINGS[NEXT]}Z")):
        collect(eve, cast(XApi, x), of_next)
        original, done = account_day.make, list[bool]()

        def make(*arguments: Any) -> Any:
            if not done:
                done.append(True)
                apply_refresh(eve, of_next)
                analyze(eve, of_next)
                assert ids_of(eve, EVE) == [LEFT]
            return original(*arguments)

        monkeypatch.setattr(account_day, "make", make)
        analyze(eve, of_eve)

    assert done
    assert ids_of(eve, EVE) == [LEFT]
    assert eve.exists(keys.erased_post(GONE))


def test_counts_stay_when_the_pages_they_were_read_from_have_expired(eve: Lake) -> None:
    x = Timeline([*OF_EVE, OF_DAY])
    run(eve, x, DAY, MORNINGS[DAY])
    before = eve.etags("metrics/")
    assert before
    eve.delete(keys.refresh_page(DAY, "nasa", 1))
    run(eve, x, DAY, MORNINGS[DAY])
    assert eve.etags("metrics/") == before


def test_what_is_forgotten_while_the_timeline_is_read_does_not_stay_in_the_pages(eve: Lake) -> None:
    """The erasure has looked for what holds the post just before its page was stored."""
    from pipeline.erasure import register

    x = Timeline([*OF_EVE, OF_DAY])
    task = work(day=DAY, run_id="r", refresh_days=2, **FEW_POSTS)
    with clock.frozen(clock.parse_instant(f"{MORNINGS[DAY]}Z")):
        collect(eve, cast(XApi, x), task)
        register.save(eve, register.begin(eve, [GONE], "asked for"))
        apply_refresh(eve, task)

    [page] = read_pages(eve, DAY, "nasa", keys.refresh_page)
    assert [item.get("id") for item in page.items] == [LEFT, None]
    [metrics] = eve.keys("metrics/")
    assert GONE.encode() not in eve.get(metrics)
