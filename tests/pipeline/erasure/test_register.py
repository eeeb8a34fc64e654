"""What must stay forgotten is found by every id that a page mentions, with one request."""

from typing import Any

import pytest

from pipeline.erasure import register
from pipeline.erasure.redact import ErasureTarget, redact
from pipeline.lake.client import Lake
from pipeline.page import Page
from tests.pipeline.given import a_page, a_post

EARLY, LONG = "20", "1990000000000000900"


@pytest.fixture
def listings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The prefixes that are listed."""
    asked: list[str] = []
    original = Lake.request

    def request(self: Lake, operation: str, key: str, **arguments: Any) -> dict[str, Any]:
        if operation == "list_objects_v2":
            asked.append(key)
        return original(self, operation, key, **arguments)

    monkeypatch.setattr(Lake, "request", request)
    return asked


@pytest.mark.parametrize(
    ("post_id", "page"),
    [
        (EARLY, a_page(a_post(1, text=f"see x.com/jack/status/{EARLY}"))),
        (EARLY, a_page(a_post(1, id=int(EARLY)))),
        (EARLY, a_page(a_post(1, referenced_tweets=[{"type": "quoted", "id": EARLY}]))),
        (LONG, a_page(a_post(1, text=f"see \U0001f600{LONG}"))),
        (LONG, a_page(a_post(1, note_post={"text": f"http://mobile.twitter.com/i/web/status/{LONG}"}))),
        (LONG, a_page(a_post(1, edit_history_tweet_ids=[LONG, a_post(1)["id"]]))),
    ],
)
def test_a_new_page_is_stored_without_it_wherever_it_is(
    post_id: str, page: Page, lake: Lake, listings: list[str]
) -> None:
    register.save(lake, register.begin(lake, [post_id, "3"], "asked for"))
    target = ErasureTarget(frozenset([post_id]))

    clean = register.without_forgotten(lake, page)

    assert clean == redact(page, target) != page
    assert listings == ["forgotten/post="]
    assert register.without_forgotten(lake, clean) == clean


def test_other_numbers_on_a_page_are_not_taken_for_a_forgotten_post(lake: Lake) -> None:
    register.save(lake, register.begin(lake, [EARLY, "1300", LONG], "asked for"))
    page = a_page(a_post(1, text="20 planes", author_id=LONG))
    assert register.without_forgotten(lake, page) is page
