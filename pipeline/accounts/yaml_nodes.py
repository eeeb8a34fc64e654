"""Parses YAML text into a small tree with the position of every value, and reports every YAML problem.

Built from ruamel's events instead of its loader: nothing is resolved (`007`, `yes` and `06:00` stay text until a
field needs a type), aliases are never expanded, and nesting causes no recursion.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    ScalarEvent,
)

from pipeline.accounts.yaml_errors import INVALID, NO_SPACE, explain

MAX_DEPTH = 20  # accounts.yaml needs 4
_MAX_BAD_CHARACTERS = 100

# YAML rejects a value that starts with @ and stops at the first. This replaces @ while parsing, so that a whole list
# of them is reported at once. It is a noncharacter of Unicode, and a text that contains it is rejected.
_AT = "\U0010fffe"
_ALLOWED = "\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010fffd"
_REFUSED_CHARACTER = re.compile(f"[^{_ALLOWED}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
# A list entry that YAML takes for text, at the start of a line: without a space it is a word, and where it is indented
# further than its list it continues the entry above.
_ENTRY = re.compile(r"^[ \t]*(?P<dash>-)(?:(?P<gap>\s|\Z)|(?=[^\s-]))", re.MULTILINE)
_TOO_FAR = "this list entry is indented further than its list; align its - with the list's"


class Place(NamedTuple):
    """Line and column, both counted from 1."""

    line: int
    column: int


class Problem(NamedTuple):
    """One problem in the file. Problems sort in the order of the file."""

    place: Place
    message: str


@dataclass(frozen=True)
class Scalar:
    """A value as written; `plain` if it has no quotes."""

    place: Place
    text: str
    plain: bool


@dataclass(frozen=True)
class Sequence:
    """A list."""

    place: Place
    items: "tuple[Node, ...]"


@dataclass(frozen=True)
class Mapping:
    """Keys and values in the order of the file, repeated keys included."""

    place: Place
    pairs: "tuple[tuple[Node, Node], ...]"


@dataclass(frozen=True)
class Refused:
    """Replaces what is reported already: an alias, a tagged value."""

    place: Place


Node = Scalar | Sequence | Mapping | Refused


class Lines:
    """Converts offsets to places. A line ends with LF, CR or CRLF."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(found.end() for found in _LINE_BREAK.finditer(text))]
        self._size = len(text)

    def place(self, offset: int) -> Place:
        """Return the place of the character at `offset` (from 0), or of the end of the text."""
        offset = min(offset, self._size)
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)


class _Stop(Exception):
    """A problem after which the rest cannot be read."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset


def read_nodes(text: str) -> tuple[Node | None, list[Problem]]:
    """Return the tree of a text with one YAML document, and its problems as YAML.

    The tree is None when the text is empty or cannot be read. Time and memory are linear in the text's size.
    """
    lines = Lines(text)
    if refused := [
        Problem(
            lines.place(found.start()),
            f"the character U+{ord(found[0]):04X} is not allowed in YAML; remove it",
        )
        for found in islice(_REFUSED_CHARACTER.finditer(text), _MAX_BAD_CHARACTERS)
    ]:
        return None, refused
    tree = _Tree(text, lines)
    try:
        for event in _events(text.replace("@", _AT)):
            tree.add(event)
    except _Stop as stop:
        if tree.misread:  # what stops the parser is only what it made of these entries
            return None, tree.problems
        return None, [*tree.problems, Problem(lines.place(stop.offset), str(stop))]
    return tree.root, tree.problems


class _Tree:
    """Builds a tree from events."""

    def __init__(self, text: str, lines: Lines) -> None:
        self.problems: list[Problem] = []
        self.misread = False  # whether the last event was a text that was meant as entries of a list
        self._text = text
        self._lines = lines
        self._top: list[Node] = []
        self._open: list[tuple[Place, bool, list[Node]]] = []  # open collections: place, tagged, children
        self._brackets = 0  # open collections that are written in brackets
        self._documents = 0

    @property
    def root(self) -> Node | None:
        return self._top[0] if self._top else None

    def add(self, event: Event) -> None:
        """Add the next event. Raises `_Stop` when the rest cannot be read."""
        offset = event.start_mark.index
        place = self._lines.place(offset)
        self.misread = False
        match event:
            case DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise _Stop(
                        offset,
                        "a second document starts here, but the file must be one document; remove this ---",
                    )
            case AliasEvent():
                self.problems.append(
                    Problem(place, "aliases (*name) are not supported; write the value here")
                )
                self._place(Refused(place))
            case ScalarEvent():
                refused = (
                    self._refuse_tag(event, place)
                    or self._refuse_surrogate(event, place)
                    or self._refuse_entries(event, place)
                )
                text = event.value.replace(_AT, "@")
                self._place(Refused(place) if refused else Scalar(place, text, plain=event.style is None))
            case CollectionStartEvent():
                if len(self._open) == MAX_DEPTH:
                    raise _Stop(offset, f"nested more than {MAX_DEPTH} levels deep; accounts.yaml needs 4")
                self._open.append((place, self._refuse_tag(event, place), []))
                self._brackets += bool(event.flow_style or self._brackets)
            case CollectionEndEvent():
                start, tagged, children = self._open.pop()
                self._brackets -= self._brackets > 0
                if tagged:
                    self._place(Refused(start))
                elif isinstance(event, MappingEndEvent):
                    self._place(Mapping(start, tuple(zip(children[::2], children[1::2], strict=True))))
                else:
                    self._place(Sequence(start, tuple(children)))

    def _place(self, node: Node) -> None:
        (self._open[-1][2] if self._open else self._top).append(node)

    def _refuse_tag(self, event: ScalarEvent | CollectionStartEvent, place: Place) -> bool:
        if event.ctag is None:
            return False
        self.problems.append(Problem(place, "tags (!name) are not supported; write the value without a tag"))
        return True

    def _refuse_surrogate(self, event: ScalarEvent, place: Place) -> bool:
        if not _SURROGATE.search(event.value):
            return False
        self.problems.append(
            Problem(
                place, r"an escape such as \ud800 is half of a surrogate pair; write the character itself"
            )
        )
        return True

    def _refuse_entries(self, event: ScalarEvent, place: Place) -> bool:
        """Report each line of a text that was meant as an entry of a list; within brackets, none is."""
        if event.style is not None or self._brackets:
            return False
        start, end = event.start_mark.index, event.end_mark.index
        line_start = start - place.column + 1
        own = _ENTRY.match(self._text, line_start, end)
        is_entry = own is not None and own.start("dash") == start
        found = [
            Problem(self._lines.place(entry.start("dash")), _TOO_FAR if entry["gap"] else NO_SPACE)
            for entry in _ENTRY.finditer(self._text, line_start, end)
            # Below an entry without a space, those with one are right.
            if entry.start("dash") >= start and not (is_entry and entry["gap"])
        ]
        self.problems += found
        self.misread = bool(found)
        return self.misread


def _events(text: str) -> Iterator[Event]:
    """Yield ruamel's parsing events. Raises `_Stop` with a plain message where the text is not YAML."""
    reached = 0
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            reached = event.end_mark.index
            yield event
    except MarkedYAMLError as error:
        raise _Stop(*explain(error, reached, text)) from None
    except (YAMLError, ValueError, OverflowError, AssertionError, LookupError, AttributeError, TypeError):
        # These have no position: escapes outside Unicode, and whatever else ruamel's scanner fails on.
        raise _Stop(reached, INVALID) from None
