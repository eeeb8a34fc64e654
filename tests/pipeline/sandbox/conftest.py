"""The sandbox's X API over real HTTP."""

from collections.abc import Iterator

import pytest

from pipeline.sandbox.app import create_app
from pipeline.sandbox.x.server import serving
from tests.pipeline.sandbox.client import TOKEN, X


@pytest.fixture(scope="session")
def x() -> Iterator[X]:
    with serving(create_app(TOKEN, rate_limit=1_000_000)) as address:
        yield X(address)
