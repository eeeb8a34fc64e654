"""What workers of a cluster install is what one machine has, and what Celery needs beside it."""

import re

import pytest

from pipeline.settings import ROOT


def pins(name: str) -> set[str]:
    """Return the lines of a lock that name a version."""
    return set(re.findall(r"^[a-z0-9][\w.\-]*==\S+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))


def test_the_clusters_lock_has_no_other_version_of_what_one_machine_has() -> None:
    one, many = pins("requirements.lock"), pins("requirements-celery.lock")
    names = {pin.partition("==")[0] for pin in one}
    assert {pin for pin in many if pin.partition("==")[0] in names} <= one
    assert {pin.partition("==")[0] for pin in many} > {"celery", "redis", "psycopg2-binary"}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-celery.lock"])
def test_every_version_has_hashes_and_no_index_is_named(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert len(re.findall(r"==\S+(?: ;.*)? \\\n    --hash=", text)) == len(pins(name))
    assert not re.search(r"^--|https?://", text, re.MULTILINE)
