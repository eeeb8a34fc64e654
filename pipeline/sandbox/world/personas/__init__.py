"""Who the sandbox's accounts are and what they write: one TOML file per persona.

A persona has a profile, a rhythm (posts per day, by weekday and hour, UTC), pools of texts with their
shares of the day, and stories that come back every 14 days. A handle without a file of its own gets one of
the personas of `anyone/`, varied by the handle. Texts may contain `{slots}`: see
`pipeline.sandbox.world.writing`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any, Literal

from pipeline.sandbox.world.snowflakes import DAY_MS, day_start_ms, make_id

Kind = Literal["post", "reply", "thread", "quote", "retweet"]
State = Literal["open", "suspended", "protected", "missing"]

UNREADABLE: Mapping[str, State] = MappingProxyType(
    {"quickdealz": "suspended", "ateliernoir": "protected", "orchardtv": "missing"}
)
_FOLDER = Path(__file__).parent
_FIRST_JOINED = date(2022, 1, 3)


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Texts of one mood. `share` is their weight among the day's posts; `reach` multiplies engagement.

    `heads` and `tails` fit before and after each of the texts, so that a text rarely reads the same twice.
    """

    name: str
    kind: Kind
    texts: tuple[str, ...]
    heads: tuple[str, ...]
    tails: tuple[str, ...]
    share: float
    lang: str
    reach: float
    angry: bool
    photos: float
    weekdays: frozenset[int]


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """One post that a story always has; `times` is its engagement as a multiple of the median.

    The story day has the first of the `texts`, other rounds of the cycle have the others.
    """

    at: time
    texts: tuple[str, ...]
    pool: str
    times: float


@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """What happens on some days of the 14-day cycle (`phases`, 0 is the story day).

    `talk` multiplies how often others mention the account, from the hour of the first moment on.
    """

    phases: frozenset[int]
    posts: float
    reach: float
    shares: Mapping[str, float]
    moments: tuple[Moment, ...]
    talk: float


@dataclass(frozen=True, slots=True, eq=False)
class Persona:
    """An invented account. Hours are UTC; `median` is the engagement of an average post after a day."""

    handle: str
    name: str
    description: str
    location: str
    verified: bool
    followers: int
    following: int
    joined: date
    posts_per_day: float
    weekdays: tuple[float, ...]
    hours: tuple[float, ...]
    median: float
    spread: float
    rate: float
    friends: tuple[str, ...]
    asks: tuple[str, ...]
    shared: tuple[str, ...]
    slots: Mapping[str, tuple[str, ...]]
    pools: tuple[Pool, ...]
    stories: tuple[Story, ...]

    def story_on(self, phase: int) -> Story | None:
        """Return what happens to this account on that day of the cycle, if anything."""
        return next((story for story in self.stories if phase in story.phases), None)


@lru_cache(maxsize=4096)
def persona_of(handle: str, seed: int) -> Persona:
    """Return the persona of a lower-case handle: a named one, or one invented from handle and seed."""
    named = _FOLDER / f"{handle}.toml"
    if named.exists():
        return _persona(handle, seed, _read(named))
    choice = Random(f"{seed}|{handle}|voice")  # another word here would make other accounts
    source = dict(_read(choice.choice(sorted((_FOLDER / "anyone").glob("*.toml")))))
    followers = int(10 ** choice.uniform(3.3, 6.6))
    source |= {
        "name": _display_name(handle),
        "description": f"Invented for @{handle} by the Aviary sandbox; nobody said any of this. "
        + source["description"],
        "joined": joined_on(handle, seed),
        "followers": followers,
        "following": choice.randrange(40, 1200),
        "verified": choice.random() < 0.6,
        "median": max(3.0, followers * 10 ** choice.uniform(-3.2, -2.4)),
        "posts_per_day": choice.uniform(2, 10),
        "slots": {name: _half_of(choice, values) for name, values in source.get("slots", {}).items()},
    }
    return _persona(handle, seed, source)


@lru_cache(maxsize=65_536)
def user_id(handle: str, seed: int) -> int:
    """Return the id of a lower-case handle: a snowflake of the day it joined."""
    rng = Random(f"{seed}|{handle}|id")
    ms = day_start_ms(joined_on(handle, seed)) + rng.randrange(DAY_MS)
    return make_id(ms, rng.getrandbits(22))


def joined_on(handle: str, seed: int) -> date:
    """Return the UTC day on which an account was opened; it has no earlier posts."""
    named = _FOLDER / f"{handle}.toml"
    if named.exists():
        joined: date = _read(named)["joined"]
        return joined
    return _FIRST_JOINED + timedelta(days=Random(f"{seed}|{handle}|joined").randrange(350))


def named_handles() -> tuple[str, ...]:
    """Return the handles that have a persona or a state of their own."""
    return tuple(sorted([path.stem for path in _FOLDER.glob("*.toml")] + list(UNREADABLE)))


@lru_cache(maxsize=64)
def _read(path: Path) -> Mapping[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _persona(handle: str, seed: int, source: Mapping[str, Any]) -> Persona:
    return Persona(
        handle=handle,
        name=source["name"],
        description=source["description"],
        location=source.get("location", ""),
        verified=source.get("verified", True),
        followers=source["followers"],
        following=source.get("following", 180),
        joined=source["joined"],
        posts_per_day=source["posts_per_day"],
        weekdays=tuple(source.get("weekdays", (1.0,) * 7)),
        hours=tuple(source["hours"]),
        median=source["median"],
        spread=source.get("spread", 0.45),
        rate=source.get("rate", 0.02),
        friends=tuple(source["friends"]),
        asks=tuple(source.get("asks", ())),
        shared=tuple(source["shared"]),
        slots={name: tuple(values) for name, values in source.get("slots", {}).items()},
        pools=tuple(_pool(name, pool) for name, pool in source["pools"].items()),
        stories=tuple(_story(story) for story in source.get("stories", ())),
    )


def _pool(name: str, source: Mapping[str, Any]) -> Pool:
    kind: Kind = source.get("kind", "post")
    return Pool(
        name=name,
        kind=kind,
        texts=tuple(source.get("texts", ("",))),
        heads=tuple(source.get("heads", ())),
        tails=tuple(source.get("tails", ())),
        share=source.get("share", 0.0),
        lang=source.get("lang", "en"),
        reach=source.get("reach", 0.4 if kind in {"reply", "thread"} else 1.0),
        angry=source.get("angry", False),
        photos=source.get("photos", 0.0),
        weekdays=frozenset(source.get("weekdays", range(7))),
    )


def _story(source: Mapping[str, Any]) -> Story:
    return Story(
        phases=frozenset(source["phases"]),
        posts=source["posts"],
        reach=source.get("reach", 1.0),
        shares=source.get("shares", {}),
        moments=tuple(
            Moment(moment["at"], tuple(moment["texts"]), moment["pool"], moment["times"])
            for moment in source.get("moments", ())
        ),
        talk=source.get("talk", 1.0),
    )


def _display_name(handle: str) -> str:
    """Return a display name for a handle: `two_words` becomes "Two Words", digits alone do not change."""
    return " ".join(word.capitalize() for word in handle.split("_") if word) or handle


def _half_of(choice: Random, values: list[str]) -> list[str]:
    """Return about half of the values, so that two handles with one persona have different subjects."""
    return choice.sample(values, max(1, (len(values) + 1) // 2))
