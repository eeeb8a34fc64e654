"""Stands in for systemctl where no systemd runs: runs the units' own ExecStart, as their User, with their environment.

It uses the standard library only, because the trial runs it in a root that has nothing else:
`python3 services.py VERB UNIT`.

What it leaves out: Restart, sandboxing (ProtectSystem and the like) and timers, whose service the trial starts itself.
"""

import os
import pwd
import re
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

UNITS = Path("/etc/systemd/system")
STATE = Path("/run/aviary-services")
LOGS = Path("/var/log/aviary-services")
STOP_SECONDS = 60


@dataclass
class Unit:
    """What a unit file says, its specifier %i filled in; `settings` has each directive's values in their order."""

    settings: dict[str, list[str]] = field(default_factory=dict)

    def last(self, name: str, default: str = "") -> str:
        """Return a directive's last value."""
        return self.settings.get(name, [default])[-1]

    def environment(self) -> dict[str, str]:
        """Return the variables: Environment= first, then each file, which overrides what stands before."""
        found: dict[str, str] = {}
        for value in self.settings.get("Environment", []):
            found |= dict(part.split("=", 1) for part in shlex.split(value))
        for file in self.settings.get("EnvironmentFile", []):
            found |= read_environment(Path(file).read_text(encoding="utf-8"))
        return found


def read_environment(text: str) -> dict[str, str]:
    """Return the variables of an environment file, as systemd reads it: comments, quotes, no expansion."""
    found = {}
    for line in text.splitlines():
        if line.strip() and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            found[name.strip()] = unquote(value.strip())
    return found


def unquote(value: str) -> str:
    """Return a value without its quotes; within double quotes, a backslash escapes what a shell would expand."""
    if value[:1] == value[-1:] == "'" and len(value) > 1:
        return value[1:-1]
    if value[:1] == value[-1:] == '"' and len(value) > 1:
        return re.sub(r'\\(["\\$`])', r"\1", value[1:-1])
    return value


def parse(text: str, instance: str) -> Unit:
    """Return what a unit file of a template says for an instance."""
    unit = Unit()
    for line in text.splitlines():
        if line and line[0] not in "#;[":
            name, _, value = line.partition("=")
            unit.settings.setdefault(name, []).append(value.replace("%i", instance))
    return unit


def load(name: str) -> Unit:
    """Return a unit by its name, such as aviary-scheduler@0.2.0.service."""
    template, instance, kind = split(name)
    return parse((UNITS / f"{template}@.{kind}").read_text(encoding="utf-8"), instance)


def split(name: str) -> tuple[str, str, str]:
    """Return template, instance and kind of a unit's name."""
    template, _, rest = name.partition("@")
    instance, _, kind = rest.rpartition(".")
    return template, instance, kind


def is_active(name: str) -> bool:
    """Whether a unit's process runs, or what it did once still counts."""
    file = STATE / name
    if not file.exists():
        return False
    if (pid := file.read_text()) == "done":
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def start(name: str) -> int:
    """Start a unit, and first what it requires; return 0 unless that is impossible."""
    if name.startswith("postgresql@"):
        command = ["pg_ctlcluster", *split(name)[1].split("-", 1), "start"]
        return subprocess.run(command, check=False).returncode
    if is_active(name):
        return 0
    if name.endswith(".timer"):
        (STATE / name).write_text("done")
        return 0
    unit = load(name)
    if any(start(required) for required in unit.last("Requires").split()):
        return 1
    make_runtime_directory(unit)
    process = run(unit, LOGS / f"{name}.log")
    if unit.last("Type") != "oneshot":
        (STATE / name).write_text(str(process.pid))
        return 0
    if process.wait():
        sys.stderr.write(f"{name} failed: {(LOGS / f'{name}.log').read_text(errors='replace')[-2000:]}\n")
    elif unit.last("RemainAfterExit") == "true":
        (STATE / name).write_text("done")
    return process.returncode


def run(unit: Unit, log: Path) -> "subprocess.Popen[bytes]":
    """Run a unit's ExecStart as its User, its output added to a log."""
    user = pwd.getpwnam(unit.last("User", "root"))
    usual = {"PATH": os.defpath, "HOME": user.pw_dir, "LANG": "C.UTF-8", "USER": user.pw_name}
    with log.open("ab") as output:
        return subprocess.Popen(
            shlex.split(unit.last("ExecStart")),
            cwd=unit.last("WorkingDirectory", "/"),
            env=usual | unit.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=[],
        )


def make_runtime_directory(unit: Unit) -> None:
    """Make RuntimeDirectory."""
    if name := unit.last("RuntimeDirectory"):
        folder = Path("/run") / name
        folder.mkdir(exist_ok=True)
        folder.chmod(int(unit.last("RuntimeDirectoryMode", "0755"), 8))


def stop(name: str) -> int:
    """End a unit's processes: SIGTERM, then SIGKILL to what is left of them."""
    if is_active(name) and (pid := (STATE / name).read_text()) != "done":
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(int(pid), number)
            except ProcessLookupError:
                break
            deadline = time.monotonic() + STOP_SECONDS
            while is_active(name) and time.monotonic() < deadline:
                time.sleep(0.2)
    (STATE / name).unlink(missing_ok=True)
    return 0


def enable(name: str) -> int:
    """Note that a unit is to start with the machine."""
    load(name)
    (STATE / f"enabled-{name}").touch()
    return 0


def disable(name: str) -> int:
    """Note that a unit is not to start with the machine."""
    (STATE / f"enabled-{name}").unlink(missing_ok=True)
    return 0


def main(arguments: list[str]) -> int:
    """Do what systemctl would."""
    STATE.mkdir(exist_ok=True)
    LOGS.mkdir(exist_ok=True)
    verb, *names = [argument for argument in arguments if not argument.startswith("-")]
    if verb == "daemon-reload":
        return 0
    if verb == "is-active":
        return 0 if is_active(names[0]) else 3
    return {"start": start, "stop": stop, "enable": enable, "disable": disable}[verb](names[0])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
