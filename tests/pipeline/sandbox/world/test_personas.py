"""The voices' files: complete, filled in, true where they calculate, and nobody's but ours."""

import re
import tomllib
from pathlib import Path

import pytest

from pipeline.sandbox.world import personas
from pipeline.sandbox.world.personas import UNREADABLE, named_handles, persona_of
from pipeline.sandbox.world.writing import _SLOT, BUILT_IN

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
def test_every_slot_of_a_voice_can_be_filled(file: Path) -> None:
    source = tomllib.loads(file.read_text(encoding="utf-8"))
    known = BUILT_IN | source.get("slots", {}).keys() | LITERAL
    assert {match[1] for match in _SLOT.finditer(str(source))} <= known


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_voice_has_a_whole_day_and_week(file: Path) -> None:
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


def test_unknown_handles_get_voices_that_differ() -> None:
    voices_of_many = [persona_of(f"handle{i}", 1) for i in range(40)]
    assert len({voice.description for voice in voices_of_many}) == 40
    assert len({tuple(pool.name for pool in voice.pools) for voice in voices_of_many}) > 1
    assert len({voice.followers for voice in voices_of_many}) == 40
    assert all("Invented" in voice.description for voice in voices_of_many)


def _value(side: str) -> int:
    terms = side.replace("×", "*").replace("²", "**2").replace("^", "**").split(" + ")
    return sum(eval(term) for term in terms)  # our own files, numbers only


def _is_prime(number: int) -> bool:
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))
