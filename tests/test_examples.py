"""The full run tries every example; only `make test-fast` takes fewer."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.examples import examples


@pytest.fixture(autouse=True)
def profile_of_this_run() -> Iterator[None]:
    name = settings.get_current_profile_name()
    yield
    settings.load_profile(name)


@pytest.mark.parametrize(("profile", "tried"), [("aviary", 60), ("fast", 6)])
def test_a_property_with_a_number_of_its_own_follows_the_profile(profile: str, tried: int) -> None:
    settings.load_profile(profile)
    assert examples(60).max_examples == tried
    assert examples(60).deadline is None
