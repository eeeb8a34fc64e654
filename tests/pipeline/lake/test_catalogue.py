"""The catalogue of stored objects, and what must agree with it: the bucket's lifecycle and the table of keys."""

import re
from pathlib import Path

import pytest

from pipeline.lake.catalogue import KINDS, find_kind
from pipeline.lake.kinds import Expiry, ObjectKind
from pipeline.lake.retention import rules

EXAMPLES = {
    "day": "2026-11-22",
    "observed": "2026-11-23",
    "account": "nasa",
    "group": "space",
    "number": "0001",
    "reading": "01",
    "month": "2026-11",
    "week": "2026-W47",
    "name": "00000000000000000000000000000001",
    "year": "2026",
    "post": "1990000000000000001",
}
DOCUMENTATION = Path(__file__).parents[3] / "docs/lake.md"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_key_belongs_to_one_kind(kind: ObjectKind) -> None:
    key = kind.key(**EXAMPLES)
    assert [other for other in KINDS if other.fields(key) is not None] == [kind]
    assert find_kind(key) is kind


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_bucket_expires_a_kind_as_its_entry_says(kind: ObjectKind) -> None:
    """By one rule, which reaches all of the kind and none of what stays."""
    key = "folder/" + kind.key(**EXAMPLES)
    applied = [rule for rule in rules("folder/", raw_days=90) if key.startswith(rule["Filter"]["Prefix"])]
    assert len(applied) == 1
    expires = applied[0]["Expiration"].get("Days")
    assert expires == (90 if kind.expires is Expiry.RAW_DAYS else None)


def test_the_documentation_lists_each_kind_by_its_entry() -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8")
    table = re.search(r"\| key \| what it is \|\n\| --- \| --- \|\n((?:\|.*\n)+)", text)
    assert table
    assert table[1].splitlines() == [f"| `{kind.key(**EXAMPLES)}` | {kind.holds} |" for kind in KINDS]
