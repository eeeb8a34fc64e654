"""Every kind of stored object that Aviary reads: when it is damaged, one line names it and says what to do."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from pipeline.erasure import register
from pipeline.erasure.rebuild import redact_object
from pipeline.erasure.redact import ErasureTarget
from pipeline.errors import LakeDamaged
from pipeline.lake import catalogue, keys
from pipeline.lake.catalogue import KINDS
from pipeline.lake.client import Lake
from pipeline.lake.counts import PostCount
from pipeline.lake.days import find_outcome, find_outcomes, find_plan
from pipeline.lake.doubts import DeletedPosts
from pipeline.lake.frames import find_frame, read_frames
from pipeline.lake.kinds import ObjectKind
from pipeline.lake.no_tone import find_no_tone
from pipeline.lake.raw import find_manifest, find_refresh_manifest, read_pages
from pipeline.lake.records import ErasureRecord, UsageDay
from pipeline.lake.topics import find_topics
from pipeline.lake.users import known_users
from pipeline.refresh.deletions import find_doubts
from pipeline.schema import METRICS, POSTS, POSTS_DAILY, QUARANTINE, ROLLUP
from pipeline.spend.writer import read_month
from reports import index

DAY = date(2026, 11, 22)
POST = "1990000000000000001"
Read = Callable[[Lake], Any]

READERS: dict[ObjectKind, tuple[str, Read]] = {
    catalogue.RAW_PAGE: (keys.raw_page(DAY, "nasa", 1), lambda lake: read_pages(lake, DAY, "nasa")),
    catalogue.RAW_MANIFEST: (keys.raw_manifest(DAY, "nasa"), lambda lake: find_manifest(lake, DAY, "nasa")),
    catalogue.REFRESH_PAGE: (
        keys.refresh_page(DAY, "nasa", 1),
        lambda lake: redact_object(lake, keys.refresh_page(DAY, "nasa", 1), ErasureTarget()),
    ),
    catalogue.REFETCHED_PAGE: (
        keys.refetched_page(DAY, "nasa", 1, 1),
        lambda lake: redact_object(lake, keys.refetched_page(DAY, "nasa", 1, 1), ErasureTarget()),
    ),
    catalogue.LOOKUP_PAGE: (
        keys.lookup_page(DAY, "nasa", 1),
        lambda lake: read_pages(lake, DAY, "nasa", keys.lookup_page),
    ),
    catalogue.DOUBTS: (keys.doubts("nasa"), lambda lake: find_doubts(lake, "nasa")),
    catalogue.POSTS_DAILY: (
        keys.posts_daily(DAY),
        lambda lake: find_frame(lake, keys.posts_daily(DAY), POSTS_DAILY),
    ),
    catalogue.TOPICS: (keys.topics(DAY), lambda lake: find_topics(lake, DAY, 28)),
    catalogue.REFRESH_MANIFEST: (
        keys.refresh_manifest(DAY, "nasa"),
        lambda lake: find_refresh_manifest(lake, DAY, "nasa"),
    ),
    catalogue.POSTS: (
        keys.posts(DAY, "nasa"),
        lambda lake: read_frames(lake, [keys.posts(DAY, "nasa")], POSTS, "run the day again"),
    ),
    catalogue.QUARANTINE: (
        keys.quarantine(DAY, "nasa"),
        lambda lake: find_frame(lake, keys.quarantine(DAY, "nasa"), QUARANTINE),
    ),
    catalogue.OUTCOME: (keys.outcome(DAY, "nasa"), lambda lake: find_outcome(lake, DAY, "nasa")),
    catalogue.MENTIONS: (
        keys.mentions(DAY, "nasa"),
        lambda lake: lake.find_model(keys.mentions(DAY, "nasa"), PostCount),
    ),
    catalogue.COMPLETENESS: (
        keys.completeness(DAY, "nasa"),
        lambda lake: lake.find_model(keys.completeness(DAY, "nasa"), PostCount),
    ),
    catalogue.PLAN: (keys.plan(DAY), lambda lake: find_plan(lake, DAY)),
    catalogue.NO_TONE: (keys.no_tone(DAY), lambda lake: find_no_tone(lake, DAY)),
    catalogue.ROLLUP: (keys.rollup(DAY), lambda lake: find_frame(lake, keys.rollup(DAY), ROLLUP)),
    catalogue.USERS: (keys.users(DAY), lambda lake: known_users(lake, DAY)),
    catalogue.METRICS: (
        keys.metrics(DAY, "nasa"),
        lambda lake: find_frame(lake, keys.metrics(DAY, "nasa"), METRICS),
    ),
    catalogue.SPEND: (keys.spend("2026-11"), lambda lake: read_month(lake, "2026-11")),
    catalogue.USAGE: (keys.usage(DAY), lambda lake: lake.find_model(keys.usage(DAY), UsageDay)),
    catalogue.ERASED_POST: (keys.erased_post(POST), lambda lake: register.begin(lake, [POST], "asked for")),
    catalogue.ERASED_ACCOUNT: (
        keys.erased_account("nasa"),
        lambda lake: lake.find_model(keys.erased_account("nasa"), ErasureRecord),
    ),
    catalogue.DELETED_POSTS: (
        keys.deleted_posts(DAY, "nasa"),
        lambda lake: lake.find_model(keys.deleted_posts(DAY, "nasa"), DeletedPosts),
    ),
    catalogue.REPORT_LINES: (keys.report_lines(2026), index.days),
}
WRITE_ONLY = {
    "text/html; charset=utf-8",
    "text/csv; charset=utf-8",
}  # pages and spreadsheets are never read back


def test_no_kind_that_is_read_is_left_out_here() -> None:
    assert {kind for kind in KINDS if kind.content_type not in WRITE_ONLY} - {
        catalogue.TRIAL
    } == READERS.keys()


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"runs": 7, "days": 7}', b"[1]", b"PAR1 and no more", b"\x28\xb5\x2f\xfd\x00"]
)
@pytest.mark.parametrize("kind", READERS, ids=lambda kind: kind.name)
def test_a_damaged_object_is_one_line_that_names_it_and_says_what_to_do(
    lake: Lake, kind: ObjectKind, body: bytes
) -> None:
    key, read = READERS[kind]
    lake.put(key, body)
    with pytest.raises(LakeDamaged) as damaged:
        read(lake)
    message = str(damaged.value)
    assert message.startswith(f"{lake.url}/{key} is damaged (")
    assert message.endswith(f"); {kind.when_damaged}")
    assert "\n" not in message


def test_of_a_days_outcomes_the_damaged_one_is_named(lake: Lake) -> None:
    lake.put(keys.outcome(DAY, "esa"), b'{"status": "wonderful"}')
    with pytest.raises(LakeDamaged, match=r"outcomes/day=2026-11-22/account=esa\.json is damaged \(status: "):
        find_outcomes(lake, DAY)
