"""The personas' files: complete, with slots that can be filled, and correct where they calculate."""

import re
import tomllib
from pathlib import Path

import pytest

from pipeline.sandbox.world import personas
from pipeline.sandbox.world.personas import UNREADABLE, named_handles, persona_of
from pipeline.sandbox.world.writing import BUILT_IN, SLOT

FILES = sorted(Path(personas.__file__).parent.rglob("*.toml"))
# What looks like a slot and is part of the text.
LITERAL = {"jndi"}


def test_the_fifteen_accounts_of_the_demo_are_there() -> None:
    assert set(named_handles()) == {
        *(
            "stadiumfc",
            "northwindair",
            "cobaltmotors",
            "pixelforge",
            "citymetro",
            "lumenenergy",
            "harborbank",
        ),
        *("fernandpine", "halcyonhotels", "tideandco", "brightleaf", "1729"),
        *UNREADABLE,
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_slot_of_a_persona_can_be_filled(file: Path) -> None:
    source = tomllib.loads(file.read_text(encoding="utf-8"))
    known = BUILT_IN | source.get("slots", {}).keys() | LITERAL
    assert {match[1] for match in SLOT.finditer(str(source))} <= known


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_persona_has_a_whole_day_and_week(file: Path) -> None:
    source = tomllib.loads(file.read_text(encoding="utf-8"))
    assert len(source["hours"]) == 24
    assert len(source.get("weekdays", range(7))) == 7
    shares = {pool for story in source.get("stories", ()) for pool in story.get("shares", ())}
    moments = {m["pool"] for story in source.get("stories", ()) for m in story.get("moments", ())}
    assert shares | moments <= source["pools"].keys()


def test_the_number_account_calculates_correctly() -> None:
    slots = persona_of("1729", 1).slots
    sums = [slots[name] for name in ("factored", "squares", "right_angle", "two_primes", "power")]
    for equation in (text for values in sums for text in values):
        left, right = equation.replace(",", "").split(" = ")
        assert _value(left) == _value(right), equation
    for equation in slots["triangle"]:
        *_, last, total = map(int, re.findall(r"\d+", equation))
        assert last * (last + 1) // 2 == total
    assert all(_is_prime(int(number)) for number in slots["prime"])
    for equation in slots["two_primes"]:
        assert all(_is_prime(int(part)) for part in equation.split(" = ")[1].split(" + "))


def test_unknown_handles_get_personas_that_differ() -> None:
    personas_of_many = [persona_of(f"handle{i}", 1) for i in range(40)]
    assert len({persona.description for persona in personas_of_many}) == 40
    assert len({tuple(pool.name for pool in persona.pools) for persona in personas_of_many}) > 1
    assert len({persona.followers for persona in personas_of_many}) == 40
    assert all("Invented" in persona.description for persona in personas_of_many)


def _value(side: str) -> int:
    terms = side.replace("×", "*").replace("²", "**2").replace("^", "**").split(" + ")
    return sum(eval(term) for term in terms)  # our own files, numbers only


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))
