"""The record of doubted posts in the lake: written by several runs, and begun with what the first release left."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.erasure import register
from pipeline.erasure.account import forget_account
from pipeline.lake import keys
from pipeline.lake.client import Lake, to_json
from pipeline.lake.days import find_outcome, put_outcome
from pipeline.lake.doubts import DeletedPosts, Doubts, PostDoubt
from pipeline.lake.records import ErasureRecord, Outcome, RefreshManifest
from pipeline.refresh.deletions import (
    clear_outcomes,
    clear_refreshes,
    days_of_waiting,
    find_doubts,
    forgotten_by,
    mark_removed,
    open_posts,
    removed_by,
    update_doubts,
    waiting,
)
from pipeline.refresh.doubts import merge
from pipeline.status import Status
from tests.pipeline.given import COLLECTED_AT, DAY
from tests.pipeline.refresh.account import Timeline, ids_of, outcome_of, post_at, run

EVE, NEXT = DAY - timedelta(days=1), DAY + timedelta(days=1)
POSTS = [post_at("2026-11-21T10:00:00"), post_at("2026-11-21T20:00:00")]
ONE, TWO = (post["id"] for post in POSTS)
OF_DAY = post_at("2026-11-22T12:00:00")
A_DOUBT = PostDoubt(day=EVE, absent_at=COLLECTED_AT)


def of_first_release(lake: Lake, *post_ids: str) -> None:
    """Leave what the first release left when it was stopped between reading again and forgetting."""
    lake.put_model(keys.deleted_posts(DAY, "nasa"), DeletedPosts(days={EVE: post_ids}))
    manifest = RefreshManifest(pages=1, billed=1, days=(EVE,), deleted=len(post_ids))
    stored = manifest.model_dump_json(by_alias=True, include={"pages", "billed", "days", "deleted"})
    assert '"gone"' in stored
    lake.put(keys.refresh_manifest(DAY, "nasa"), stored.encode())


def test_what_the_first_release_took_for_deleted_is_doubted(lake: Lake) -> None:
    of_first_release(lake, ONE)
    lake.put_model(keys.deleted_posts(DAY, "esa"), DeletedPosts(days={EVE: ("9",)}))  # another account's
    found = find_doubts(lake, "nasa")
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    assert found.posts == {ONE: PostDoubt(day=EVE, absent_at=midnight)}
    assert open_posts(found, ()).keys() == {ONE}
    assert lake.keys("forgotten/doubts/") == []  # only looked at


def test_once_there_is_a_record_the_first_release_s_is_history(lake: Lake) -> None:
    of_first_release(lake, ONE)
    update_doubts(lake, "nasa", lambda doubts: merge(doubts, Doubts(posts={TWO: A_DOUBT})))
    assert find_doubts(lake, "nasa").posts.keys() == {ONE, TWO}
    update_doubts(lake, "nasa", lambda doubts: Doubts(posts={TWO: A_DOUBT}))
    assert find_doubts(lake, "nasa").posts.keys() == {TWO}
    update_doubts(lake, "nasa", lambda doubts: Doubts(posts={}))
    assert find_doubts(lake, "nasa").posts == {}


def test_a_post_that_the_first_release_took_for_deleted_is_kept_while_x_has_it(
    lake: Lake, morning_after: str
) -> None:
    run(lake, Timeline(POSTS), EVE, "2026-11-22T06:00:00")
    of_first_release(lake, ONE, TWO)
    register.save(lake, register.begin(lake, [TWO], "gone from X"))  # half of it was done

    x = Timeline([*POSTS, OF_DAY])
    run(lake, x, DAY, "2026-11-23T06:00:00")

    assert ids_of(lake, EVE) == [ONE, TWO]  # which of them are forgotten for good is the erasure's to end
    assert (outcome_of(lake, DAY).deleted, outcome_of(lake, DAY).doubted) == (1, 1)
    assert outcome_of(lake, DAY).doubted_days == (EVE,)
    assert forgotten_by(lake, DAY, "nasa").days == {EVE: (TWO,)}
    assert x.lookups == []

    run(lake, x, NEXT, "2026-11-24T06:00:00", refresh_days=1)
    assert x.lookups == [[ONE]]  # its day is not read again by now
    assert outcome_of(lake, NEXT).doubted == 0
    assert ONE in ids_of(lake, EVE)


def test_what_the_first_release_finished_stays_as_it_told(lake: Lake, morning_after: str) -> None:
    of_first_release(lake, ONE)
    register.save(lake, register.begin(lake, [ONE], "gone from X"))
    run(lake, Timeline([OF_DAY]), DAY, "2026-11-23T06:00:00")
    assert (outcome_of(lake, DAY).deleted, outcome_of(lake, DAY).doubted) == (1, 0)


def test_a_refresh_of_the_first_release_that_missed_nothing_stays_as_it_was(lake: Lake) -> None:
    of_first_release(lake)
    before = lake.etags("raw/")
    run(lake, Timeline([OF_DAY]), DAY, "2026-11-23T06:00:00")
    key = keys.refresh_manifest(DAY, "nasa")
    assert lake.etags("raw/")[key] == before[key]


def test_what_the_first_release_found_counts_as_nothing_once_its_list_is_removed(lake: Lake) -> None:
    """A person may remove it by hand, as it is of no use to a later release."""
    of_first_release(lake, ONE)
    lake.delete(keys.deleted_posts(DAY, "nasa"))
    run(lake, Timeline([OF_DAY]), DAY, "2026-11-23T06:00:00")
    assert (outcome_of(lake, DAY).deleted, outcome_of(lake, DAY).doubted) == (0, 0)


def test_without_a_doubt_nothing_is_written(lake: Lake) -> None:
    run(lake, Timeline(POSTS), EVE, "2026-11-22T06:00:00")
    run(lake, Timeline([*POSTS, OF_DAY]), DAY, "2026-11-23T06:00:00")
    assert lake.keys("forgotten/") == []


def test_two_runs_that_write_at_once_lose_nothing_of_either(lake: Lake) -> None:
    overtaken: list[bool] = []

    def changed(doubts: Doubts) -> Doubts:
        if not overtaken:  # another run is faster
            overtaken.append(True)
            update_doubts(lake, "nasa", lambda other: merge(other, Doubts(posts={ONE: A_DOUBT})))
        return merge(doubts, Doubts(posts={TWO: A_DOUBT}))

    assert update_doubts(lake, "nasa", changed).posts.keys() == {ONE, TWO}
    assert find_doubts(lake, "nasa").posts.keys() == {ONE, TWO}


def test_what_changes_nothing_is_not_written(lake: Lake) -> None:
    update_doubts(lake, "nasa", lambda doubts: Doubts(posts={ONE: A_DOUBT}))
    before = lake.etags("")
    update_doubts(lake, "nasa", lambda doubts: doubts)
    assert lake.etags("") == before
    stored = lake.find(keys.doubts("nasa"))
    assert stored is not None
    assert stored.body == to_json(Doubts(posts={ONE: A_DOUBT}))


def test_a_run_forgets_what_it_found_deleted_and_no_other_run_does(lake: Lake) -> None:
    posts = {ONE: A_DOUBT.model_copy(update={"removed_by": DAY}), TWO: A_DOUBT}
    lake.put_model(keys.doubts("nasa"), Doubts(posts=posts))
    assert removed_by(lake, DAY, "nasa").days == {EVE: (ONE,)}
    assert removed_by(lake, NEXT, "nasa").days == {}
    assert removed_by(lake, DAY, "esa").days == {}
    assert forgotten_by(lake, DAY, "nasa").days == {EVE: (ONE,)}  # the first release left nothing beside it


def test_what_waits_is_what_forget_gone_would_remove_though_it_has_begun(
    lake: Lake, morning_after: str
) -> None:
    two_days = (COLLECTED_AT - timedelta(days=1), COLLECTED_AT)
    waits = PostDoubt(day=EVE, absent_at=COLLECTED_AT, not_found=two_days, waiting_at=COLLECTED_AT)
    lake.put_model(keys.doubts("nasa"), Doubts(posts={ONE: waits, TWO: A_DOUBT}))
    assert waiting(lake, "nasa").days == {EVE: (ONE,)}
    register.save(lake, ErasureRecord(post_ids=(ONE,), reason="begun", forgotten_at=COLLECTED_AT))
    assert waiting(lake, "nasa").days == {EVE: (ONE,)}
    assert waiting(lake, "esa").days == {}


def test_what_forget_gone_has_removed_waits_no_longer_and_the_rest_does(
    lake: Lake, morning_after: str
) -> None:
    waits = A_DOUBT.model_copy(update={"not_found": (COLLECTED_AT,), "waiting_at": COLLECTED_AT})
    lake.put_model(keys.doubts("nasa"), Doubts(posts={ONE: waits, TWO: waits}))
    mark_removed(lake, "nasa", [ONE])
    assert waiting(lake, "nasa").days == {EVE: (TWO,)}


def test_the_days_that_tell_of_waiting_deletions_tell_it_until_they_are_cleared(lake: Lake) -> None:
    waits = PostDoubt(day=EVE, absent_at=COLLECTED_AT, not_found=(COLLECTED_AT,), waiting_at=COLLECTED_AT)
    lake.put_model(keys.doubts("nasa"), Doubts(posts={ONE: waits}))
    silent, two_wait = Outcome(status=Status.OK), Outcome(status=Status.OK, deletions_waiting=2)
    for day, account, outcome in ((EVE, "nasa", silent), (DAY, "nasa", two_wait), (DAY, "esa", two_wait)):
        put_outcome(lake, day, account, outcome)
    put_outcome(lake, NEXT, "nasa", silent)  # rendered before its refresh was
    refreshed = RefreshManifest(pages=1, billed=1, days=(DAY,), deleted=0, deletions_waiting=2)
    lake.put_model(keys.refresh_manifest(NEXT, "nasa"), refreshed)
    days = days_of_waiting(lake, "nasa")
    assert days == [DAY, NEXT]
    assert days_of_waiting(lake, "esa") == []  # it has no record of doubts

    missed = NEXT + timedelta(days=1)  # of which the lake has nothing
    clear_outcomes(lake, "nasa", [*days, missed])
    assert days_of_waiting(lake, "nasa") == [NEXT]
    clear_refreshes(lake, "nasa", [*days, missed])
    assert days_of_waiting(lake, "nasa") == []
    assert find_outcome(lake, missed, "nasa") is None


def test_forgetting_an_account_removes_the_record_of_its_doubts(lake: Lake, morning_after: str) -> None:
    for account in ("nasa", "esa"):
        lake.put_model(keys.doubts(account), Doubts(posts={ONE: A_DOUBT}))
    forget_account(lake, "nasa", "asked for")
    assert lake.keys("forgotten/doubts/") == [keys.doubts("esa")]


@pytest.mark.parametrize("post_id", ["9", "1990000000000000001"])
def test_what_is_forgotten_otherwise_is_no_doubt_any_more(
    lake: Lake, morning_after: str, post_id: str
) -> None:
    register.save(lake, register.begin(lake, [post_id], "asked for"))
    erased = register.erased_posts(lake, [post_id, "77"])
    assert erased == {post_id}
    assert open_posts(Doubts(posts={post_id: A_DOUBT, "77": A_DOUBT}), erased).keys() == {"77"}
