"""Whose a reservation is, and whether its owner can still use it: by its age, and by the process that made it.

Ages go by the machine's clock, whatever AVIARY_NOW says.
"""

import os
import uuid
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final, NotRequired, TypedDict

import psutil

from pipeline import clock
from pipeline.x_api.prices import Reads

LIVES: Final = timedelta(minutes=15)  # a hold that is older belongs to nobody any more
# How old a hold may be when its page is asked for: what is left covers the longest answer, with all its tries.
ASKED_WITHIN: Final = timedelta(minutes=5)


class Hold(TypedDict):
    """The highest price of a request that is under way, as stored. It stays until its owner books what came."""

    run: str  # the run's id
    owner: str  # the process: its machine, and its number there
    at: str  # the instant, by the machine's clock
    day: str | None  # the lake's day that the request is for
    posts: int
    users: int
    count_requests: NotRequired[int]


def new_hold(run_id: str, day: str | None, reads: Reads) -> Hold:
    """Return a hold of this process."""
    owner, at = f"{_machine()} {os.getpid()}", clock.machine_now().isoformat()
    hold = Hold(run=run_id, owner=owner, at=at, day=day, posts=reads.posts, users=reads.users)
    if reads.count_requests:
        hold["count_requests"] = reads.count_requests
    return hold


def is_living(hold: Hold) -> bool:
    """Whether the hold's owner may still ask for its page, or be waiting for the answer.

    A process of this machine that has ended is known to be dead at once, any other after `LIVES`.
    """
    return _age(hold) < LIVES and not _has_ended(hold["owner"])


def may_ask(hold: Hold) -> bool:
    """Whether there is time to ask under the hold: its process may have been stopped since it was made."""
    return _age(hold) < ASKED_WITHIN


def _age(hold: Hold) -> timedelta:
    return abs(clock.machine_now() - datetime.fromisoformat(hold["at"]))  # machines' clocks differ


def _has_ended(owner: str) -> bool:
    machine, _, process = owner.rpartition(" ")
    if machine != _machine():
        return False
    try:
        return psutil.Process(int(process)).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied:
        return False


@cache
def _machine() -> str:
    """Return what names this machine, since it was started, and the space that its processes are numbered in."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:  # not Linux
        return f"{uuid.getnode():012x}"
