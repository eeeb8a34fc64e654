"""With how many examples a property is tried that cannot do with Hypothesis' own number."""

from typing import Final

from hypothesis import settings

_FULL: Final = 100  # Hypothesis' own number, which the profile `fast` of tests/conftest.py lowers


def examples(count: int) -> settings:
    """Return settings with `count` examples, or with as small a share of them as the profile has of its own."""
    return settings(max_examples=max(1, count * settings().max_examples // _FULL), deadline=None)
