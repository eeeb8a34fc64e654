"""JSON from outside: whatever is in it can be stored, read again and walked through."""

import json
from contextlib import suppress
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from pipeline.json_text import MAX_DEPTH, parse
from pipeline.page import Page, pack, unpack
from tests.pipeline.given import COLLECTED_AT

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


@given(VALUES)
def test_ordinary_json_comes_as_python_reads_it(value: Any) -> None:
    text = json.dumps(value)
    assert parse(text.encode()) == json.loads(text)


def test_a_byte_order_mark_and_bytes_that_are_no_utf8_do_no_harm() -> None:
    assert parse(b'\xef\xbb\xbf{"a": "Gr\xc3\xb6\xc3\x9fe \xff"}') == {"a": "Größe \ufffd"}


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e400", "-1e999", "9" * 5000, "-" + "1" * 4301])
def test_numbers_that_are_none_stand_as_their_text(number: str) -> None:
    assert parse(f'{{"count": {number}, "next": 5}}'.encode()) == {"count": number, "next": 5}


@given(
    st.integers(MAX_DEPTH, 4000),
    st.sampled_from([("[", "]"), ('{"a":', "}"), ('{"]": "\\"}", "b": [', "]}")]),
    st.sampled_from(["1", '"]}\\"{["', '"\\ud800"', "NaN"]),
)
def test_what_is_too_deep_stands_as_its_text_and_the_rest_as_it_is(
    depth: int, brackets: tuple[str, str], middle: str
) -> None:
    opening, closing = brackets
    deep = opening * depth + middle + closing * depth
    value = parse(f'{{"id": "1", "deep": {deep}, "text": "after"}}'.encode())
    assert (value["id"], value["text"]) == ("1", "after")
    inner, levels = value["deep"], 1
    while not isinstance(inner, str | int):
        inner = inner[-1] if isinstance(inner, list) else list(inner.values())[-1]
        levels += 1
    assert levels <= MAX_DEPTH
    assert isinstance(inner, str)
    assert inner in deep
    json.dumps(value)
    page = Page(request={}, collected_at=COLLECTED_AT, body=value)
    assert unpack(pack(page)) == page


@pytest.mark.parametrize(
    "text", ["", "[" * 100_000, "[" * 100_000 + '"', "[" * 300 + "]" * 299, '{"a": ' + "[" * 300 + "}" * 300]
)
def test_what_ends_early_is_no_json(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        parse(text.encode())


@given(st.binary(max_size=60) | st.text('[]{}":,\\ 1eN', max_size=200).map(str.encode))
def test_any_bytes_are_a_value_or_no_json(body: bytes) -> None:
    with suppress(json.JSONDecodeError):
        json.dumps(parse(body))


@pytest.mark.parametrize("odd", [b"NaN", b"1e400", b"9" * 5000, b"[" * 3000 + b"]" * 3000, b'"\\ud800"'])
def test_a_page_that_an_older_version_stored_is_read_again(odd: bytes) -> None:
    body = b'{"request":{},"collected_at":"2026-11-23T06:00:00+00:00","body":{"data":[' + odd + b"]}}"
    page = unpack(zstandard.ZstdCompressor().compress(body))
    assert len(page.items) == 1
    assert unpack(pack(page)) == page
