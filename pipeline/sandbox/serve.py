"""Runs the sandbox: the X API and the S3 server together, on the loopback, with their data in one folder.

The X API is a process of its own, not a thread: a demo that scores posts in the same process would otherwise
share one interpreter lock with the server it waits for, and a frozen clock here would freeze it there.
"""

import fcntl
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType
from typing import NoReturn

from pipeline.errors import AviaryError, ConfigError
from pipeline.sandbox import s3
from pipeline.sandbox.faults.active import FaultRules
from pipeline.sandbox.processes import end, end_leftover, wait_for_any
from pipeline.sandbox.world.timelines import STORY_DAY
from pipeline.sandbox.x.stats import RATE_LIMIT, WINDOW_SECONDS

# If the user has set these for an AWS account, they would override or contradict the sandbox's keys.
UNSET = ("AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN")


@dataclass(frozen=True)
class SavedState:
    """What `sandbox.json` stores: a later start has the same world and keys, and the same ports if they are free."""

    token: str
    access_key: str
    secret_key: str
    seed: int
    story_day: str
    s3_pid: int | None = None
    s3_ports: list[int] = field(default_factory=list)
    x_port: int = 0


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox. `environment` holds the settings that point Aviary and its tools to it."""

    directory: Path
    environment: dict[str, str]
    story_day: date
    x_process: "subprocess.Popen[str]"
    s3_process: "subprocess.Popen[bytes]"

    def wait(self) -> None:
        """Return when one of the two servers has ended, which neither does by itself."""
        wait_for_any(self.x_process, self.s3_process)

    def whole_environment(self) -> dict[str, str]:
        """Return this process's environment with the sandbox's settings, for a child process."""
        return with_settings(self.environment)


def with_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with a sandbox's settings, for a child process."""
    return {name: value for name, value in os.environ.items() if name not in UNSET} | dict(environment)


@contextmanager
def running(
    directory: Path,
    *,
    seed: int | None = None,
    story_day: date | None = None,
    rate_limit: int = RATE_LIMIT,
    rate_window: int = WINDOW_SECONDS,
    fault_rules: Sequence[Mapping[str, object]] = (),
) -> Iterator[Sandbox]:
    """Run a sandbox with its data in `directory`; exit, SIGTERM and SIGINT stop both servers.

    `seed` and `story_day` are for a new world; a folder that has one already keeps its own. `rate_limit` is
    the X timeline's, in requests per `rate_window` seconds; `fault_rules` are as in `faults.rules`. Raises
    `AviaryError`.
    """
    FaultRules(fault_rules)  # a wrong rule is refused before anything starts
    directory = directory.resolve()
    with ExitStack() as stack:
        stack.enter_context(_exit_on_sigterm())
        stack.enter_context(_locked(directory))
        state = _load_state(directory, seed, story_day)
        _end_leftover(directory, state)
        s3_server = s3.start(directory, state.access_key, state.secret_key, state.s3_ports)
        state = replace(state, s3_pid=s3_server.process.pid, s3_ports=list(s3_server.ports))
        stack.callback(lambda: _save_state(directory, replace(state, s3_pid=None)))
        stack.callback(s3_server.stop)
        _save_state(directory, state)
        x_process = _start_x(
            directory,
            state,
            {"rate_limit": rate_limit, "rate_window": rate_window, "fault_rules": list(fault_rules)},
        )
        stack.callback(end, x_process)
        state = replace(state, x_port=_port_of(x_process))
        _save_state(directory, state)
        s3_server.wait_until_ready(state.access_key, state.secret_key)
        yield Sandbox(
            directory=directory,
            environment=_environment(state, s3_server.address),
            story_day=date.fromisoformat(state.story_day),
            x_process=x_process,
            s3_process=s3_server.process,
        )


def running_environment(directory: Path) -> dict[str, str] | None:
    """Return the settings of the sandbox that another process runs in `directory`; None where none does."""
    if not (directory / "sandbox.json").exists():
        return None
    try:
        with _locked(directory.resolve()):
            return None
    except ConfigError:
        state = _load_state(directory, None, None)
    if state.s3_pid is None or not state.x_port:
        return None  # it is only starting
    return _environment(state, f"http://127.0.0.1:{state.s3_ports[0]}")


