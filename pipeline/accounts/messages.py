"""Messages about what the model rejects in accounts.yaml, for the person who wrote it."""

import difflib
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from pydantic_core import ErrorDetails

from pipeline.accounts.model import AccountsConfig
from pipeline.accounts.yaml_nodes import Mapping, Node, Refused, Scalar, Sequence
from pipeline.text import inert

Location = tuple[str | int, ...]
"""The path of a value: keys and list positions from the top, such as ("accounts", 3, "max_posts")."""


def explain(error: ErrorDetails, node: Node) -> str:
    """Return one line about a pydantic error: what is required, and what `node` is instead."""
    at = error["loc"]
    match error["type"]:
        case "extra_forbidden":
            name, allowed = str(at[-1]), _keys(_schema_of(at[:-1]))
            hint = _did_you_mean(name, allowed)
            return f'unknown key "{inert(name)}"{hint}; allowed here: {", ".join(allowed)}'
        case "missing" if at == ("accounts",):
            return "accounts is missing; list at least one handle under accounts:"
        case "missing":
            return f"{at[-1]} is missing; write {at[-1]}: and its value here"
        case "value_error":
            clause, *hints = error["ctx"]["error"].args
            return f"{_label(at)} {clause}; found {_found(node)}{''.join(f' ({hint})' for hint in hints)}"
        case "too_long" if isinstance(node, Sequence):
            return f"{_label(at)} must be {_wanted(_schema_of(at))}; found {len(node.items)} entries"
    schema = _schema_of(at)
    hint = _did_you_mean(node.text, schema.get("enum", ())) if isinstance(node, Scalar) else ""
    if schema.get("type") == "array":
        hint = _as_list(node, schema)
    return f"{_label(at)} must be {_wanted(schema)}; found {_found(node)}{hint}"


def _label(at: Location) -> str:
    """Return how messages name a value: by its key, and a list's entry by the key of the list."""
    if not at:
        return "the file"
    if len(at) == 2 and at[0] == "accounts":
        return "an account"
    return next(part for part in reversed(at) if isinstance(part, str))


def _found(node: Node) -> str:
    match node:
        case Scalar(text="", plain=True):
            return "nothing"
        case Scalar(text=text, plain=plain):
            shown = inert(re.sub("(?<=://).+", "…", text))  # such an address may contain a token
            return shown if plain else f'"{shown}" in quotes'
        case Sequence(items=items):
            return "a list" if items else "an empty list"
        case Mapping():
            return "keys and values"
        case Refused():
            return "the value reported above"


def _did_you_mean(written: str, allowed: Iterable[str]) -> str:
    close = difflib.get_close_matches(written[:60].lower(), list(allowed), 1)
    return f" (did you mean {close[0]}?)" if close else ""


def _as_list(node: Node, schema: dict[str, Any]) -> str:
    """Return how to write what is no list as one."""
    match node:
        case Scalar(text=text) if text in schema["items"].get("enum", ()):
            return f" (write [{text}])"
        case Scalar(text="", plain=True) | Sequence() | Refused():
            return ""
        case _:
            return " (write each entry on a line of its own, after a hyphen and a space)"


def _wanted(schema: dict[str, Any]) -> str:  # noqa: PLR0911
    """Return what a part of the JSON Schema allows, so that editors and these messages agree."""
    match schema:
        case {"type": "integer", "minimum": low, "maximum": high}:
            return f"a whole number from {low} to {high}"
        case {"type": "number", "maximum": high}:
            return f"a number above 0, at most {high}"
        case {"type": "boolean"}:
            return "true or false"
        case {"enum": allowed}:
            return f"one of {', '.join(allowed)}"
        case {"type": "array", "items": {"enum": allowed}}:
            return f"a list of one or more of {', '.join(allowed)}"
        case {"type": "array", "maxItems": high}:
            return f"a list of at most {high} entries"
        case {"type": "array", "minItems": _}:
            return "a list with at least one entry"
        case {"type": "array"}:
            return "a list"
        case {"anyOf": _}:
            return f"a handle, or keys and values: {', '.join(_keys(schema))}"
        case {"properties": allowed}:
            return f"keys and values: {', '.join(allowed)}"
        case _:
            return "text"


def _keys(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the keys allowed in a part of the schema. (An account is a handle alone or a mapping.)"""
    mapping = schema["anyOf"][1] if "anyOf" in schema else schema
    return dict(mapping["properties"])


@cache
def _schema() -> dict[str, Any]:
    return AccountsConfig.model_json_schema()


def _schema_of(at: Location) -> dict[str, Any]:
    """Return the part of the JSON Schema for the value at a location."""
    part = _schema()
    for step in at:
        part = part["items"] if isinstance(step, int) else _keys(part)[step]
        if "$ref" in part:
            part = _schema()["$defs"][part["$ref"].rpartition("/")[2]]
    return part
