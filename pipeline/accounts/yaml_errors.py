"""Says in plain words why the YAML parser stopped, and where the mistake is, which is often before that place."""

import re
from typing import Final

from ruamel.yaml.error import MarkedYAMLError

INVALID: Final = "this is not valid YAML"
NO_SPACE: Final = "a list entry needs a space after the -"

_NO_COLON = "this key has no colon; write key: value"
_KEY_TOO_FAR = "this key is indented further than the one above it; align them"
_FIRST_INDENTED = "this line is indented, but those below it are not; remove the spaces before it"
_WORD_AFTER_DASH = re.compile(r"-[^\s-]")
_KEY = re.compile(r" *(?P<dash>- +)?(?P<key>[A-Za-z_]+):(?:\s|\Z)")
_BARE_ENTRY = re.compile(
    r" *(?P<dash>-) +(?P<quote>['\"]?)(?P<name>\w{1,15})(?P=quote) *(?:#.*)?\Z", re.ASCII
)
_TEXT_BLOCK = (
    "| and > start a multi-line text in YAML; to write the character itself, put the value in quotes"
)
_TAG = "! starts a tag in YAML; to write the character itself, put the value in quotes"
_MESSAGES = (
    (r"found character '\t'", "this is a tab; YAML indents with spaces only"),
    ("cannot start any token", "a value cannot start with this character; put the value in quotes"),
    (
        "mapping values are not allowed",
        "a colon is not allowed here; check the indentation, or put the text in quotes",
    ),
    ("could not find expected ':'", _NO_COLON),
    ("sequence entries are not allowed", "a list entry (-) is not allowed here; check the indentation"),
    ("expected <block end>", "this is not aligned with the lines above; check the indentation"),
    ("expected the node content", "a value is missing before this character"),
    ("expected '<document start>'", "the document ended before this; check the indentation and the quotes"),
    ("escape", r"a backslash in double quotes starts an escape; write \\ or use single quotes"),
    ("indentation indicator", _TEXT_BLOCK),
    ("a comment or a line break", _TEXT_BLOCK),
    ("alphabetic or numeric", "& * and % have a special meaning in YAML; put the value in quotes"),
    ("tag", _TAG),
    ("URI", _TAG),
)


def explain(error: MarkedYAMLError, reached: int, text: str) -> tuple[int, str]:
    """Return the offset of the mistake and one line about it; `reached` is where the last good event ended."""
    mark, start = error.problem_mark or error.context_mark, error.context_mark or error.problem_mark
    offset = mark.index if mark else reached
    problem, context = error.problem or "", error.context or ""
    if "quoted scalar" in context and ("end of stream" in problem or "document separator" in problem):
        return start.index, "the quote that opens here is never closed"
    if "flow" in context:
        where = f" opened on line {start.line + 1}" if "node" not in context else ""
        return offset, f"a bracket{where} is not closed before this, or a comma is missing"
    if "mapping values" in problem or "block mapping start" in problem:
        found = _misplaced_key(text, offset) if "document start" not in problem else _first_line(text)
        if found:
            return found
    for sign, message in _MESSAGES:
        if sign in problem or sign in context:
            at = start.index if "simple key" in context else offset
            return at, NO_SPACE if _WORD_AFTER_DASH.match(text, at) else message
    return offset, INVALID


def _misplaced_key(text: str, offset: int) -> tuple[int, str] | None:
    """Explain a key that the parser stopped at, by the line above it; None where that line explains nothing."""
    line_start = max(text.rfind(end, 0, offset) for end in "\r\n") + 1
    key = _KEY.match(text, line_start)
    if key is None or key["dash"] or offset not in (key.start("key"), key.end("key")):
        return None
    above, above_start = "", line_start
    while above_start and (not above.strip() or above.lstrip().startswith("#")):
        above_end = above_start - (2 if text[:above_start].endswith("\r\n") else 1)
        above_start = max(text.rfind(end, 0, above_end) for end in "\r\n") + 1
        above = text[above_start:above_end]
    column = key.start("key") - line_start
    entry, upper = _BARE_ENTRY.match(above), _KEY.match(above)
    if entry and entry.start("dash") < column:
        return key.start(
            "key"
        ), f"an account with keys is written - handle: {entry['name']}; its keys follow below handle"
    if upper and upper.start("key") < column:
        return key.start("key"), _KEY_TOO_FAR
    word = re.match(r" *(?=[^\s#-])", above)
    if word and not upper and word.end() == column:
        return above_start + column, _NO_COLON
    return None


def _first_line(text: str) -> tuple[int, str] | None:
    """Explain a file whose first key is indented and whose others are not."""
    first = re.search(r"^(?P<indent> *)[^\s#]", text, re.MULTILINE)
    return (first.end("indent"), _FIRST_INDENTED) if first and first["indent"] else None
