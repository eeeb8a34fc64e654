"""How the tests look at S3 past the lake."""

import pytest
from botocore.config import Config

from pipeline.lake import session as lake_session
from pipeline.lake.client import Lake


def etag(lake: Lake, key: str) -> str:
    found = lake.find(key)
    assert found is not None
    return found.etag


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask S3 once: how often it is asked again is botocore's own business."""
    once = lake_session.CLIENT_CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 1}))
    monkeypatch.setattr(lake_session, "CLIENT_CONFIG", once)
