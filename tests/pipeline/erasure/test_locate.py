"""An object holds what must be forgotten if redacting would change it, whatever the object's kind."""

import io
import json
import time
from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.erasure.locate import holds
from pipeline.erasure.redact import ErasureTarget, redact, redact_frame
from pipeline.lake.frames import to_parquet
from pipeline.page import TOMBSTONE, pack, unpack
from pipeline.schema import QUARANTINE, ROLLUP
from pipeline.transform.spreadsheet import to_csv
from tests.old_lakes import FOLDER
from tests.pipeline.given import COLLECTED_AT, a_page, a_post, stored_posts

EARLY, LONG = "20", "1990000000000000001"
_NUMBERS = st.sampled_from([EARLY, "22", "1300", "123456789012345", LONG])


def posts(*ids: str) -> ErasureTarget:
    return ErasureTarget(frozenset(ids))


def a_link(post_id: str) -> str:
    return f"https://x.com/jack/status/{post_id}"


def forms(frame: pl.DataFrame) -> list[bytes]:
    return [to_parquet(frame), to_csv(frame)]


@pytest.mark.parametrize("post_id", [EARLY, LONG])
@pytest.mark.parametrize(
    "row",
    [
        {"post_id": "{}"},
        {"post_id": "3", "edit_history": ["{}", "3"]},
        {"post_id": "3", "conversation_id": "{}"},
        {"post_id": "3", "urls": [a_link("{}")]},
        {"post_id": "3", "text": "-x.com/i/web/status/{}; '\U0001f600", "account": "1"},
    ],
)
def test_rows_tell_it_in_parquet_and_in_a_spreadsheet(row: dict[str, Any], post_id: str) -> None:
    frame = stored_posts(json.loads(json.dumps(row).replace("{}", post_id)))
    assert [holds(body, posts(post_id)) for body in forms(frame)] == [True, True]
    assert [holds(body, posts(post_id)) for body in forms(redact_frame(frame, posts(post_id)))] == [
        False,
        False,
    ]


@pytest.mark.parametrize("number", [EARLY, "1300", LONG])
def test_other_columns_do_not(number: str) -> None:
    frame = stored_posts(
        {
            "post_id": "3",
            "author_id": number,
            "account": number[:15],
            "mentions": [number[:15]],
            "text": "20 planes, 1300 trains",
            "clean_text": "20 planes, 1300 trains",
            "impression_count": int(number),
            "like_count": 20,
        }
    )
    assert [holds(body, posts(number)) for body in forms(frame)] == [False, False]
    assert redact_frame(frame, posts(number)).equals(frame)


def test_a_spreadsheet_of_an_earlier_version_is_read_by_its_columns() -> None:
    body = next(FOLDER.glob("v1/csv/*/1729.csv")).read_bytes()
    stored = next(FOLDER.glob("v1/posts/*/account=1729/posts.parquet")).read_bytes()
    row = pl.read_parquet(io.BytesIO(stored)).row(0, named=True)
    assert holds(body, posts(row["post_id"]))
    assert not holds(body, posts(row["author_id"]))
    assert not holds(body, posts(str(row["like_count"])))


def test_a_spreadsheet_that_cannot_be_read_by_columns_is_read_as_text() -> None:
    body = f'\ufeffuser,text\r\n1,"a","b",{LONG},{a_link(EARLY)}\r\n'.encode()
    assert holds(body, posts(LONG))
    assert holds(body, posts(EARLY))
    assert not holds(body, posts("1"))


def test_a_roll_up_tells_it_by_its_posts() -> None:
    row = dict.fromkeys(ROLLUP) | {"account": "nasa", "likes": 20, "user_id": LONG, "post_ids": ["22", "7"]}
    body = to_parquet(pl.DataFrame([row], schema=ROLLUP))
    assert holds(body, posts("22"))
    assert not holds(body, posts(EARLY))
    assert not holds(body, posts(LONG))


