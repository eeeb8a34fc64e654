"""Reads accounts.yaml into `AccountsConfig`, or reports every problem at once with line and column."""

import codecs
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pipeline.accounts.messages import Location, explain
from pipeline.accounts.model import MAX_PHRASES, Account, AccountsConfig
from pipeline.accounts.yaml_nodes import (
    Lines,
    Mapping,
    Node,
    Place,
    Problem,
    Refused,
    Scalar,
    Sequence,
    read_nodes,
)
from pipeline.errors import ConfigError
from pipeline.ids import is_handle
from pipeline.text import inert

MAX_BYTES = 1024 * 1024  # about 70,000 bare handles
MAX_PROBLEMS = 50

_START = Place(1, 1)
_AS_WRITTEN = {"handle", "group", "id", "no_tone"}  # always text: 007, 1e5, yes
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
# The numbers of YAML 1.2's core schema, limited to lengths that a person would write.
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]{1,30}|[0-9]{1,30}(?:\.[0-9]{0,30})?)(?:[eE][-+]?[0-9]{1,3})?\Z")
_HEX_OR_OCTAL = re.compile(r"0x[0-9a-fA-F]{1,15}\Z|0o[0-7]{1,20}\Z")


def load_accounts(path: Path) -> AccountsConfig:
    """Return the configuration in the file at `path`, with defaults applied.

    Raises `ConfigError` whose `problems` are lines `PATH:LINE:COLUMN: what is required; what was found`, in the
    order of the file, at most 50 of them.
    """
    name = inert(str(path), 1000)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(f"{name}: no such file; create it, or choose another with --accounts") from None
    except IsADirectoryError:
        raise ConfigError(f"{name}: is a directory; name a file in it") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(f"{name}: cannot be read: {reason}") from None
    config, problems = parse_accounts(content)
    if config is None:
        raise ConfigError(*_printed(name, sorted(problems)))
    return config


@lru_cache(maxsize=1)  # each task of Airflow's parses the DAG file, and inherits this from the scheduler
def parse_accounts(content: bytes) -> tuple[AccountsConfig | None, list[Problem]]:
    """Return the configuration in the bytes of an accounts.yaml, or None, and every problem found."""
    if len(content) > MAX_BYTES:
        return None, [
            Problem(_START, f"the file is larger than {MAX_BYTES:,} bytes; check that it is the right one")
        ]
    try:
        text = content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        good = error.object[: error.start].decode()
        found = f"found the byte 0x{error.object[error.start]:02X}"
        return None, [
            Problem(Lines(good).place(len(good)), f"must be UTF-8 text; {found}; save the file as UTF-8")
        ]
    root, problems = read_nodes(text)
    if not problems and (root is None or root == Scalar(root.place, "", plain=True)):
        return None, [Problem(_START, "the file is empty; list at least one handle under accounts:")]
    if root is None:
        return None, problems
    return _Reader(problems).read(root)


def _printed(name: str, problems: list[Problem]) -> Iterator[str]:
    for place, message in problems[:MAX_PROBLEMS]:
        yield f"{name}:{place.line}:{place.column}: {message}"
    if rest := problems[MAX_PROBLEMS:]:
        yield f"{name}:{rest[0].place.line}:{rest[0].place.column}: and {len(rest)} more problems from here on"