def end_leftovers(directory: Path) -> None:
    """End what a killed sandbox left behind in `directory`. Raises `ConfigError` if one runs there."""
    if not (directory / "sandbox.json").exists():
        return
    with _locked(directory.resolve()):
        state = _load_state(directory, None, None)
        _end_leftover(directory.resolve(), state)
        if state.s3_pid is not None:
            _save_state(directory, replace(state, s3_pid=None))


def _end_leftover(directory: Path, state: SavedState) -> None:
    if state.s3_pid is not None:
        end_leftover(state.s3_pid, lambda command: s3.is_ours(command, directory, state.s3_ports))
        s3.remove_sockets(state.s3_ports)


def _environment(state: SavedState, s3_address: str) -> dict[str, str]:
    # Without this, clients would send requests to the loopback through a proxy that is set.
    no_proxy = ",".join(filter(None, (os.environ.get("no_proxy") or os.environ.get("NO_PROXY"), "127.0.0.1")))
    return {
        "X_API_URL": f"http://127.0.0.1:{state.x_port}",
        "X_BEARER_TOKEN": state.token,
        "AVIARY_LAKE": f"s3://{s3.BUCKET}",
        "AWS_ACCESS_KEY_ID": state.access_key,
        "AWS_SECRET_ACCESS_KEY": state.secret_key,
        "AWS_ENDPOINT_URL_S3": s3_address,
        "AWS_ENDPOINT_URL": s3_address,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": s3.REGION,
        "AWS_DEFAULT_REGION": s3.REGION,
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }


def _start_x(directory: Path, state: SavedState, behaviour: Mapping[str, object]) -> "subprocess.Popen[str]":
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.sandbox.x_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # ctrl-c in the terminal goes to the sandbox, which then stops this process
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))},
    )
    settings = {
        "token": state.token,
        "seed": state.seed,
        "story_day": state.story_day,
        "port": state.x_port,
        "handles_file": str(directory / "handles.txt"),
        **behaviour,
    }
    if process.stdin is not None:
        process.stdin.write(json.dumps(settings) + "\n")
        process.stdin.flush()
    return process


def _port_of(x_process: "subprocess.Popen[str]") -> int:
    line = x_process.stdout.readline() if x_process.stdout is not None else ""
    if not line.strip().isdigit():
        raise AviaryError("the sandbox's X API did not start; its messages are above")
    return int(line)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Lock the folder: of two sandboxes in one folder, each would end the other's server as a leftover."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = (directory / "sandbox.lock").open("a")
    except OSError as error:
        raise ConfigError(
            f"{directory} cannot hold a sandbox's data: {error.strerror}; give another --dir"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigError(
                f"another sandbox is running in {directory}; stop it (`make down`, or ctrl-c where it was started), "
                "or give this one its own --dir"
            ) from None
        yield


def _load_state(directory: Path, seed: int | None, story_day: date | None) -> SavedState:
    file = directory / "sandbox.json"
    if not file.exists():
        return SavedState(
            token="sandbox-" + secrets.token_urlsafe(24),
            access_key="AVIARY" + secrets.token_hex(7).upper(),
            secret_key=secrets.token_urlsafe(30),
            seed=1 if seed is None else seed,
            story_day=(story_day or STORY_DAY).isoformat(),
        )
    try:
        state = SavedState(**json.loads(file.read_text(encoding="utf-8")))
        date.fromisoformat(state.story_day)
    except (ValueError, TypeError):
        raise ConfigError(f"{file} is damaged; delete {directory} to start a new sandbox") from None
    return state


def _save_state(directory: Path, state: SavedState) -> None:
    """Write `sandbox.json` atomically, readable by its owner only: it holds keys."""
    part = directory / "sandbox.json.part"
    with os.fdopen(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(asdict(state), file, indent=1)
    part.replace(directory / "sandbox.json")


@contextmanager
def _exit_on_sigterm() -> Iterator[None]:
    """Turn SIGTERM into `SystemExit`, so that `finally` blocks run; only the main thread can do so."""
    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _exit)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _exit(number: int, _: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