@pytest.mark.parametrize("as_sent", [str, int])
@pytest.mark.parametrize("post_id", [EARLY, LONG])
def test_quarantine_tells_it_by_what_x_sent(post_id: str, as_sent: type) -> None:
    def rejected(item: Any, reasons: list[str]) -> pl.DataFrame:
        row = {"account": "nasa", "reasons": reasons, "item": json.dumps(item, separators=(",", ":"))}
        return pl.DataFrame(
            [dict.fromkeys(QUARANTINE) | row | {"collected_at": COLLECTED_AT}], schema=QUARANTINE
        )

    itself = rejected(a_post(2, id=as_sent(post_id)), [])
    assert holds(to_parquet(itself), posts(post_id))
    assert redact_frame(itself, posts(post_id)).is_empty()

    mention = rejected(
        a_post(2, conversation_id=as_sent(post_id), author_id=post_id), [f"text is {a_link(post_id)}"]
    )
    assert holds(to_parquet(mention), posts(post_id))
    assert redact_frame(mention, posts(post_id)).equals(
        rejected(a_post(2, conversation_id=as_sent("0"), author_id=post_id), [f"text is {a_link('0')}"])
    )

    other = rejected(a_post(2, author_id=post_id, text="20 planes"), ["like_count is 20, not a count"])
    assert not holds(to_parquet(other), posts(post_id))
    no_json = rejected(None, []).with_columns(item=pl.lit(f'{{"text": "{a_link(post_id)}'))
    assert holds(to_parquet(no_json), posts(post_id))


def test_pages_of_reports_tell_it_by_links_and_long_numbers() -> None:
    def page(shown: str) -> bytes:
        return f'<p data-value="20">20 planes \U0001f600{shown}</p>'.encode()

    assert holds(page(a_link(EARLY)), posts(EARLY))
    assert holds(page(LONG), posts(LONG))
    assert not holds(page("1300"), posts(EARLY, "1300"))
    lines = json.dumps({"days": [f"\U0001f600{LONG}"], "figures": [20]}).encode()
    assert holds(lines, posts(LONG))
    assert not holds(lines, posts(EARLY))


@given(st.lists(_NUMBERS, min_size=4, max_size=4), st.sets(_NUMBERS, max_size=2))
def test_the_proof_is_that_redacting_changes_nothing(numbers: list[str], forgotten: set[str]) -> None:
    post_id, thread, author, linked = numbers
    row = {
        "post_id": post_id,
        "conversation_id": thread,
        "author_id": author,
        "text": f"{a_link(linked)} {author} planes",
    }
    frame, target = stored_posts(row), ErasureTarget(frozenset(forgotten))
    redacted = redact_frame(frame, target)
    for body, left in zip(forms(frame), forms(redacted), strict=True):
        assert holds(body, target) == (not redacted.equals(frame))
        assert not holds(left, target)


# --- when the oldest post of a page is forgotten ---------------------------------------------------


def test_a_page_whose_oldest_post_is_forgotten_says_when_that_was_written_and_no_id() -> None:
    page = a_page(a_post(3), a_post(2), a_post(1), token="next")
    oldest, middle = (a_post(number)["id"] for number in (1, 2))

    redacted = redact(page, posts(oldest))

    assert str(redacted.oldest_at) == "2026-11-22 12:01:00+00:00"
    assert unpack(pack(redacted)) == redacted
    assert redact(redact(redacted, posts(middle)), posts(oldest)) == redact(page, posts(oldest, middle))
    assert redact(redact(page, posts(middle)), posts(oldest)) == redact(page, posts(oldest, middle))


@pytest.mark.parametrize("token", [None, "next"])
def test_nothing_more_is_said_where_the_oldest_post_is_there_or_nothing_follows(token: str | None) -> None:
    page = a_page(a_post(3), a_post(2), a_post(1), token=token)
    kept = redact(page, posts(a_post(2 if token else 1)["id"]))
    assert TOMBSTONE in kept.items
    assert kept.oldest_at is None
    assert b"oldest_at" not in pack(kept)


@pytest.fixture
def in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine's own timezone is Tokyo's."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize("written", ["2026-11-22T12:01:00", "2026-11-22T14:01:00+02:00"])
def test_when_that_was_written_is_told_in_utc_whatever_the_machine_s_timezone_is(
    in_tokyo: None, written: str
) -> None:
    page = a_page(a_post(2), a_post(1, created_at=written), token="next")
    assert str(redact(page, posts(a_post(1)["id"])).oldest_at) == "2026-11-22 12:01:00+00:00"
