"""Raw pages are kept as X said them, byte for byte the same, and read back up to the first gap."""

import json
from typing import Any

from hypothesis import given as given_any
from hypothesis import strategies as st

from pipeline.lake import keys
from pipeline.lake.client import Lake
from pipeline.lake.raw import find_manifest, read_pages
from pipeline.page import Page, pack, unpack
from tests.pipeline.given import COLLECTED_AT, DAY, a_page, a_post

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)  # which JSON does not have
    | st.text(st.characters(codec=None)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec=None)), inner, max_size=3)
    ),
)


# As read from JSON, where two halves of a surrogate pair in a row are a whole.
bodies = st.dictionaries(st.text(), anything, max_size=4).map(lambda body: json.loads(json.dumps(body)))


@given_any(bodies)
def test_any_page_reads_back_as_it_was(body: dict[str, Any]) -> None:
    page = Page(request={"token": None}, collected_at=COLLECTED_AT, body=body)
    assert unpack(pack(page)) == page
    assert pack(unpack(pack(page))) == pack(page)


def test_pages_read_back_in_order_up_to_the_first_gap(lake: Lake) -> None:
    for number in (1, 2, 4):
        lake.put(keys.raw_page(DAY, "nasa", number), pack(a_page(a_post(number))))
    lake.put(keys.raw_page(DAY, "nasa2", 3), pack(a_page(a_post(3))))
    assert [page.items[0]["id"][-1] for page in read_pages(lake, DAY, "nasa")] == ["1", "2"]


def test_more_than_nine_thousand_nine_hundred_ninety_nine_pages_have_their_keys() -> None:
    assert keys.raw_page(DAY, "nasa", 10_000).endswith("page-10000.json.zst")


def test_without_a_manifest_a_day_is_not_read_to_its_end(lake: Lake) -> None:
    lake.put(keys.raw_page(DAY, "nasa", 1), pack(a_page()))
    assert find_manifest(lake, DAY, "nasa") is None


def test_a_page_knows_its_posts_originals_and_next_token() -> None:
    page = a_page(a_post(1), token="t", included=[{"id": "17"}])
    assert (len(page.items), page.included, page.next_token) == (1, [{"id": "17"}], "t")
    empty = a_page()
    assert (empty.items, empty.included, empty.next_token) == ([], [], None)
