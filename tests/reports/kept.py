"""What is made once for the same arguments, because many tests start from the same few worlds."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
Made = TypeVar("Made")


def kept(make: Callable[P, Made]) -> Callable[P, Made]:
    """Keep what a function makes, by how its arguments print: a list of accounts has no hash."""
    all_made: dict[str, Made] = {}

    @wraps(make)
    def make_once(*arguments: P.args, **named: P.kwargs) -> Made:
        key = repr((arguments, sorted(named.items())))
        if key not in all_made:
            all_made[key] = make(*arguments, **named)
        return all_made[key]

    return make_once
