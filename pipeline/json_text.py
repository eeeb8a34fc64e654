"""JSON from outside, read within bounds: whatever it holds can be stored, read again and walked through. Pure.

Python's reader gives up on what is nested too deep, or has too many digits, and lets through what is no JSON (NaN).
Here each such value becomes its own text, and the rest of the document stays as it is.
"""

import json
import math
import re
from typing import Any, Final

MAX_DEPTH: Final = 64  # lists and objects within each other; X's answers have about ten
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+\\?(?:"|\Z)'
_TOKEN = re.compile(rf"{_STRING}|[\[{{]|[\]}}]", re.DOTALL)


def parse(body: bytes, max_depth: int = MAX_DEPTH) -> Any:
    """Return the value of UTF-8 JSON, with or without a byte order mark. Raises `json.JSONDecodeError`.

    As text, in place of the value itself, stand what is nested deeper than `max_depth`, NaN and the infinities, and
    numbers that Python does not read. Bytes that are no UTF-8 become U+FFFD.
    """
    text = body.decode("utf-8-sig", errors="replace")
    try:
        value = _load(text)
    except RecursionError:
        return _load(_flattened(text, max_depth))
    return _load(_flattened(text, max_depth)) if _is_deeper(value, max_depth) else value


def _load(text: str) -> Any:
    return json.loads(text, parse_int=_whole_number, parse_float=_fraction, parse_constant=str)


def _whole_number(digits: str) -> int | str:
    try:
        return int(digits)
    except ValueError:  # more digits than Python turns into a number
        return digits


def _fraction(text: str) -> float | str:
    value = float(text)
    return value if math.isfinite(value) else text


def _is_deeper(value: Any, max_depth: int) -> bool:
    level = [value] if isinstance(value, list | dict) else []
    for _ in range(max_depth):
        if not level:
            return False
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, list | dict)
        ]
    return bool(level)


def _flattened(text: str, max_depth: int) -> str:
    """Return the document with each part that is deeper than `max_depth` as a JSON string of its text."""
    parts: list[str] = []
    depth = copied = deep_from = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth == max_depth + 1:
                deep_from = token.start()
        elif token[0] in "]}":
            if depth == max_depth + 1:
                parts += [text[copied:deep_from], json.dumps(text[deep_from : token.end()])]
                copied = token.end()
            depth -= 1
    end = (
        deep_from if depth > max_depth else len(text)
    )  # what never ends is no JSON, and must not be read as such
    return "".join([*parts, text[copied:end]])
