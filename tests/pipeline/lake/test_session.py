"""One client for a process and those forked from it, with the credentials of whoever signs."""

import os
from collections.abc import Iterator

import pytest

from pipeline.errors import LakeRefused
from pipeline.lake.access import link_to
from pipeline.lake.client import Lake
from pipeline.lake.session import shared_client, shared_session


@pytest.fixture(autouse=True)
def own_session(environment: dict[str, str]) -> Iterator[None]:
    """A shared session of this test's own."""
    for shared in (shared_client, shared_session):
        shared.cache_clear()
    yield
    for shared in (shared_client, shared_session):
        shared.cache_clear()


def test_lakes_of_the_shared_session_have_one_client_and_others_their_own(lake: Lake) -> None:
    assert Lake(lake.url, shared_session()).client is Lake(lake.url, shared_session()).client
    assert Lake(lake.url, shared_session(), lake.endpoint).client is not shared_client()
    assert Lake(lake.url).client is not shared_client()


def test_a_client_made_before_there_were_credentials_signs_with_those_of_now(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = dict(os.environ)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    shared = Lake(lake.url, shared_session())
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, known[name])
    shared.put("reports/index.html", b"a page")
    assert shared.get("reports/index.html") == b"a page"
    assert known["AWS_ACCESS_KEY_ID"] in link_to(shared, "reports/index.html")


def test_a_process_forked_from_another_has_credentials_of_its_own(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared_client()
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.environ["AWS_ACCESS_KEY_ID"] = "of-the-child"
            os.write(writer, link_to(Lake(lake.url, shared_session()), "reports/index.html").encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        assert "of-the-child" in told.read()
    os.waitpid(child, 0)
    assert "of-the-child" not in link_to(Lake(lake.url, shared_session()), "reports/index.html")


def test_without_credentials_the_first_request_says_so(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    shared = Lake(lake.url, shared_session())
    with pytest.raises(LakeRefused, match="Unable to locate credentials"):
        shared.get("reports/index.html")
