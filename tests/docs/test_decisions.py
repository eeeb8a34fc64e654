"""Decisions have one file each, with the same parts, numbered without a gap."""

from pathlib import Path

import pytest

from tests.docs.decisions import PARTS, files, parts


def test_numbers_have_no_gap_and_are_those_of_the_titles() -> None:
    numbers = [int(file.name.partition("-")[0]) for file in files()]
    titles = [file.read_text(encoding="utf-8").removeprefix("# ").partition(".")[0] for file in files()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert titles == [str(number) for number in numbers]


@pytest.mark.parametrize("file", files(), ids=lambda file: file.stem)
def test_a_decision_has_its_four_parts(file: Path) -> None:
    assert parts(file.read_text(encoding="utf-8")) == list(PARTS)
