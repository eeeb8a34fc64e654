"""Every dependency has a licence that an MIT-licensed program may depend on."""

from pathlib import Path

import pytest

from tests.docs.licences import FILES, is_allowed, licences, locked

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("package", locked())
def test_a_package_of_the_lock_has_a_licence_that_puts_no_condition_on_ours(package: str) -> None:
    licence = licences()[package]
    assert licence, f"{package} declares no licence; read its text, and add it to tests/docs/licences.py"
    assert is_allowed(licence), f"{package}: {licence}"


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_others_wrote_lies_beside_its_licence_and_copyright(file: str) -> None:
    text = (ROOT / file).with_suffix(".LICENSE.txt").read_text(encoding="utf-8")
    _, licence = FILES[file]
    assert is_allowed(licence)
    assert f"The {licence} License" in text
    assert "Copyright (c)" in text
    assert "The above copyright notice and this permission notice shall be included" in text


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("GPL-2.0-or-later", False),
        ("Artistic-1.0-Perl OR GPL-2.0-or-later", True),
        ("MIT AND GPL-2.0-only", False),
        ("BSD-3-Clause AND 0BSD AND MIT", True),
        ("AGPL-3.0-only OR GPL-3.0-only", False),
    ],
)
def test_of_alternatives_one_is_enough_and_of_parts_all_are_needed(licence: str, allowed: bool) -> None:
    assert is_allowed(licence) == allowed