class _Reader:
    """Reads one tree and records the position of each value, for the messages when the model rejects it."""

    def __init__(self, problems: list[Problem]) -> None:
        self._problems = problems
        self._nodes: dict[Location, Node] = {}
        self._keys: dict[Location, Place] = {}
        self._reported: set[Location] = set()

    def read(self, root: Node) -> tuple[AccountsConfig | None, list[Problem]]:
        config = None
        try:
            config = AccountsConfig.model_validate(self._plain(root, ()))
        except ValidationError as invalid:
            for error in invalid.errors(include_url=False, include_input=False):
                self._explain(error)
        accounts = self._nodes.get(("accounts",))
        count = len(accounts.items) if isinstance(accounts, Sequence) else 0
        entries: list[Location] = [("accounts", index) for index in range(count)]
        self._find_repeats("handle", (self._nodes.get((*at, "handle"), self._nodes[at]) for at in entries))
        self._find_repeats("id", (self._nodes.get((*at, "id")) for at in entries))
        self._find_too_many_phrases(entries)
        return (None if self._problems else config), self._problems

    def _plain(self, node: Node, at: Location) -> object:
        """Return a node as plain Python values, typed as its field needs them, and record its position."""
        self._nodes[at] = node
        match node:
            case Refused():
                self._reported.add(at)
                return None
            case Scalar():
                return self._scalar(node, at)
            case Sequence():
                return [self._plain(item, (*at, index)) for index, item in enumerate(node.items)]
            case Mapping():
                return self._mapping(node, at)

    def _mapping(self, node: Mapping, at: Location) -> dict[str, object]:
        values: dict[str, object] = {}
        for key, value in node.pairs:
            match key:
                case Scalar(text="<<", plain=True):
                    if not isinstance(value, Refused):  # an alias is reported already
                        self._report(key.place, "merge keys (<<) are not supported; write the keys here")
                case Scalar(text=name) if name in values:
                    first = self._keys[(*at, name)].line
                    self._report(key.place, f"{inert(name)} is given twice; the first is on line {first}")
                case Scalar(text=name):
                    self._keys[(*at, name)] = key.place
                    values[name] = self._plain(value, (*at, name))
                case Mapping() | Sequence():
                    self._report(key.place, "a key must be text; found a list or a mapping")
        return values

    def _scalar(self, node: Scalar, at: Location) -> str | int | Decimal | bool | None:
        bare_handle = len(at) == 2 and at[0] == "accounts"
        field = (
            "handle" if bare_handle else next((part for part in reversed(at) if isinstance(part, str)), None)
        )
        if field == "handle" or not node.plain:
            return node.text
        if node.text.startswith("@"):
            self._report(node.place, "a value cannot start with @ in YAML; put it in quotes")
            self._reported.add(at)
        if field in _AS_WRITTEN:
            return "" if node.text in _NULL else node.text
        return None if node.text in _NULL else _resolve(node.text)

    def _explain(self, error: ErrorDetails) -> None:
        at = error["loc"]
        if any(at[:depth] in self._reported for depth in range(len(at) + 1)):
            return
        known = at
        while known not in self._nodes:
            known = known[:-1]
        node = self._nodes[known]
        if error["type"] == "too_short" and isinstance(node, Sequence) and node.items:
            return  # the entries exist but are wrong, and each is reported
        if name := self._handle_as_key(at[:2]):
            if error["type"] == "missing":
                self._report(
                    node.place, f"handle is missing; write - handle: {name}, and its keys below handle"
                )
            return
        place = node.place
        if error["type"] == "extra_forbidden":
            place = self._keys[at]
        elif node == Scalar(
            place, "", plain=True
        ):  # the parser notices a missing value only later in the file
            place = self._keys.get(known, place)
        self._report(place, explain(error, node))

    def _handle_as_key(self, at: Location) -> str | None:
        """Return the handle of an account that was written `- nasa:`, with its keys below; else None."""
        node = self._nodes.get(at)
        if at[:1] != ("accounts",) or len(at) != 2 or not isinstance(node, Mapping) or len(node.pairs) != 1:
            return None
        name, value = node.pairs[0]
        if not isinstance(name, Scalar) or name.text in Account.model_fields or not is_handle(name.text):
            return None
        return (
            name.text if isinstance(value, Mapping) or value == Scalar(value.place, "", plain=True) else None
        )

    def _find_repeats(self, what: str, nodes: Iterable[Node | None]) -> None:
        seen: dict[str, Place] = {}
        for node in nodes:
            if not isinstance(node, Scalar) or not is_handle(node.text):
                continue
            first = seen.setdefault(node.text.lower(), node.place)
            if first != node.place:
                message = f"the {what} {node.text} is listed twice; the first is on line {first.line}"
                self._report(node.place, message)

    def _find_too_many_phrases(self, entries: Iterable[Location]) -> None:
        shared = self._phrases(("defaults",))
        for at in entries:
            own = self._phrases(at)
            together = len(dict.fromkeys((*shared, *own)))
            if max(len(own), len(shared)) <= MAX_PHRASES < together:
                message = (
                    f"no_tone and that of defaults must have at most {MAX_PHRASES} entries together; "
                    f"found {together}"
                )
                self._report(self._nodes[(*at, "no_tone")].place, message)

    def _phrases(self, at: Location) -> list[str]:
        node = self._nodes.get((*at, "no_tone"))
        items = node.items if isinstance(node, Sequence) else ()
        return [item.text for item in items if isinstance(item, Scalar)]

    def _report(self, place: Place, message: str) -> None:
        self._problems.append(Problem(place, message))


def _resolve(text: str) -> str | int | Decimal | bool:
    """Return the value of a plain scalar by YAML 1.2's core schema; whole numbers are ints."""
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _HEX_OR_OCTAL.match(text):
        return int(text, 0)
    if _DECIMAL.match(text):
        number = Decimal(text)
        return int(number) if number == number.to_integral_value() else number
    return text
