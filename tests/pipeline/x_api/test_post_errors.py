"""What X says of posts that it did not return: only its own word for it is a deletion."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.x_api.post_errors import Unreturned, unreturned

ID = "1990000000000000001"


def error(**changes: Any) -> dict[str, Any]:
    told = {
        "value": ID,
        "resource_id": ID,
        "parameter": "ids",
        "resource_type": "tweet",
        "title": "Not Found Error",
        "detail": f"Could not find tweet with ids: [{ID}].",
        "type": "https://api.twitter.com/2/problems/resource-not-found",
    } | changes
    return {name: value for name, value in told.items() if value is not None}


def read(*errors: Any) -> Unreturned:
    return unreturned({"errors": list(errors)})


@pytest.mark.parametrize(
    "told",
    [
        error(),
        error(resource_type="post", detail=f"Could not find post with ids: [{ID}]."),
        error(value=None),
        error(resource_id=None),
        error(parameter=None, resource_type=None, type=None, detail=None),
    ],
)
def test_a_not_found_error_is_read_in_both_vocabularies(told: dict[str, Any]) -> None:
    assert read(told) == Unreturned(frozenset({ID}), frozenset())


@pytest.mark.parametrize(
    "told",
    [
        error(title="Authorization Error", type="https://api.x.com/2/problems/not-authorized-for-resource"),
        error(title="Forbidden", detail="User has been suspended"),
        error(detail="The author has been suspended"),  # though its title is that of a deletion
        error(title="not found error"),
        error(title=None),
    ],
)
def test_anything_else_that_x_says_of_a_post_is_a_refusal(told: dict[str, Any]) -> None:
    assert read(told) == Unreturned(frozenset(), frozenset({ID}))


@pytest.mark.parametrize(
    "told",
    [
        error(parameter="referenced_tweets.id"),  # about a post that this one refers to
        error(resource_type="user"),
        error(value="1990000000000000002"),  # about which of the two?
        error(value=None, resource_id=None),
        error(value="x", resource_id="x"),
        "Not Found Error",
        None,
    ],
)
def test_what_is_not_about_a_post_that_was_asked_for_says_nothing(told: Any) -> None:
    assert read(told) == Unreturned(frozenset(), frozenset())


def test_a_deletion_told_beside_a_refusal_is_not_a_refusal() -> None:
    assert read(error(), error(title="Authorization Error")).refused == frozenset()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*error(), "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(JSON)
def test_whatever_stands_there_is_read_without_an_error(errors: Any) -> None:
    assert isinstance(unreturned({"errors": errors}), Unreturned)
    assert isinstance(read(errors), Unreturned)
